"""How much memory a process holds, as the kernel accounts for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

# What MALLOC_ARENA_MAX is to be. Of an arena that is not the first, malloc_trim keeps what is free
# at its end: the weights of a model that another took the place of, up to 64 MB. And glibc would
# open eight for each CPU, which keep more the more there are; one is as fast (2 CPUs, LiteRT,
# libtensorflow, and Python's TensorFlow with four threads). Source: mtrim in malloc/malloc.c,
# heap_trim in malloc/arena.c of glibc 2.36.
ARENAS: Final = 1


@dataclass(frozen=True, slots=True)
class Memory:
    """One process's memory, in bytes.

    ``anonymous_bytes`` is what a dyno's quota counts; ``rss_bytes`` counts mapped files too, and
    ``pss_bytes`` divides pages that several processes share among them.
    """

    rss_bytes: int
    pss_bytes: int
    anonymous_bytes: int
    swap_bytes: int


def read_memory(pid: int | None = None) -> Memory | None:
    """Read a process's memory (this one's by default); None where the kernel does not tell.

    Source: Documentation/filesystems/proc.rst of the Linux kernel, smaps_rollup.
    """
    try:
        lines = Path(f"/proc/{pid or 'self'}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return None
    fields = {
        key: int(value.split()[0]) * 1024
        for key, _, value in (line.partition(":") for line in lines[1:])
        if value.endswith(" kB")
    }
    return Memory(
        rss_bytes=fields["Rss"],
        pss_bytes=fields["Pss"],
        anonymous_bytes=fields["Anonymous"],
        swap_bytes=fields["Swap"],
    )
