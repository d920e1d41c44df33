"""What a buildpack is shown: the names in a folder, and the texts of a few of its files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# The files whose texts the rules read. None of them has a reason to be long.
READ: Final = (
    *(".python-version", "runtime.txt", "Pipfile.lock", "Procfile", "app.json", ".buildpacks"),
    *("pyproject.toml", "nltk.txt", "Aptfile", "requirements.txt", ".slugignore"),
)
LONGEST_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder that is to be built.

    Attributes:
        paths: Every file, relative to the folder, with forward slashes.
        texts: What stands in those of ``READ`` that are there.
    """

    paths: frozenset[str]
    texts: Mapping[str, bytes] = field(default_factory=dict)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self.paths

    def has_folder(self, path: str) -> bool:
        """Whether there is a folder with anything in it."""
        return any(name.startswith(f"{path}/") for name in self.paths)

    @property
    def top(self) -> tuple[str, ...]:
        """What lies at the root, folders with a slash, in order."""
        names = {
            name if not rest else f"{name}/"
            for name, _, rest in (path.partition("/") for path in self.paths)
        }
        return tuple(sorted(names))
