"""What a dyno wrote into its tree: nothing of it is there after the next restart."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.rehearse.events import FileWritten

# More than these are counted and not named: an app that unpacks an archive.
MOST_FILES: Final = 5000


@dataclass(frozen=True, slots=True)
class _Mark:
    """What changes when a file is written."""

    modified_ns: int
    changed_ns: int
    size_bytes: int
    inode: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A tree at one moment.

    Attributes:
        files: By their paths below the tree's top.
    """

    files: dict[str, _Mark]

    @property
    def size_bytes(self) -> int:
        """What all files hold."""
        return sum(mark.size_bytes for mark in self.files.values())


def take(top: Path) -> Snapshot:
    """Read the tree as it is; Python's bytecode, which every start writes anew, is left out."""
    return Snapshot(dict(_marks(top)))


def written_over(before: Snapshot, over: Path, dyno: str) -> list[FileWritten]:
    """Return what an overlay holds beside what was below it, the latest last."""
    found: list[FileWritten] = []
    here = take(over).files
    for path, mark in here.items():
        below = before.files.get(path)
        # A change of its rights alone brings a file up as it was.
        if below is None or (below.modified_ns, below.size_bytes) != (
            mark.modified_ns,
            mark.size_bytes,
        ):
            found.append(_event(dyno, path, mark, "changed" if below else "new"))
    hidden = tuple(_hidden(over))
    for path in before.files.keys() - here.keys():
        place = next(
            (place for place in hidden if path == place or path.startswith(place + "/")), None
        )
        if place is not None:
            found.append(FileWritten(_removed_at(over / path), dyno, path, 0, "removed"))
    return _latest(found)


def _hidden(over: Path) -> Iterator[str]:
    """Yield what an overlay hides: a device 0/0 for a name, a mark on a folder for all in it.

    Source: Documentation/filesystems/overlayfs.rst of the Linux kernel.
    """
    waiting = [(str(over), "")]
    while waiting:
        folder, prefix = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, f"{path}/"))
                if _is_opaque(entry.path):
                    yield path
            elif not entry.is_file(follow_symlinks=False) and _is_whiteout(entry):
                yield path


def _is_opaque(folder: str) -> bool:
    for space in ("trusted", "user"):
        try:
            if os.getxattr(folder, f"{space}.overlay.opaque", follow_symlinks=False) == b"y":
                return True
        except OSError:
            continue
    return False


def _is_whiteout(entry: os.DirEntry[str]) -> bool:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == 0


def written(before: Snapshot, top: Path, dyno: str) -> list[FileWritten]:
    """Return what differs from a snapshot, the latest last."""
    after = take(top)
    found = [
        _event(dyno, path, mark, "changed" if path in before.files else "new")
        for path, mark in after.files.items()
        if before.files.get(path) != mark
    ]
    found += [
        FileWritten(_removed_at(top / path), dyno, path, 0, "removed")
        for path in before.files.keys() - after.files.keys()
    ]
    return _latest(found)


def _latest(found: list[FileWritten]) -> list[FileWritten]:
    found.sort(key=lambda event: (event.at, event.path))
    return found[-MOST_FILES:]


def _event(dyno: str, path: str, mark: _Mark, kind: str) -> FileWritten:
    # What was copied or unpacked may keep an older time of writing.
    at = max(mark.modified_ns, mark.changed_ns) / 1e9
    return FileWritten(at, dyno, path, mark.size_bytes, kind)


def _removed_at(path: Path) -> float:
    """Return when the nearest folder that is left was changed."""
    for folder in path.parents:
        try:
            return folder.stat().st_mtime
        except OSError:
            continue
    return 0.0


def _marks(top: Path) -> Iterator[tuple[str, _Mark]]:
    waiting = [(str(top), "")]
    while waiting:
        folder, prefix = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            path = prefix + entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        waiting.append((entry.path, f"{path}/"))
                    continue
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode):
                yield (
                    path,
                    _Mark(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino),
                )
