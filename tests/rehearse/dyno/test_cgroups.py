"""Control groups of both versions, read and set as the kernel's documentation has them."""

from pathlib import Path

import pytest

from wherry.rehearse.dyno.cgroups import Group, Usage, make_group
from wherry.rehearse.dyno.group_parents import Parent, find_parents
from wherry.rehearse.dyno.machine import Machine

MIB = 1024 * 1024

V1_STAT = """cache 210763776
rss 332398592
shmem 12582912
swap 0
total_cache 210763776
total_rss 332398592
total_shmem 12582912
total_swap 4194304
total_pgpgin 156757
total_pgpgout 97224
"""
V2_STAT = """anon 332398592
file 210763776
kernel 9000000
shmem 12582912
pgfault 156757
pgsteal 97224
"""


@pytest.fixture
def version_1(tmp_path: Path) -> Group:
    folders = {name: tmp_path / name for name in ("memory", "pids", "cpu")}
    for folder in folders.values():
        folder.mkdir()
        (folder / "cgroup.procs").write_text("12\n7\n")
    (folders["memory"] / "memory.stat").write_text(V1_STAT)
    (folders["memory"] / "memory.oom_control").write_text("oom_kill_disable 0\noom_kill 3\n")
    (folders["pids"] / "pids.current").write_text("42\n")
    (folders["pids"] / "pids.events").write_text("max 5\n")
    return Group(folders, dict.fromkeys(folders, 1))


@pytest.fixture
def version_2(tmp_path: Path) -> Group:
    folder = tmp_path / "group"
    folder.mkdir()
    (folder / "cgroup.procs").write_text("12\n7\n")
    (folder / "memory.stat").write_text(V2_STAT)
    (folder / "memory.swap.current").write_text("4194304\n")
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 3\noom_group_kill 1\n")
    (folder / "pids.current").write_text("42\n")
    (folder / "pids.events").write_text("max 5\n")
    names = ("memory", "pids", "cpu")
    return Group(dict.fromkeys(names, folder), dict.fromkeys(names, 2))


@pytest.fixture(params=["version_1", "version_2"])
def group(request: pytest.FixtureRequest) -> Group:
    found: Group = request.getfixturevalue(request.param)
    return found


def test_both_versions_tell_the_same(group: Group) -> None:
    assert group.usage() == Usage(
        anonymous_bytes=332398592,
        shared_bytes=12 * MIB,
        swap_bytes=4 * MIB,
        cache_bytes=210763776 - 12 * MIB,
    )
    assert group.pids() == [12, 7]
    assert group.tasks() == 42
    assert group.refused_tasks() == 5
    assert group.killed_for_memory() == 3
    assert group.pages() == (156757, 97224)


def test_cache_is_not_held_against_the_quota(group: Group) -> None:
    usage = group.usage()
    assert usage is not None
    assert usage.total_bytes == 332398592 + 12 * MIB + 4 * MIB


def test_version_1_is_limited(version_1: Group) -> None:
    version_1.limit(memory_bytes=1024 * MIB, processes=256, cpus=0.5)
    assert {
        file.name: file.read_text()
        for folder in version_1.folders.values()
        for file in folder.iterdir()
        if file.name.endswith(("limit_in_bytes", ".max", "_us"))
    } == {
        "memory.limit_in_bytes": str(1024 * MIB),
        "memory.memsw.limit_in_bytes": str(1024 * MIB),
        "pids.max": "256",
        "cpu.cfs_period_us": "100000",
        "cpu.cfs_quota_us": "50000",
    }


def test_version_2_is_limited_and_never_swaps(version_2: Group) -> None:
    version_2.limit(memory_bytes=1024 * MIB, processes=256, cpus=0.15)
    folder = version_2.folders["memory"]
    assert {
        name: (folder / name).read_text()
        for name in ("memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max")
    } == {
        "memory.max": str(1024 * MIB),
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": "256",
        "cpu.max": "15000 100000",
    }


def test_what_has_no_limit_is_not_limited(group: Group) -> None:
    group.limit(memory_bytes=None, processes=None, cpus=None)
    for folder in group.folders.values():
        assert not list(folder.glob("*max")) + list(folder.glob("*limit*"))


def test_a_group_without_controllers_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").touch()
    group = Group({"cpu": tmp_path}, {"cpu": 2})
    assert group.usage() is None
    assert group.tasks() is None
    assert (group.killed_for_memory(), group.refused_tasks()) == (0, 0)
    assert group.memory_alarm() is None


def _system(top: Path, mounts: list[tuple[str, str, str]], own: str) -> Path:
    proc = top / "proc"
    proc.mkdir()
    rows = [f"{kind} {top}/{place} {kind} {options} 0 0" for place, kind, options in mounts]
    (proc / "mounts").write_text("\n".join(rows) + "\n")
    (proc / "cgroup").write_text(own)
    return proc


def _v2_group(folder: Path, *, controllers: str, given: str = "") -> None:
    folder.mkdir(parents=True)
    (folder / "cgroup.procs").touch()
    (folder / "cgroup.controllers").write_text(controllers)
    (folder / "cgroup.subtree_control").write_text(given)


def test_no_hierarchy_has_no_parents(tmp_path: Path) -> None:
    assert find_parents(_system(tmp_path, [("sys", "sysfs", "rw")], "0::/\n")) == ()
    assert find_parents(tmp_path / "nowhere") == ()


def test_a_hierarchy_that_makes_no_groups_has_no_parents(tmp_path: Path) -> None:
    # A folder of a file system is made without the files that the kernel would put into it.
    _v2_group(tmp_path / "cg", controllers="memory pids")
    proc = _system(tmp_path, [("cg", "cgroup2", "ro")], "0::/\n")
    assert find_parents(proc) == ()
    assert list((tmp_path / "cg").glob("wherry-*")) == []


def test_this_machines_own_parents_make_groups_that_can_be_removed(machine: Machine) -> None:
    if not machine.parents:
        pytest.skip("no control group may be made here")
    group = make_group(machine.parents, "wherry-test-of-making")
    assert group is not None
    try:
        assert group.pids() == []
        group.limit(memory_bytes=64 * MIB, processes=16, cpus=0.5)
        with pytest.raises(FileExistsError):
            make_group(machine.parents, "wherry-test-of-making")
    finally:
        group.remove()
        group.remove()
    assert not any(folder.exists() for folder in group.folders.values())


def test_a_group_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    parents = (Parent(first, 1, frozenset(("memory",))), Parent(second, 1, frozenset(("pids",))))
    with pytest.raises(FileNotFoundError):
        make_group(parents, "wherry-half")
    assert list(first.iterdir()) == []
