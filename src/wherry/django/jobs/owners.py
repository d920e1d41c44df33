"""Names of workers, from which another process can tell whether that worker still lives."""

import os
from functools import cache
from pathlib import Path

from wherry.serving.shared_cells import birth


def own_name() -> str:
    """Return this process's name: the place its number counts in, its number, its birth."""
    return name_of(os.getpid())


def name_of(pid: int) -> str:
    """Return the name of a process of this place."""
    return f"{_place()}:{pid}:{birth(pid) or 0}"


def is_known_dead(name: str) -> bool:
    """Whether this is the name of a worker of this place that has ended.

    Of workers elsewhere only their silence tells.
    """
    place, _, process = name.partition(":")
    pid, _, born = process.partition(":")
    if place != _place() or not (pid.isdecimal() and born.isdecimal()):
        return False
    return birth(int(pid)) != int(born)


@cache
def _place() -> str:
    """Return what is the same for processes that count in the same numbers: kernel, namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:13]
        space = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        # Nobody is known to be dead then.
        return f"unknown-{os.urandom(6).hex()}"
    return f"{boot}.{''.join(sign for sign in space if sign.isdigit())}"
