"""How much a dyno has written, counted seldom and cheaply; a disk is filled in seconds."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wherry.platforms.hosts import MIB
from wherry.rehearse.dyno.folders import KEPT_FREE_BYTES

# What a dyno may write where the platform tells no number.
MOST_BYTES: Final = 8 * 1024 * MIB
# The most of one CPU that counting may take.
_SHARE: Final = 0.005
# When so much more of the disk is in use than at the last count, it is counted at once.
_GROWN_BYTES: Final = 64 * MIB


@dataclass(slots=True)
class Disk:
    """What the trees of one dyno hold beside what they held at first.

    Attributes:
        tops: The folders that the dyno may write to.
        at_first_bytes: What was in them before it started.
    """

    tops: tuple[Path, ...]
    at_first_bytes: int = 0
    written_bytes: int = 0
    _free_bytes: int = 0
    _pause_s: float = 0.0
    _counted_at: float = field(default=float("-inf"))

    def start(self) -> None:
        """Take what is there now for what was there before."""
        self.at_first_bytes = 0
        self._count()
        self.at_first_bytes, self.written_bytes = self.written_bytes, 0

    def look(self) -> int:
        """Return what was written so far, as of the last count; called in a thread."""
        free = self._free()
        since_s = time.monotonic() - self._counted_at
        if since_s >= self._pause_s or self._free_bytes - free > _GROWN_BYTES:
            self._count()
        return self.written_bytes

    def nearly_full(self) -> bool:
        """Whether the machine itself is about to run out of disk."""
        return self._free() < KEPT_FREE_BYTES

    def _count(self) -> None:
        started_s = time.thread_time()
        self._free_bytes = self._free()
        size = sum(_size(top) for top in self.tops)
        self.written_bytes = max(0, size - self.at_first_bytes)
        self._counted_at = time.monotonic()
        self._pause_s = (time.thread_time() - started_s) / _SHARE

    def _free(self) -> int:
        try:
            space = os.statvfs(self.tops[0])
        except OSError:
            return self._free_bytes
        return space.f_bavail * space.f_frsize


def _size(top: Path) -> int:
    total = 0
    waiting = [str(top)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    # What a hole in a file takes is nothing.
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
            except OSError:
                continue
    return total
