"""Give memory back to the system that a runtime has used and may never use again."""

import ctypes
import sys
from pathlib import Path

_MADV_DONTNEED = 4


def release_mapped(file: Path) -> None:
    """Drop this process's pages of a data file mapped read-only (Linux; elsewhere nothing).

    They are clean copies of the file: whoever reads them again gets them back from it. Not for
    shared libraries, whose relocated pages look read-only and are not clean.
    """
    if not sys.platform.startswith("linux"):
        return
    wanted = str(file.resolve())
    libc = ctypes.CDLL(None, use_errno=True)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    libc.madvise.restype = ctypes.c_int
    with Path("/proc/self/maps").open() as maps:
        lines = [line for line in maps if line.rstrip("\n").endswith(wanted)]
    for line in lines:
        span, permissions, _, _, _, path = line.rstrip("\n").split(maxsplit=5)
        if path == wanted and "w" not in permissions:
            start, end = (int(address, 16) for address in span.split("-"))
            libc.madvise(start, end - start, _MADV_DONTNEED)


def release_heap() -> None:
    """Return free heap memory to the system (the GNU C library; elsewhere nothing).

    All of it where there are no more arenas than ``platforms.memory.ARENAS``.
    """
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim.argtypes = [ctypes.c_size_t]
            trim(0)
