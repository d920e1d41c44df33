"""What counts against the quota, from files as the kernel writes them."""

import mmap
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wherry.platforms.usage import (
    anonymous_bytes,
    read_cgroup_usage,
    read_machine_usage,
    read_processes_usage,
    tree,
)

MIB = 2**20


def version_1(root: Path, stat: str) -> None:
    group = root / "sys/fs/cgroup/memory/dyno"
    group.mkdir(parents=True)
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text("4:memory:/dyno\n")
    (group / "memory.limit_in_bytes").write_text(f"{512 * MIB}\n")
    (group / "memory.stat").write_text(stat)


def version_2(root: Path, stat: str) -> Path:
    group = root / "sys/fs/cgroup/dyno"
    group.mkdir(parents=True)
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text("0::/dyno\n")
    (group / "memory.max").write_text(f"{512 * MIB}\n")
    (group / "memory.stat").write_text(stat)
    return group


def test_version_1_counts_anonymous_shared_and_swapped(tmp_path: Path) -> None:
    """The group and those below it; the cache is left out."""
    stat = "cache 900\nrss 1\nshmem 2\ntotal_cache 900\ntotal_rss 100\ntotal_shmem 20\n"
    version_1(tmp_path, f"{stat}total_swap 3\n")
    usage = read_cgroup_usage(512 * MIB, tmp_path)
    assert usage is not None
    assert (usage.used_bytes, usage.quota_bytes, usage.source) == (123, 512 * MIB, "cgroup")


def test_version_1_without_swap_accounting(tmp_path: Path) -> None:
    """Many hosts have none."""
    version_1(tmp_path, "total_rss 100\ntotal_shmem 20\n")
    usage = read_cgroup_usage(512 * MIB, tmp_path)
    assert usage is not None
    assert usage.used_bytes == 120


def test_version_2_counts_the_same(tmp_path: Path) -> None:
    """Swap stands in a file of its own, which may be missing."""
    group = version_2(tmp_path, "anon 100\nfile 900\nshmem 20\n")
    usage = read_cgroup_usage(512 * MIB, tmp_path)
    assert usage is not None
    assert usage.used_bytes == 120
    (group / "memory.swap.current").write_text("3\n")
    usage = read_cgroup_usage(512 * MIB, tmp_path)
    assert usage is not None
    assert usage.used_bytes == 123


def test_group_of_another_limit_is_not_read(tmp_path: Path) -> None:
    """The limit may be an outer group's; where none has it nothing is said."""
    version_2(tmp_path, "anon 100\n")
    assert read_cgroup_usage(999, tmp_path) is None
    assert read_cgroup_usage(512 * MIB, tmp_path / "elsewhere") is None


def test_machine_without_another_limit(tmp_path: Path) -> None:
    """What can be had without swapping is not in use."""
    (tmp_path / "proc").mkdir()
    meminfo = "MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable:  400 kB\n"
    (tmp_path / "proc/meminfo").write_text(meminfo)
    usage = read_machine_usage(tmp_path)
    assert usage is not None
    assert (usage.used_bytes, usage.quota_bytes) == (600 * 1024, 1000 * 1024)
    assert usage.ratio == 0.6
    assert read_machine_usage(tmp_path / "elsewhere") is None


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux tells it in /proc")
def test_processes_are_added_up() -> None:
    """With their children; one that has ended holds nothing."""
    before = anonymous_bytes()
    held = np.frombuffer(mmap.mmap(-1, 64 * MIB, mmap.MAP_PRIVATE), np.uint8)
    held.fill(1)
    assert anonymous_bytes() - before > 60 * MIB
    assert held.size == 64 * MIB
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert child.pid in set(tree(os.getpid()))
    finally:
        child.communicate(b"\n")
    assert child.pid not in set(tree(os.getpid()))
    assert anonymous_bytes(child.pid) == 0
    usage = read_processes_usage(512 * MIB, tree(os.getpid()))
    assert usage.used_bytes > 60 * MIB
