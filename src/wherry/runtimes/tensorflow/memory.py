"""Return memory that loading a model needed and running it does not."""

import ctypes
import mmap
from collections.abc import Iterator
from pathlib import Path

from wherry import elf
from wherry.libtensorflow import LIBRARIES
from wherry.runtimes.pages import release_heap

_MAPS = Path("/proc/self/maps")


def trim() -> None:
    """Return free heap, and the pages of the libraries that are as they are in their files.

    Loading touches some 250 MB of the libraries that running never reads again; what it does
    read comes back from the page cache. Nothing is written or lost.
    """
    release_heap()
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    libc.madvise.restype = ctypes.c_int
    for start, length in _clean_ranges():
        libc.madvise(start, length, mmap.MADV_DONTNEED)


def _clean_ranges() -> Iterator[tuple[int, int]]:
    """Yield address and length of the libraries' maps that no one can have written to.

    A map that is read-only now is not enough: the loader writes its relocations into some
    (RELRO) before it closes them, and dropping those would undo them. The program headers in
    the file tell which segments never were writable.
    """
    pages: dict[str, frozenset[int]] = {}
    for line in _MAPS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) < 6 or Path(fields[5]).name not in LIBRARIES or "w" in fields[1]:
            continue
        path = fields[5]
        if path not in pages:
            pages[path] = _clean_offsets(path)
        if int(fields[2], 16) in pages[path]:
            start, end = (int(address, 16) for address in fields[0].split("-"))
            yield start, end - start


def _clean_offsets(path: str) -> frozenset[int]:
    """Return where in the file the maps of its never writable segments begin."""
    try:
        with Path(path).open("rb") as file:
            segments = elf.read_segments(file)
    except (OSError, elf.NotElf):
        return frozenset()
    begin: dict[bool, set[int]] = {True: set(), False: set()}
    for segment in segments:
        if segment.kind == elf.LOADED:
            writable = bool(segment.flags & elf.WRITABLE)
            begin[writable].add(segment.offset - segment.offset % mmap.PAGESIZE)
    return frozenset(begin[False] - begin[True])
