"""The processes that descend from one, as /proc tells them."""

from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def children(pid: int, proc: Path = PROC) -> list[int]:
    """Return the children of a process; those whose parent ended go to its adopter."""
    found: list[int] = []
    try:
        # A child belongs to the thread that forked it.
        for task in (proc / str(pid) / "task").iterdir():
            found += map(int, (task / "children").read_text("ascii").split())
    except (OSError, ValueError):  # it ended meanwhile
        pass
    return found


def descendants(pid: int, proc: Path = PROC) -> Iterator[int]:
    """Yield all that descend from a process, without itself, each after its parent."""
    waiting = children(pid, proc)
    seen: set[int] = set()
    while waiting:
        child = waiting.pop(0)
        if child in seen:
            continue
        seen.add(child)
        yield child
        waiting += children(child, proc)
