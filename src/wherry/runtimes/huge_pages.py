"""Memory that is in full use on huge pages, where the processor finds it faster.

The processor remembers where some thousand pages of memory lie. A run of a model that goes through
its weights makes it forget those of the site's Python, and to look up a page of 4 KiB again takes
up to four reads of memory, on a virtual machine up to 24 (MobileNetV2, two processes on two CPUs:
3 to 9 % more requests/s on huge pages).

Pages are moved once, into as many huge ones as they fill, so that hardly any memory is added. The
system does the same by itself where an administrator has set it to, but then for all memory that a
process has ever reserved.

Source: madvise(2) and mincore(2); Documentation/admin-guide/mm/transhuge.rst of the Linux kernel.
"""

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

_SETTINGS: Final = Path("/sys/kernel/mm/transparent_hugepage")
# Linux 6.1; older kernels refuse it, and nothing changes.
_MADV_COLLAPSE: Final = 25
# What of a huge page has to be in use already. The rest of it is what moving it costs.
FULL_RATIO: Final = 7 / 8


def use_huge_pages() -> int:
    """Move this process's own memory that is in use to huge pages; return how many bytes it is.

    It takes some milliseconds for each of them, in which threads that ask the system for memory
    wait. 0 where the system has no huge pages, or an administrator has turned them off.
    """
    size = _huge_page_bytes()
    if size is None:
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    moved_bytes = 0
    for start, end in list(_full(libc, _own_memory(), size)):
        # All that lie beside each other in one call: each makes every CPU hand in its lists.
        if libc.madvise(start, end - start, _MADV_COLLAPSE) == 0:
            moved_bytes += end - start
    return moved_bytes


def _huge_page_bytes() -> int | None:
    """Return the size of a huge page; None where there are none to be had."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        if "[never]" in (_SETTINGS / "enabled").read_text():
            return None
        return int((_SETTINGS / "hpage_pmd_size").read_text())
    except (OSError, ValueError):
        return None


def _own_memory() -> Iterator[tuple[int, int]]:
    """Yield (start, end) of writable memory that is no file's and not the first thread's stack."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, permissions, _, _, _, *path = line.split(maxsplit=5)
        if permissions == "rw-p" and (not path or path[0].startswith(("[heap]", "[anon"))):
            start, end = (int(address, 16) for address in span.split("-"))
            yield start, end


def _full(libc: Any, spans: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of these spans that fill huge pages of this size."""
    page = os.sysconf("SC_PAGE_SIZE")
    pages, needed = size // page, int(size // page * FULL_RATIO)
    for start, end in spans:
        begin, last = -(-start // size) * size, end // size * size
        if last <= begin:
            continue
        used = ctypes.create_string_buffer((last - begin) // page)
        if libc.mincore(begin, last - begin, used) != 0:
            continue  # it has been given back meanwhile
        present = used.raw
        since = None
        for at in range(begin, last, size):
            first = (at - begin) // page
            if present.count(1, first, first + pages) < needed:
                if since is not None:
                    yield since, at
                since = None
            elif since is None:
                since = at
        if since is not None:
            yield since, last
