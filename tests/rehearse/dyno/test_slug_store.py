"""Dynos that lay their own folders over one slug, and dynos that unpack it each for itself."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rehearse.dyno.staging import Stage, staged
from wherry.rehearse.dyno.inside.plan import Walls
from wherry.rehearse.dyno.machine import Machine

FILES = {
    "db.sqlite3": "rows",
    "media/seed.txt": "seed",
    "media/deep/a.txt": "a",
    "media/deep/b.txt": "b",
    "static/site.css": "css",
    "rights.sh": "exit 0",
}
WRITES = (
    "echo more >> db.sqlite3; echo new > media/upload.txt; rm static/site.css; "
    "chmod 700 rights.sh; rm -r media/deep; mkdir media/deep; echo again > media/deep/a.txt; "
    "cat media/seed.txt; mkdir __pycache__; touch __pycache__/x.pyc; "
    "mv media/seed.txt media/moved.txt"
)
CHANGES = {
    "db.sqlite3": "changed",
    "media/upload.txt": "new",
    "static/site.css": "removed",
    "media/deep/a.txt": "changed",
    "media/deep/b.txt": "removed",
    "media/seed.txt": "removed",
    "media/moved.txt": "new",
}


async def _run(stage: Stage, command: str) -> None:
    ending = await stage.formation.run("run", command)
    assert ending.status == 0, stage.log


@pytest.mark.parametrize("kind", ["machine", "groupless", "unprivileged", "bare"])
def test_what_was_written_is_told_and_the_next_dyno_sees_the_slug(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    machine: Machine = request.getfixturevalue(kind)

    async def run() -> None:
        async with staged(tmp_path, machine, {}, files=FILES) as stage:
            await _run(stage, "ls")
            assert await stage.formation.written() == []
            await _run(stage, WRITES)
            told = await stage.formation.written()
            changes = {event.path: event.kind for event in told}
            # Unpacked, a file whose rights were changed cannot be told from one written to.
            assert changes.pop("rights.sh", "changed") == "changed"
            assert changes == CHANGES
            sizes = {event.path: event.size_bytes for event in told}
            assert sizes["db.sqlite3"] == len("rowsmore\n")
            await _run(stage, "cat db.sqlite3 static/site.css media/deep/b.txt; ls media")
            said = [line.partition(": ")[2] for line in stage.log if "app[" in line]
            assert said[-3:] == ["rowscssbdeep", "seed.txt"] or said[-2:] == [
                "rowscssbdeep",
                "seed.txt",
            ]

    asyncio.run(run())


def test_two_dynos_at_once_do_not_see_each_others_files(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        commands = {
            "first": "echo first >> db.sqlite3; sleep 600",
            "second": "echo second >> db.sqlite3; sleep 600",
        }
        async with staged(tmp_path, machine, commands, files=FILES) as stage:
            await stage.formation.start(["first", "second"])
            dynos = [slot.dyno for slot in stage.formation.slots.values()]
            wanted = [f"rows{name}\n" for name in commands]
            found: list[str] = []

            def read() -> bool:
                found[:] = [
                    file.read_text() if (file := top / "app/db.sqlite3").exists() else ""
                    for top in (stage.keeping.work / f"{name}.1-1" for name in commands)
                ]
                return found == wanted

            await stage.until(read)
            assert all(dyno is not None and len(dyno.pids()) > 0 for dyno in dynos)

    asyncio.run(run())


def test_folders_of_the_slug_can_be_renamed(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = (
            'perl -e \'rename("media", "kept") or die $!\' && cat kept/seed.txt && ls kept/deep'
        )
        async with staged(tmp_path, machine, {}, files=FILES) as stage:
            await _run(stage, command)
            assert [line for line in stage.log if "app[" in line][-1].endswith(": b.txt")

    if machine.walls.user_namespace:
        pytest.skip("in a user namespace an overlay does not rename folders")
    asyncio.run(run())


def test_a_slug_is_unpacked_once_where_an_overlay_can_be_had(
    tmp_path: Path, machine: Machine
) -> None:
    async def run() -> None:
        async with staged(tmp_path, machine, {}, files=FILES) as stage:
            await _run(stage, "ls")
            if not (stage.keeping.work / "slug").exists():
                pytest.skip("no overlay can be mounted here")
            (tmp_path / "slug.tgz").unlink()
            await _run(stage, "cat db.sqlite3")

    asyncio.run(run())


def test_without_walls_each_dyno_unpacks(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        poor = replace(machine, walls=Walls(), drops_user=False)
        async with staged(tmp_path, poor, {}, files=FILES) as stage:
            await _run(stage, "ls")
            assert not (stage.keeping.work / "slug").exists()

    asyncio.run(run())
