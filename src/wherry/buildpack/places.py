"""The folders of a build, and the config vars that it may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_LONGEST_VALUE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Places:
    """Where a build happens.

    Attributes:
        build: What becomes the slug.
        cache: This buildpack's part of the cache, which the next build finds again.
        site_packages: The app's installed packages.
        python: The app's interpreter.
        config: The app's config vars; secrets among them.
        app: Where the app will lie when it runs; "" for ``$HOME``, as on a dyno.
    """

    build: Path
    cache: Path
    site_packages: Path
    python: Path
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    app: str = ""


def read_config_vars(folder: Path | None) -> dict[str, str]:
    """Read the config vars: one file each, its name the variable's."""
    if folder is None or not folder.is_dir():
        return {}
    found = {}
    for path in sorted(folder.iterdir()):
        try:
            with path.open("rb") as file:
                data = file.read(_LONGEST_VALUE_BYTES)
        except OSError:
            continue  # a folder, or not ours to read
        # Some hosts end the file with a line break, which no value means.
        found[path.name] = data.decode("utf-8", "replace").rstrip("\n")
    return found
