"""What a machine allows is found by trying, and what it does not is said."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from wherry.rehearse.dyno import machine as machines
from wherry.rehearse.dyno.group_parents import Parent
from wherry.rehearse.dyno.inside.plan import Plan, Walls
from wherry.rehearse.dyno.launching import LaunchFailed, launch
from wherry.rehearse.dyno.machine import Machine, survey


def _abouts(machine: Machine) -> set[str]:
    return {about for about, _ in machines._notes(machine)}


def test_a_machine_with_everything_has_nothing_to_say() -> None:
    walls = Walls(mounts=True, pids=True)
    parents = (Parent(Path("/sys/fs/cgroup"), 2, frozenset(("memory", "pids", "cpu"))),)
    assert _abouts(Machine(walls, drops_user=True, parents=parents)) == set()


def test_a_machine_with_nothing_says_each_thing() -> None:
    assert _abouts(Machine()) == {"app folder", "processes", "user", "memory", "threads"}


def test_a_desktop_without_groups_says_that_memory_is_counted_by_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    walls = Walls(user_namespace=True, mounts=True, pids=True)
    assert "memory" in _abouts(Machine(walls))
    assert not {"app folder", "processes", "user"} & _abouts(Machine(walls))


def test_another_system_is_said_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    found = asyncio.run(survey())
    ((about, text),) = found.notes
    assert about == "limits"
    assert "without the platform's limits" in text
    assert (found.walls, found.parents) == (Walls(), ())


def test_a_survey_leaves_nothing(machine: Machine) -> None:
    asyncio.run(survey())
    for parent in machine.parents:
        assert not list(parent.folder.glob(f"wherry-trial-{os.getpid()}*"))


def test_each_dyno_may_have_a_user_that_nobody_is(machine: Machine) -> None:
    uid = machine.walls_for_dyno().uid
    if not (machine.drops_user or machine.walls.user_namespace):
        assert uid is None
        return
    assert uid is not None
    assert uid >= 20_000


def test_a_program_that_is_not_there_is_said_with_its_name() -> None:
    plan = Plan(walls=Walls(), argv=("/bin/nosuch", "x"), folder="/")
    with pytest.raises(LaunchFailed, match=r"No such file or directory \(/bin/nosuch\)"):
        asyncio.run(launch(plan))


def test_a_root_that_cannot_be_mounted_is_said() -> None:
    walls = Walls(user_namespace=os.geteuid() != 0, mounts=True, pids=True)
    plan = Plan(walls=walls, argv=("/bin/sh",), folder="/", root="/nosuch-folder")
    with pytest.raises(LaunchFailed, match="could not be set up"):
        asyncio.run(launch(plan))


def test_a_plan_is_the_same_after_its_way_through_the_socket() -> None:
    plan = Plan(
        walls=Walls(mounts=True, pids=True, uid=20_001),
        argv=("/bin/sh", "-c", "echo \N{SNOWMAN}"),
        folder="/app",
        root="/tmp/root",  # noqa: S108
        environment={"KEY": "line\nbreak"},
        shown={"/app": "/x"},
        made={"/sys": {"a/b": "1"}},
        overlays={"/app": ("a", "b", "c")},
        limits={"NPROC": 256},
        groups=(5, 6),
    )
    text = plan.to_json()
    assert "\n" not in text
    assert Plan.from_json(text) == plan
