"""How much of the memory quota is in use, as those count it who enforce it."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wherry.platforms.limits import memory_group

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """Memory that counts against a quota, and the quota; both in bytes.

    ``used_bytes`` is anonymous memory, shared memory and swap: what neither the kernel nor we can
    drop. Cached files are left out, since they are dropped before anything happens.
    ``source``: ``"cgroup"`` where its own accounting was read, ``"processes"`` where the anonymous
    memory of a tree of processes was added up, ``"machine"`` where it has no other limit.
    """

    used_bytes: int
    quota_bytes: int
    source: str

    @property
    def ratio(self) -> float:
        """Which part of the quota is in use."""
        return self.used_bytes / self.quota_bytes


def read_cgroup_usage(quota_bytes: int, root: Path = Path("/")) -> Usage | None:
    """Read what the group whose limit counts holds; None where no group has that limit.

    Source: Documentation/admin-guide/cgroup-v1/memory.rst (total_rss is anonymous memory, swap
    cache included; shmem counts as cache) and cgroup-v2.rst of the Linux kernel.
    """
    group = memory_group(quota_bytes, root)
    if group is None:
        return None
    try:
        lines = (group / "memory.stat").read_text("ascii").splitlines()
    except OSError:
        return None
    numbers = {key: int(value) for key, _, value in (line.partition(" ") for line in lines)}
    if "total_rss" in numbers:
        # Without swap accounting there is no total_swap.
        keys = ("total_rss", "total_shmem", "total_swap")
        return Usage(sum(numbers.get(key, 0) for key in keys), quota_bytes, "cgroup")
    used_bytes = numbers.get("anon", 0) + numbers.get("shmem", 0) + _swap_bytes(group)
    return Usage(used_bytes, quota_bytes, "cgroup")


def read_machine_usage(root: Path = Path("/")) -> Usage | None:
    """Read what of the machine's memory cannot be had any more; None where nothing tells."""
    try:
        lines = (root / "proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    kib = {key: int(value.split()[0]) for key, _, value in (line.partition(":") for line in lines)}
    try:
        total_bytes = kib["MemTotal"] * 1024
        return Usage(total_bytes - kib["MemAvailable"] * 1024, total_bytes, "machine")
    except KeyError:
        return None


def read_processes_usage(quota_bytes: int, pids: Iterable[int]) -> Usage:
    """Add up the anonymous memory of processes; those that are gone hold none."""
    return Usage(sum(map(anonymous_bytes, pids)), quota_bytes, "processes")


def anonymous_bytes(pid: int | str = "self") -> int:
    """Return a process's anonymous memory; 0 where the kernel does not tell.

    A hundred times cheaper than ``memory.read_memory``, which walks the page tables.
    Source: proc_pid_statm(5): resident pages, and those of them that have a file behind them.
    """
    try:
        resident, shared = Path(f"/proc/{pid}/statm").read_bytes().split()[1:3]
    except OSError:
        return 0
    return (int(resident) - int(shared)) * _PAGE_BYTES


def resident_bytes() -> int:
    """Return this process's resident memory, mapped files included; 0 where nothing tells."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * _PAGE_BYTES
    except OSError:
        return 0


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all those below it."""
    waiting = [pid]
    while waiting:
        found = waiting.pop()
        yield found
        for listing in Path(f"/proc/{found}/task").glob("*/children"):
            try:
                waiting += map(int, listing.read_text("ascii").split())
            except OSError:
                continue  # The thread has ended since.


def _swap_bytes(group: Path) -> int:
    try:
        return int((group / "memory.swap.current").read_text("ascii"))
    except (OSError, ValueError):
        return 0
