"""How many requests wait for a model in all processes of a server together.

Each process has a row of numbers that it alone writes; the sum of a column is what all of them
know. A process counts itself in before it looks at the sum, so that two never both take the last
place. Standard library only: ``wherry serve``'s supervisor makes the memory before it forks.
"""

import fcntl
import mmap
import os
from typing import Final, Protocol

ROWS: Final = 16
# Models that are counted over all processes; one more, or one of a very long name, is counted in
# each process for itself.
COLUMNS: Final = 64
NAME_BYTES: Final = 64

# A row begins with the number of the process that writes it; the names follow the rows.
_ROW: Final = 1 + COLUMNS
_NAMES: Final = ROWS * _ROW * 8
_BYTES: Final = _NAMES + COLUMNS * NAME_BYTES


class Queued(Protocol):
    """The number of those who wait for one model. The caller lets one thread in at a time."""

    def enter(self, most: int) -> bool:
        """Count one more, or return False where that would be more than ``most``."""
        ...

    def leave(self) -> None:
        """Count one less."""
        ...


class QueuedHere:
    """The count of a process that has no others beside it."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting = 0

    def enter(self, most: int) -> bool:
        """Count one more, or return False where that would be more than ``most``."""
        if self._waiting >= most:
            return False
        self._waiting += 1
        return True

    def leave(self) -> None:
        """Count one less."""
        self._waiting -= 1


class _QueuedEverywhere:
    """One column of the memory, and this process's own cell in it."""

    __slots__ = ("_column", "_own")

    def __init__(self, column: "memoryview[int]", row: int) -> None:
        self._column = column
        self._own = row

    def enter(self, most: int) -> bool:
        self._column[self._own] += 1
        if sum(self._column[::_ROW]) <= most:
            return True
        self._column[self._own] -= 1
        return False

    def leave(self) -> None:
        self._column[self._own] -= 1


class QueueCounts:
    """The memory of the counts, which forked processes share."""

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            self._descriptor = os.memfd_create("wherry-queues")
        else:
            import tempfile

            with tempfile.TemporaryFile(prefix="wherry-") as file:
                self._descriptor = os.dup(file.fileno())
        os.ftruncate(self._descriptor, _BYTES)
        self._memory = mmap.mmap(self._descriptor, _BYTES)
        self._cells = memoryview(self._memory)[:_NAMES].cast("q")
        self._row: int | None = None
        self._pid = 0

    def of(self, name: str) -> Queued:
        """Return this process's way to count those who wait for a model."""
        encoded = name.encode()
        if not encoded or len(encoded) > NAME_BYTES:
            return QueuedHere()
        # Held for microseconds, when a model has been loaded. Unlike flock, this excludes children
        # that have inherited the open file.
        fcntl.lockf(self._descriptor, fcntl.LOCK_EX)
        try:
            row, column = self._own_row(), self._find_column(encoded)
        finally:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN)
        if row is None or column is None:
            return QueuedHere()
        return _QueuedEverywhere(self._cells[1 + column :], row * _ROW)

    def _own_row(self) -> int | None:
        """Return this process's row; the first time, one that nobody alive writes, cleared."""
        if self._pid != os.getpid():
            self._pid, self._row = os.getpid(), None
            for row in range(ROWS):
                first = row * _ROW
                if self._cells[first] == 0 or not _lives(self._cells[first]):
                    self._memory[first * 8 : (first + _ROW) * 8] = bytes(_ROW * 8)
                    if self._row is None:
                        self._row = row
            if self._row is not None:
                self._cells[self._row * _ROW] = self._pid
        return self._row

    def _find_column(self, name: bytes) -> int | None:
        padded = name.ljust(NAME_BYTES, b"\0")
        for column in range(COLUMNS):
            start = _NAMES + column * NAME_BYTES
            held = self._memory[start : start + NAME_BYTES]
            if held == padded:
                return column
            if held == bytes(NAME_BYTES):
                self._memory[start : start + NAME_BYTES] = padded
                return column
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


_shared: QueueCounts | None = None


def share() -> None:
    """Count over all processes that are forked from this one from now on."""
    global _shared
    _shared = QueueCounts()


def queued(name: str) -> Queued:
    """Return the count of those who wait for a model, here or in all processes."""
    return QueuedHere() if _shared is None else _shared.of(name)
