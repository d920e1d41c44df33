"""Where control groups can be made: found by trying, since rights, version and owner decide it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONTROLLERS: Final = ("memory", "pids", "cpu")
PREFIX: Final = "wherry-"


@dataclass(frozen=True, slots=True)
class Parent:
    """A group in which groups can be made.

    Attributes:
        version: 1 or 2.
        controllers: Those of ``CONTROLLERS`` that it limits its children by.
    """

    folder: Path
    version: int
    controllers: frozenset[str]


def find_parents(proc: Path = Path("/proc/self")) -> tuple[Parent, ...]:
    """Return the groups in which this process may make groups, one for each hierarchy."""
    own = {
        controllers: path
        for _, controllers, path in (
            line.split(":", 2) for line in _read(proc / "cgroup").splitlines()
        )
    }
    parents = (_first_usable(top, wanted, own) for top, wanted in _hierarchies(proc))
    return tuple(parent for parent in parents if parent is not None and parent.controllers)


def _hierarchies(proc: Path) -> Iterator[tuple[Path, frozenset[str]]]:
    """Yield each mounted hierarchy with what it limits by; version 2 comes with nothing."""
    for line in _read(proc / "mounts").splitlines():
        _, top, kind, options, *_ = line.split(" ")
        if kind == "cgroup2":
            yield Path(top), frozenset()
        elif kind == "cgroup":
            wanted = frozenset(options.split(",")) & frozenset(CONTROLLERS)
            if wanted:
                yield Path(top), wanted


def _first_usable(top: Path, wanted: frozenset[str], own: dict[str, str]) -> Parent | None:
    """Try the process's own group, then those around it."""
    path = next(
        (
            path
            for controllers, path in own.items()
            if (wanted & set(controllers.split(","))) or (not wanted and not controllers)
        ),
        "/",
    )
    folder = top / path.lstrip("/")
    # In a container the path may be that of the host, which is not mounted here.
    around = [folder, *folder.parents] if folder.is_dir() else [top]
    second_best = None
    for candidate in around:
        if not candidate.is_relative_to(top):
            break
        parent = _usable(candidate, wanted)
        if parent is not None and (wanted or "memory" in parent.controllers):
            return parent
        second_best = second_best or parent
    return second_best


def _usable(folder: Path, wanted: frozenset[str]) -> Parent | None:
    """Try whether a group can be made here, with what limits it, and joined."""
    trial = folder / f"{PREFIX}trial-{os.getpid()}"
    try:
        trial.mkdir()
    except OSError:
        return None
    try:
        if not os.access(trial / "cgroup.procs", os.W_OK):
            return None
        if wanted:
            return Parent(folder, 1, wanted)
        # A process may move only between groups below one whose list it may write.
        if not os.access(folder / "cgroup.procs", os.W_OK):
            return None
        limiting = frozenset(_limiting(folder))
        return Parent(folder, 2, limiting) if limiting else None
    finally:
        with suppress(OSError):
            trial.rmdir()


def _limiting(folder: Path) -> Iterator[str]:
    """Yield what a version 2 group limits its children by, after asking it for all it can."""
    switch = folder / "cgroup.subtree_control"
    for name in _read(folder / "cgroup.controllers").split():
        if name in CONTROLLERS and name not in _read(switch).split():
            # A group that holds processes itself refuses.
            with suppress(OSError):
                switch.write_text(f"+{name}", "ascii")
    given = _read(switch).split()
    yield from (name for name in CONTROLLERS if name in given)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
