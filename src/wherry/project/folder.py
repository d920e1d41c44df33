"""The folder that a project lies in: its files, and their texts."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from wherry.findings import Skipped
from wherry.project.documents import Document, read_json, read_toml, read_yaml
from wherry.project.files import Files
from wherry.project.texts import LONGEST_TEXT_BYTES, Text, decode


@dataclass(frozen=True)
class Folder:
    """A folder with a project in it.

    Attributes:
        root: The folder that was given, in full.
        base: The folder that the host builds from, relative to the root: "" or what was asked for.
        notes: What could not be read so far; see ``skipped``.
    """

    root: Path
    files: Files
    base: str = ""
    notes: dict[str, Skipped] = field(default_factory=dict, compare=False)
    _texts: dict[str, Text | None] = field(default_factory=dict, compare=False, repr=False)
    _documents: dict[str, Document] = field(default_factory=dict, compare=False, repr=False)

    def text(self, path: str) -> Text | None:
        """Return a file's text; None where it is not there, no text, or too long to be one."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def document(self, path: str) -> Document | None:
        """Return what a TOML, JSON or YAML file says; None where it is not there or no text."""
        if path in self._documents:
            return self._documents[path]
        text = self.text(path)
        if text is None:
            return None
        readers = {"toml": read_toml, "json": read_json, "yml": read_yaml, "yaml": read_yaml}
        # Lock files have endings of their own.
        kinds = {
            "Pipfile": "toml",
            "Pipfile.lock": "json",
            "uv.lock": "toml",
            "poetry.lock": "toml",
        }
        name = path.rpartition("/")[2]
        reader = readers[kinds.get(name, name.rpartition(".")[2].lower())]
        found = self._documents[path] = reader(text)
        if found.problem is not None:
            self.skip(path, found.problem.detail or "it cannot be read")
        return found

    def at_base(self, name: str) -> str:
        """Return the path of a file that the host looks for where it builds."""
        return f"{self.base}/{name}" if self.base else name

    def deployed(self, name: str) -> str:
        """Return the path of such a file where it is there and pushed; "" where it is not."""
        path = self.at_base(name)
        return path if self.files.deployed(path) else ""

    def skip(self, what: str, reason: str) -> None:
        """Note what could not be inspected."""
        self.notes.setdefault(what, Skipped(what, reason))

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be inspected, as far as it was asked for."""
        return tuple(self.notes.values())

    @cached_property
    def app(self) -> str:
        """The folder that holds manage.py, relative to the root; ``base`` where there is none.

        Of several the one nearest to ``base``: others are examples or test projects.
        """
        prefix = f"{self.base}/" if self.base else ""
        found = [
            entry
            for entry in self.files.named("manage.py")
            if entry.deployed and entry.path.startswith(prefix)
        ]
        return found[0].folder if found else self.base

    def _read(self, path: str) -> Text | None:
        entry = self.files.get(path)
        if entry is None:
            return None
        place = self.root / path
        try:
            if entry.symlink and not place.resolve(strict=True).is_relative_to(self.root):
                self.skip(path, "it is a link to a place outside the folder")
                return None
            if not place.is_file():
                return None
            if place.stat().st_size > LONGEST_TEXT_BYTES:
                self.skip(path, "it is too long to be a text that somebody wrote")
                return None
            data = place.read_bytes()
        except (OSError, RuntimeError) as problem:
            self.skip(path, getattr(problem, "strerror", None) or "it cannot be read")
            return None
        return decode(path, data)
