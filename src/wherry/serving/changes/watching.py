"""Notice that another model stands where one was loaded from: whole, and not being written."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.serving.version_folder import locate

# Who copies a model writes more often than this; and the manifest's hashes, or the model's own
# form, have the last word on whether all of it is there.
REST_S: Final = 1.0
# A folder with more files than any model has is not looked at: somebody named the wrong one.
MAX_FILES: Final = 5000

type Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(slots=True)
class FolderWatch:
    """Watches the place of one model.

    ``look`` returns True once for each new content that has been at rest for ``REST_S``.
    """

    path: Path
    clock: Callable[[], float] = time.monotonic
    _served: Stamp | None = None
    _seen: Stamp | None = None
    _seen_at: float = 0.0

    def __post_init__(self) -> None:
        self._served = self._seen = stamp(self.path)

    def look(self) -> bool:
        """Look; return whether there is something new to be loaded."""
        now = self.clock()
        found = stamp(self.path)
        if found != self._seen:
            self._seen, self._seen_at = found, now
            return False
        if found is None or found == self._served or now - self._seen_at < REST_S:
            return False
        # Whether or not it can be loaded: a broken one is not tried again until it changes.
        self._served = found
        return True


def stamp(path: Path) -> Stamp | None:
    """Return what changes when any file of a model does; None while nothing can be read there."""
    place = locate(path).path
    try:
        files = [place] if place.is_file() else sorted(_files(place))
        return tuple(_stamp_of(file, place) for file in files) or None
    except OSError:
        return None


def _files(folder: Path) -> list[Path]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            found.append(path)
        if len(found) > MAX_FILES:
            raise OSError(f"{folder} holds more than {MAX_FILES} files")
    return found


def _stamp_of(file: Path, place: Path) -> tuple[str, int, int, int]:
    about = file.stat()
    # The place too: a newer version in its folder may be a copy with the same times.
    return str(place / file), about.st_size, about.st_mtime_ns, about.st_ino
