"""Which models a process is being asked at this moment, where its supervisor can see it.

A process that dies inside native code cannot say any more what it was doing. So it keeps, in
memory that it shares with its supervisor, how many requests each model holds. Standard library
only: ``wherry serve``'s supervisor imports this.
"""

import mmap
import threading
from dataclasses import dataclass
from typing import Final

# Models of one process beyond these are not named when it dies.
ROWS: Final = 16
ROW_BYTES: Final = 128
# A row: the number of requests, the length of the name, the name.
_NAME_AT: Final = 16
NAME_BYTES: Final = ROW_BYTES - _NAME_AT
REGION_BYTES: Final = ROWS * ROW_BYTES


class Regions:
    """The supervisor's side: a region for each worker, told apart by a number from 0."""

    def __init__(self, workers: int) -> None:
        # Anonymous and shared: children inherit it, and it takes memory only where it is used.
        self._memory = memoryview(mmap.mmap(-1, workers * REGION_BYTES))
        self._free = list(range(workers))

    def take(self) -> int | None:
        """Return the number of an empty region; None when all are in use."""
        if not self._free:
            return None
        number = self._free.pop(0)
        self.region(number)[:] = bytes(REGION_BYTES)
        return number

    def give_back(self, number: int) -> None:
        """Say that a region's worker is gone."""
        self._free.append(number)

    def region(self, number: int) -> memoryview:
        """Return a region's memory."""
        return self._memory[number * REGION_BYTES : (number + 1) * REGION_BYTES]

    def asked(self, number: int) -> dict[str, int]:
        """Return the models that a region's worker is, or was, being asked, and by how many."""
        region = self.region(number)
        found = {}
        for start in range(0, REGION_BYTES, ROW_BYTES):
            count, length = region[start : start + _NAME_AT].cast("Q")
            if count and length <= NAME_BYTES:
                name = region[start + _NAME_AT : start + _NAME_AT + length]
                found[bytes(name).decode(errors="replace")] = count
        return found


_region: memoryview | None = None
_used: set[int] = set()
_lock = threading.Lock()


def use(region: memoryview) -> None:
    """Keep the numbers of this process in a region from now on."""
    global _region
    _region = region


@dataclass(frozen=True, slots=True)
class Claim:
    """Where one model's number is kept: ``count[0]``; ``row`` is None where nobody sees it."""

    count: "memoryview[int]"
    row: int | None


def claim(name: str) -> Claim:
    """Return the place for the number of requests that a model of this process holds."""
    encoded = name.encode()[:NAME_BYTES]
    with _lock:
        row = next((each for each in range(ROWS) if each not in _used), None)
        if _region is None or row is None:
            return Claim(memoryview(bytearray(8)).cast("Q"), None)
        _used.add(row)
        start = row * ROW_BYTES
        _region[start + _NAME_AT : start + _NAME_AT + len(encoded)] = encoded
        head = _region[start : start + _NAME_AT].cast("Q")
        head[0], head[1] = 0, len(encoded)
        return Claim(head[:1], row)


def release(claimed: Claim) -> None:
    """Give the place back: the model is gone."""
    claimed.count[0] = 0
    if claimed.row is not None:
        with _lock:
            _used.discard(claimed.row)
