"""The machine's limits, read from trees like those the kernel shows."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from wherry.platforms.limits import read_limits

MIB = 1024 * 1024
AVAILABLE = len(os.sched_getaffinity(0))
UNLIMITED_V1 = "9223372036854771712"


def machine(folder: Path, files: Mapping[str, str], *, total_kib: int = 64 * 1024 * 1024) -> Path:
    """Write a root with a machine of so much memory and the given files."""
    for path, text in {"proc/meminfo": f"MemTotal: {total_kib} kB\n", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text + "\n")
    return folder


def test_this_machine_has_limits() -> None:
    """The real files, whatever they say."""
    limits = read_limits()
    assert limits.memory_bytes is not None
    assert limits.memory_bytes > 64 * MIB
    assert 0 < limits.cpus <= AVAILABLE


def test_without_groups_the_machine_is_the_limit(tmp_path: Path) -> None:
    """A laptop."""
    limits = read_limits(machine(tmp_path, {}), {})
    assert (limits.memory_bytes, limits.memory_source) == (64 * 1024 * MIB, "machine")
    assert (limits.cpus, limits.cpus_source) == (AVAILABLE, "affinity")


def test_nothing_to_read_is_no_limit(tmp_path: Path) -> None:
    """Not a Linux, or no /proc."""
    assert read_limits(tmp_path, {}).memory_bytes is None


def test_version_1_group(tmp_path: Path) -> None:
    """Heroku's Cedar: the group's path is the host's, its files lie at the mount's top."""
    root = machine(
        tmp_path,
        {
            "proc/self/cgroup": "8:memory:/docker/5f2\n3:cpu,cpuacct:/docker/5f2\n0::/",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": str(512 * MIB),
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
        },
    )
    limits = read_limits(root, {})
    assert (limits.memory_bytes, limits.memory_source) == (512 * MIB, "cgroup")
    assert (limits.cpus, limits.cpus_source) == (0.5, "cgroup")


def test_version_1_without_limits(tmp_path: Path) -> None:
    """The kernel shows a number larger than any machine, and -1."""
    root = machine(
        tmp_path,
        {
            "proc/self/cgroup": "8:memory:/\n3:cpu,cpuacct:/",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": UNLIMITED_V1,
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
        },
    )
    limits = read_limits(root, {})
    assert limits.memory_source == "machine"
    assert limits.cpus == AVAILABLE


def test_version_2_group(tmp_path: Path) -> None:
    """Heroku's Fir: nine tenths of a CPU."""
    root = machine(
        tmp_path,
        {
            "proc/self/cgroup": "0::/",
            "sys/fs/cgroup/memory.max": str(1024 * MIB),
            "sys/fs/cgroup/cpu.max": "90000 100000",
        },
    )
    limits = read_limits(root, {})
    assert limits.memory_bytes == 1024 * MIB
    assert limits.cpus == pytest.approx(0.9)


def test_outer_groups_limit_as_well(tmp_path: Path) -> None:
    """A unit inside a slice: the tighter of the two counts for each resource."""
    root = machine(
        tmp_path,
        {
            "proc/self/cgroup": "0::/small.slice/site.service",
            "sys/fs/cgroup/small.slice/memory.max": str(300 * MIB),
            "sys/fs/cgroup/small.slice/site.service/memory.max": "max",
            "sys/fs/cgroup/small.slice/cpu.max": "max 100000",
            "sys/fs/cgroup/small.slice/site.service/cpu.max": "25000 100000",
        },
    )
    limits = read_limits(root, {})
    assert limits.memory_bytes == 300 * MIB
    assert limits.cpus == 0.25


def test_shared_dyno_is_promised_less_than_it_sees(tmp_path: Path) -> None:
    """No quota, but eight CPUs of a host that others use: half of the burst counts."""
    root = machine(
        tmp_path,
        {
            "proc/self/cgroup": "8:memory:/lxc/1",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": str(512 * MIB),
        },
    )
    assert read_limits(root, {"DYNO": "web.1"}).cpus == min(2, AVAILABLE)


def test_larger_dyno_is_taken_at_its_word(tmp_path: Path) -> None:
    """Performance dynos have their CPUs to themselves."""
    root = machine(
        tmp_path,
        {
            "proc/self/cgroup": "8:memory:/lxc/1",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": str(2560 * MIB),
        },
    )
    assert read_limits(root, {"DYNO": "web.1"}).cpus == AVAILABLE
