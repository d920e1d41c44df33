"""The processes of this server and the memory that each holds."""

import os
from dataclasses import dataclass
from pathlib import Path

from wherry.platforms.memory import Memory, read_memory


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the server, and whether it is the one that answers now."""

    pid: int
    answering: bool
    memory: Memory


def server_processes() -> list[Process]:
    """Return this process, its parent and its siblings, as far as they run the same Python.

    Servers run workers under a supervisor; a shell that started one is no part of it.
    """
    own, parent = os.getpid(), os.getppid()
    found = []
    for pid in sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        if pid in (own, parent) or _parent(pid) == parent:
            memory = read_memory(pid) if _python(pid) == _python(own) else None
            if memory is not None:
                found.append(Process(pid, pid == own, memory))
    return found


def _parent(pid: int) -> int | None:
    try:
        # The name, in brackets, may hold spaces; the state and the parent follow it.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def _python(pid: int) -> str | None:
    try:
        return str(Path(f"/proc/{pid}/exe").readlink())
    except OSError:
        return None
