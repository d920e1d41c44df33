"""The files of a project: what is there, what git knows of them, what is deployed."""

import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_POINTER_SIZE: Final = re.compile(rb"^size (\d{1,18})$", re.MULTILINE)
_LONGEST_POINTER_BYTES: Final = 1024  # as the Git LFS specification says
_NOT_SOURCES: Final = frozenset(
    (
        *("node_modules", "site-packages", "dist-packages", "__pycache__", "bower_components"),
        *(
            ".tox",
            ".nox",
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            ".eggs",
            ".ipynb_checkpoints",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class LfsPointer:
    """What Git LFS leaves in the place of a large file.

    Attributes:
        size_bytes: Of the file that it stands for.
    """

    size_bytes: int


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file or symbolic link.

    Attributes:
        path: Relative to the project's root, with forward slashes.
        tracked: Whether git tracks it; None where git tracks nothing here, or is not there.
        ignored: Whether an ignore file of git's keeps it out.
        target: Where a symbolic link points to, as it is written; None for a real file.
    """

    path: str
    size_bytes: int
    mode: int
    tracked: bool | None
    ignored: bool
    target: str | None
    root: Path = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder that it is in; "" for the root."""
        return self.path.rpartition("/")[0]

    @property
    def suffix(self) -> str:
        """Its ending in small letters: ``.py``."""
        return PurePosixPath(self.path).suffix.lower()

    @property
    def symlink(self) -> bool:
        """Whether it is a symbolic link."""
        return self.target is not None

    @property
    def executable(self) -> bool:
        """Whether its owner may run it."""
        return bool(self.mode & stat.S_IXUSR)

    @property
    def deployed(self) -> bool:
        """Whether a push takes it along: tracked, or about to be added to git."""
        return bool(self.tracked) or not self.ignored

    @property
    def lfs(self) -> LfsPointer | None:
        """What it stands for, where it is a Git LFS pointer and not the file itself."""
        if self.symlink or not 100 < self.size_bytes <= _LONGEST_POINTER_BYTES:
            return None
        try:
            data = (self.root / self.path).read_bytes()
        except OSError:
            return None
        size = _POINTER_SIZE.search(data)
        return LfsPointer(int(size[1])) if data.startswith(_POINTER) and size else None


@dataclass(frozen=True)
class Files:
    """Every file of the project, save what git keeps for itself.

    Attributes:
        entries: By path, in the order of the paths.
        git: Whether the folder is in a git repository that tracks something in it.
        environments: The folders that are virtual environments; their files are listed when git
            tracks them, and left out otherwise.
        skipped_folders: Folders that were not listed: ignored ones that hold no source.
        folders: Every folder that was listed, "" for the root among them.
    """

    root: Path
    entries: Mapping[str, FileEntry]
    git: bool
    environments: tuple[str, ...] = ()
    skipped_folders: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all files, in order."""
        return tuple(self.entries)

    def __iter__(self) -> Iterator[FileEntry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, path: str) -> bool:
        return path in self.entries

    def get(self, path: str) -> FileEntry | None:
        """Return a file by its path relative to the root; None where there is none."""
        return self.entries.get(path)

    def deployed(self, path: str) -> FileEntry | None:
        """Return a file that a push takes along; None where there is none."""
        entry = self.entries.get(path)
        return entry if entry is not None and entry.deployed else None

    def has_folder(self, path: str) -> bool:
        """Whether there is such a folder, with a file that is deployed in it."""
        prefix = f"{path.rstrip('/')}/"
        return path in self.folders and any(
            entry.deployed for name, entry in self.entries.items() if name.startswith(prefix)
        )

    def ignoring_case(self, path: str) -> FileEntry | None:
        """Return the file whose path differs in capitals only; None where there is none."""
        return self._by_small_letters.get(path.lower())

    def in_folder(self, folder: str) -> tuple[FileEntry, ...]:
        """Return the files that lie directly in a folder; "" is the root."""
        return self._by_folder.get(folder, ())

    def named(self, name: str) -> tuple[FileEntry, ...]:
        """Return the files of that name anywhere, nearest to the root first, no environments."""
        found = [entry for entry in self._by_name.get(name, ()) if self.is_source(entry.path)]
        return tuple(sorted(found, key=lambda entry: (entry.path.count("/"), entry.path)))

    def is_source(self, path: str) -> bool:
        """Whether it is the project's own: in no virtual environment, no tool's folder."""
        folder = path.rpartition("/")[0]
        if folder and not _NOT_SOURCES.isdisjoint(folder.split("/")):
            return False
        return not any(path.startswith(f"{home}/") for home in self.environments)

    @cached_property
    def sources(self) -> tuple[FileEntry, ...]:
        """The project's own Python files that are deployed."""
        return tuple(
            entry
            for entry in self
            if entry.path.endswith(".py") and entry.deployed and self.is_source(entry.path)
        )

    @cached_property
    def _by_small_letters(self) -> dict[str, FileEntry]:
        return {path.lower(): entry for path, entry in self.entries.items()}

    @cached_property
    def _by_folder(self) -> dict[str, tuple[FileEntry, ...]]:
        found: dict[str, list[FileEntry]] = {}
        for entry in self:
            found.setdefault(entry.folder, []).append(entry)
        return {folder: tuple(entries) for folder, entries in found.items()}

    @cached_property
    def _by_name(self) -> dict[str, list[FileEntry]]:
        found: dict[str, list[FileEntry]] = {}
        for entry in self:
            found.setdefault(entry.name, []).append(entry)
        return found
