"""Numbers that several processes write and any of them can read, in one piece of shared memory.

The memory is cut into blocks. A block belongs to one process, which alone writes it, so that
nothing has to be locked between processes while requests are counted; a reader adds up the blocks
of equal name. The block of a process that has died keeps its counts, and the next process that
counts the same thing goes on where it ended.

Standard library only: ``wherry serve``'s supervisor imports this.
"""

import fcntl
import mmap
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

# One for each process and thing that is counted; see ``_make_room`` for when they run out.
BLOCKS: Final = 256
BLOCK_BYTES: Final = 2048
NAME_BYTES: Final = 448
CELLS: Final = (BLOCK_BYTES - 64 - NAME_BYTES) // 8
# The lock is held for microseconds, when a process begins to count something and when all is read.
LOCK_TRIES: Final = 100
LOCK_PAUSE_S: Final = 0.01

# Words at the beginning of a block; the name follows the head, the cells follow the name.
_PID, _BORN, _LENGTH = range(3)
_HEAD_BYTES: Final = 64
_WORDS: Final = BLOCK_BYTES // 8
_FIRST_CELL: Final = (_HEAD_BYTES + NAME_BYTES) // 8

# A pid of zero: nobody writes the block any more, its counts stand.
_NOBODY: Final = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Cells that this process alone counts in.

    ``index`` is the block that they are; None where none was left, and nobody will see the counts.
    """

    index: int | None
    cells: "memoryview[float]"


@dataclass(frozen=True, slots=True)
class Block:
    """A copy of one block: who writes it (None if nobody does any more), its name, its cells."""

    pid: int | None
    name: str
    cells: tuple[float, ...]


class SharedCells:
    """The blocks, in memory that every process which inherits or opens it sees.

    ``descriptor`` is an open file of ``BLOCKS * BLOCK_BYTES`` bytes.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._memory = mmap.mmap(descriptor, BLOCKS * BLOCK_BYTES)
        view = memoryview(self._memory)
        self._words = view.cast("Q")
        self._cells = view.cast("d")
        self._threads = threading.Lock()

    @classmethod
    def inherited(cls) -> Self:
        """Make memory that forked children share, of which nothing stays behind on a disk."""
        if hasattr(os, "memfd_create"):
            descriptor = os.memfd_create("wherry-measurements")
        else:
            descriptor = _unnamed_file()
        os.ftruncate(descriptor, BLOCKS * BLOCK_BYTES)
        return cls(descriptor)

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Open memory that unrelated processes share by the name of a file.

        Raises:
            OSError: it cannot be had; a full disk is found out here and not later, when a write
                to the memory would kill the process.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, BLOCKS * BLOCK_BYTES)
            else:
                os.ftruncate(descriptor, BLOCKS * BLOCK_BYTES)
            return cls(descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    def claim(self, name: str, merged_name: Callable[[str], str]) -> Claim:
        """Return cells for this process to count in; they may hold what a dead one counted.

        ``merged_name`` tells under which name the counts of a block may be added to others when
        there is no block left.
        """
        encoded = name.encode()[:NAME_BYTES]
        with self._locked():
            index = self._orphan(encoded)
            if index is None:
                index = self._free()
            if index is None:
                self._make_room(merged_name)
                index = self._free()
            if index is None:
                return Claim(None, memoryview(bytearray(8 * CELLS)).cast("d"))
            self._write_head(index, encoded)
        return Claim(index, self._cells_of(index))

    def release(self, index: int) -> None:
        """Say that this process will not write that block any more; its counts stay."""
        with self._locked():
            if self._pid(index) == os.getpid():
                self._words[index * _WORDS + _PID] = _NOBODY

    def read(self) -> list[Block]:
        """Return a copy of every block in use."""
        with self._locked():
            return [
                Block(self._pid(index), self._name(index).decode(errors="replace"), cells)
                for index in self._used()
                for cells in [tuple(self._cells_of(index))]
            ]

    def close(self) -> None:
        """Let go of the memory where nothing counts in it any more."""
        self._words.release()
        self._cells.release()
        os.close(self._descriptor)

    def after_fork(self) -> None:
        """Forget, in the child, a lock that another thread of the parent held at that moment."""
        self._threads = threading.Lock()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other threads and processes from claiming; counting goes on meanwhile."""
        with self._threads:
            self._lock_file()
            try:
                yield
            finally:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN)

    def _lock_file(self) -> None:
        """Wait for the other processes, but not for one that was stopped while it held the lock."""
        for _ in range(LOCK_TRIES):
            try:
                # Unlike flock, this excludes children that have inherited the open file.
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                time.sleep(LOCK_PAUSE_S)
            else:
                return

    def _used(self) -> Iterator[int]:
        return (index for index in range(BLOCKS) if self._words[index * _WORDS + _LENGTH])

    def _free(self) -> int | None:
        return next((i for i in range(BLOCKS) if not self._words[i * _WORDS + _LENGTH]), None)

    def _orphan(self, name: bytes) -> int | None:
        same = (index for index in self._used() if self._name(index) == name)
        return next((index for index in same if self._pid(index) is None), None)

    def _name(self, index: int) -> bytes:
        start = index * BLOCK_BYTES + _HEAD_BYTES
        length = min(self._words[index * _WORDS + _LENGTH], NAME_BYTES)
        return self._memory[start : start + length]

    def _pid(self, index: int) -> int | None:
        word = index * _WORDS
        pid, born = self._words[word + _PID], self._words[word + _BORN]
        return pid if pid != _NOBODY and birth(pid) == born else None

    def _cells_of(self, index: int) -> "memoryview[float]":
        start = index * _WORDS + _FIRST_CELL
        return self._cells[start : start + CELLS]

    def _write_head(self, index: int, name: bytes) -> None:
        start, word = index * BLOCK_BYTES + _HEAD_BYTES, index * _WORDS
        self._memory[start : start + len(name)] = name
        self._words[word + _PID] = os.getpid()
        self._words[word + _BORN] = birth(os.getpid()) or 0
        # Last: a block without a length is free, should the process die in the middle.
        self._words[word + _LENGTH] = len(name)

    def _make_room(self, merged_name: Callable[[str], str]) -> None:
        """Add up the blocks that nobody writes, those of equal merged name into one."""
        kept: dict[bytes, int] = {}
        for index in [each for each in self._used() if self._pid(each) is None]:
            merged = merged_name(self._name(index).decode(errors="replace")).encode()[:NAME_BYTES]
            target = kept.get(merged)
            if target is None:
                kept[merged] = index
                self._words[index * _WORDS + _PID] = _NOBODY
                start = index * BLOCK_BYTES + _HEAD_BYTES
                self._memory[start : start + len(merged)] = merged
                self._words[index * _WORDS + _LENGTH] = len(merged)
                continue
            into, gone = self._cells_of(target), self._cells_of(index)
            for cell, value in enumerate(gone):
                into[cell] += value
                gone[cell] = 0.0
            self._words[index * _WORDS + _LENGTH] = 0


def birth(pid: int) -> int | None:
    """Return what tells this process from a later one of the same number; None: it is gone.

    Source: proc_pid_stat(5), field 22. Elsewhere than on Linux the number alone has to do.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return _birth_elsewhere(pid)
    fields = stat.rpartition(b")")[2].split()
    # A zombie counts nothing any more, whether or not its parent has noticed.
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def _birth_elsewhere(pid: int) -> int | None:
    if Path("/proc/self/stat").exists():
        return None
    try:
        os.kill(pid, 0)
    except OSError:
        return None
    return 0


def _unnamed_file() -> int:
    import tempfile

    with tempfile.TemporaryFile(prefix="wherry-") as file:
        return os.dup(file.fileno())
