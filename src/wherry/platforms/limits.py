"""What this machine allows a process: memory and CPUs, as cgroups, affinity and the host say."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wherry.platforms import heroku


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be used.

    Attributes:
        memory_bytes: The most memory; None where nothing tells.
        memory_source: Where that was read: ``"cgroup"`` or ``"machine"``.
        cpus: CPUs' worth of time; may be a fraction.
        cpus_source: Where that was read: ``"cgroup"``, ``"affinity"`` or ``"shared dyno"``.
    """

    memory_bytes: int | None
    memory_source: str
    cpus: float
    cpus_source: str


def read_limits(root: Path = Path("/"), environ: Mapping[str, str] = os.environ) -> Limits:
    """Read the limits of the calling process.

    ``root`` is where ``proc`` and ``sys/fs/cgroup`` are found. Both cgroup versions are read,
    each from the process's own group up to the root, since an outer group limits as well.

    Source: Documentation/admin-guide/cgroup-v1/memory.rst, cgroup-v2.rst and
    scheduler/sched-bwc.rst of the Linux kernel.
    """
    machine = _machine_bytes(root)
    memory, memory_source = machine, "machine"
    cgroup = min(_memory_limits(root), default=None)
    # An unlimited version 1 group shows a number larger than any machine.
    if cgroup is not None and (machine is None or cgroup < machine):
        memory, memory_source = cgroup, "cgroup"
    cpus, cpus_source = float(len(os.sched_getaffinity(0))), "affinity"
    quota = min(_cpu_quotas(root), default=None)
    if quota is not None and quota < cpus:
        cpus, cpus_source = quota, "cgroup"
    elif "DYNO" in environ and memory_source == "cgroup" and memory is not None:
        shared = _shared_dyno_cpus(memory)
        if shared is not None and shared < cpus:
            cpus, cpus_source = shared, "shared dyno"
    return Limits(memory, memory_source, cpus, cpus_source)


def _shared_dyno_cpus(memory_bytes: int) -> float | None:
    """Half of what a shared dyno may burst to: a guess between its share and its best hour."""
    if memory_bytes > heroku.SHARED_DYNO_MAX_BYTES:
        return None
    return 2.0 * max(1, memory_bytes // heroku.SHARED_DYNO_BYTES_PER_SHARE)


def _machine_bytes(root: Path) -> int | None:
    for line in _read(root / "proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return None


def _groups(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield (controller, folder) from this process's own group up; controller "" is version 2."""
    base = root / "sys/fs/cgroup"
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            top = base / controller if controller else base
            folder = top / path.lstrip("/")
            # In a container the path may be that of the host, which is not mounted here.
            while folder != top:
                yield controller, folder
                folder = folder.parent
            yield controller, top


def _memory_limits(root: Path) -> Iterator[int]:
    return (limit for limit, _ in _limited_groups(root))


def memory_group(limit_bytes: int, root: Path = Path("/")) -> Path | None:
    """Return the folder of the memory cgroup that has this limit, from this process's own up."""
    return next((folder for limit, folder in _limited_groups(root) if limit == limit_bytes), None)


def _limited_groups(root: Path) -> Iterator[tuple[int, Path]]:
    names = {"memory": "memory.limit_in_bytes", "": "memory.max"}
    for controller, folder in _groups(root):
        if controller in names:
            text = _read(folder / names[controller]).strip()
            if text.isdecimal():
                yield int(text), folder


def _cpu_quotas(root: Path) -> Iterator[float]:
    for controller, folder in _groups(root):
        if controller == "cpu":
            quota = _read(folder / "cpu.cfs_quota_us").strip()
            period = _read(folder / "cpu.cfs_period_us").strip()
        elif controller == "":
            quota, _, period = _read(folder / "cpu.max").strip().partition(" ")
        else:
            continue
        # -1 (version 1) and "max" (version 2) mean no quota.
        if quota.isdecimal() and period.isdecimal() and int(period) > 0:
            yield int(quota) / int(period)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", errors="replace")
    except OSError:
        return ""
