"""Control groups of either version: one for each dyno, with the platform's limits.

Source: Documentation/admin-guide/cgroup-v1/memory.rst, cgroup-v2.rst of the Linux kernel.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.rehearse.dyno.group_parents import Parent

# What the kernel lets a quota be counted over, and both versions' own default.
_PERIOD_US: Final = 100_000
# A group can be removed once the kernel has done with its last process.
_REMOVAL_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a group, or a tree of processes, holds.

    Attributes:
        shared_bytes: Shared memory and files in memory.
        cache_bytes: Of files on disk; the kernel drops it before anything is refused.
    """

    anonymous_bytes: int
    shared_bytes: int
    swap_bytes: int = 0
    cache_bytes: int = 0

    @property
    def total_bytes(self) -> int:
        """What is held against the quota."""
        return self.anonymous_bytes + self.shared_bytes + self.swap_bytes


@dataclass(frozen=True, slots=True)
class Group:
    """A dyno's groups, one folder for each controller; on version 2 they are the same one."""

    folders: dict[str, Path]
    versions: dict[str, int]

    def join(self) -> tuple[int, ...]:
        """Open what the command writes itself into; the caller closes it."""
        return tuple(
            os.open(folder / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)
            for folder in dict.fromkeys(self.folders.values())
        )

    def pids(self) -> list[int]:
        """Return its processes, as this machine counts them."""
        folder = next(iter(self.folders.values()))
        return [int(line) for line in _read(folder / "cgroup.procs").split()]

    def limit(self, *, memory_bytes: int | None, processes: int | None, cpus: float | None) -> None:
        """Set its limits, as far as it has the controllers.

        Raises:
            OSError: the kernel refuses one.
        """
        if memory_bytes is not None and "memory" in self.folders:
            self._limit_memory(memory_bytes)
        if processes is not None and "pids" in self.folders:
            (self.folders["pids"] / "pids.max").write_text(str(processes))
        if cpus is not None and "cpu" in self.folders:
            quota = max(1000, round(cpus * _PERIOD_US))
            if self.versions["cpu"] == 1:
                (self.folders["cpu"] / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
                (self.folders["cpu"] / "cpu.cfs_quota_us").write_text(str(quota))
            else:
                (self.folders["cpu"] / "cpu.max").write_text(f"{quota} {_PERIOD_US}")

    def _limit_memory(self, memory_bytes: int) -> None:
        folder = self.folders["memory"]
        if self.versions["memory"] == 1:
            (folder / "memory.limit_in_bytes").write_text(str(memory_bytes))
            # Where the machine swaps, what is swapped counts to the same sum.
            with suppress(OSError):
                (folder / "memory.memsw.limit_in_bytes").write_text(str(memory_bytes))
        else:
            (folder / "memory.max").write_text(str(memory_bytes))
            with suppress(OSError):
                (folder / "memory.swap.max").write_text("0")
            # The platform ends the whole dyno, not the fattest process of it.
            with suppress(OSError):
                (folder / "memory.oom.group").write_text("1")

    def usage(self) -> Usage | None:
        """Return what it holds; None without the memory controller."""
        folder = self.folders.get("memory")
        if folder is None:
            return None
        stat = _table(folder / "memory.stat")
        if self.versions["memory"] == 1:
            shared = stat.get("total_shmem", 0)
            return Usage(
                anonymous_bytes=stat.get("total_rss", 0),
                shared_bytes=shared,
                swap_bytes=stat.get("total_swap", 0),
                cache_bytes=max(0, stat.get("total_cache", 0) - shared),
            )
        shared = stat.get("shmem", 0)
        swap = _read(folder / "memory.swap.current").strip()
        return Usage(
            anonymous_bytes=stat.get("anon", 0),
            shared_bytes=shared,
            swap_bytes=int(swap) if swap.isdecimal() else 0,
            cache_bytes=max(0, stat.get("file", 0) - shared),
        )

    def killed_for_memory(self) -> int:
        """Return how many of its processes the kernel killed at its limit."""
        folder = self.folders.get("memory")
        if folder is None:
            return 0
        name = "memory.oom_control" if self.versions["memory"] == 1 else "memory.events"
        return _table(folder / name).get("oom_kill", 0)

    def memory_alarm(self) -> int | None:
        """Return a descriptor that can be read once the kernel is about to kill; None without.

        Version 1 kills the fattest process alone, and the others would go on until the next
        count; version 2 kills all of the group at once.
        """
        if self.versions.get("memory") != 1:
            return None
        folder = self.folders["memory"]
        alarm = os.eventfd(0)
        try:
            control = os.open(folder / "memory.oom_control", os.O_RDONLY)
            try:
                (folder / "cgroup.event_control").write_text(f"{alarm} {control}", "ascii")
            finally:
                os.close(control)
        except OSError:
            os.close(alarm)
            return None
        return alarm

    def tasks(self) -> int | None:
        """Return its processes and threads; None without the pids controller."""
        folder = self.folders.get("pids")
        text = _read(folder / "pids.current").strip() if folder is not None else ""
        return int(text) if text.isdecimal() else None

    def refused_tasks(self) -> int:
        """Return how often a process or thread was refused."""
        folder = self.folders.get("pids")
        return _table(folder / "pids.events").get("max", 0) if folder is not None else 0

    def pages(self) -> tuple[int, int]:
        """Return how many pages came in and went out, as log-runtime-metrics counts them."""
        folder = self.folders.get("memory")
        stat = _table(folder / "memory.stat") if folder is not None else {}
        return (
            stat.get("total_pgpgin", stat.get("pgfault", 0)),
            stat.get("total_pgpgout", stat.get("pgsteal", 0)),
        )

    def remove(self) -> None:
        """Remove it once its processes are gone; safe to call twice."""
        for folder in dict.fromkeys(self.folders.values()):
            remove_group(folder)


def remove_group(folder: Path) -> None:
    """Remove one group's folder; a group with processes stays, after a few seconds of trying."""
    until = time.monotonic() + _REMOVAL_S
    while True:
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            if time.monotonic() > until:
                return
            time.sleep(0.02)
        else:
            return


def make_group(parents: tuple[Parent, ...], name: str) -> Group | None:
    """Make a dyno's groups; None where there is no parent to make them in.

    Raises:
        OSError: the kernel refuses one; then none is left.
    """
    group = Group({}, {})
    try:
        for parent in parents:
            folder = parent.folder / name
            folder.mkdir()
            for controller in sorted(parent.controllers - group.folders.keys()):
                group.folders[controller] = folder
                group.versions[controller] = parent.version
    except OSError:
        group.remove()
        raise
    return group if group.folders else None


def _table(path: Path) -> dict[str, int]:
    return {
        name: int(value)
        for name, _, value in (line.partition(" ") for line in _read(path).splitlines())
        if value.isdecimal()
    }


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", errors="replace")
    except OSError:
        return ""
