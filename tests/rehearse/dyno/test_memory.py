"""Memory as the platform accounts for it: by groups, and by pages where no group may be made."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.rehearse.dyno.staging import PYTHON, Stage, staged
from wherry.platforms.hosts import MIB
from wherry.rehearse.dyno.folders import in_memory
from wherry.rehearse.dyno.machine import Machine
from wherry.rehearse.dyno.memory import GroupMeter, TreeMeter
from wherry.rehearse.events import LimitPassed, MemorySample, ProcessExited

# Holds some memory in a parent, shares it with three children after a fork, of which each writes
# over a part and holds some of its own; beside it shared memory of both kinds, and files read
# into the cache.
TREE = """
import mmap, os, sys, time
from multiprocessing import shared_memory
MIB = 1024 * 1024
inherited = bytearray(os.urandom(MIB)) * 60
shared = mmap.mmap(-1, 20 * MIB)
for page in range(0, len(shared), 4096):
    shared[page] = 1
named = shared_memory.SharedMemory(create=True, size=10 * MIB, track=False)
named.buf[:] = b"x" * (10 * MIB)
for child in range(3):
    if os.fork() == 0:
        own = bytearray(os.urandom(MIB)) * (5 * child)
        for page in range(0, 10 * MIB, 4096):
            inherited[page] = 7
        sum(shared[::4096]); sum(named.buf[::4096])
        print("ready", flush=True)
        time.sleep(600)
print("ready", flush=True)
time.sleep(600)
"""
# 60 + 3 * 10 + 5 * (0 + 1 + 2) + 20 + 10 MiB, and the interpreters' own.
TREE_BYTES = 135 * MIB

HOG = """
import sys, time
held = []
for mib in range(int(sys.argv[1])):
    held.append(bytearray(b"x" * 1024 * 1024))
    time.sleep(float(sys.argv[2]))
print("held", flush=True)
time.sleep(600)
"""


async def _ready(stage: Stage, command: str, count: int) -> None:
    await stage.formation.start(["worker"])
    await stage.until(lambda: stage.log.count(f"app[worker.1]: {command}") == count)


def test_groups_and_pages_agree_on_a_tree_that_shares(tmp_path: Path, machine: Machine) -> None:
    if not machine.has("memory"):
        pytest.skip("no control group for memory may be made here")

    async def run() -> None:
        command = f"exec {PYTHON} tree.py"
        files = {"tree.py": TREE}
        async with staged(tmp_path, machine, {"worker": command}, files=files) as stage:
            await _ready(stage, "ready", 4)
            dyno = stage.formation.slots["worker.1"].dyno
            assert dyno is not None
            assert dyno.group is not None
            by_group = GroupMeter(dyno.group, dyno.pids).count()
            by_pages = TreeMeter(dyno.pids).count()
            assert by_group.processes == by_pages.processes == 4
            assert by_group.usage.total_bytes >= TREE_BYTES
            assert by_pages.usage.total_bytes == pytest.approx(by_group.usage.total_bytes, rel=0.03)
            assert by_pages.usage.shared_bytes == pytest.approx(30 * MIB, rel=0.03)
            assert by_group.usage.shared_bytes == pytest.approx(30 * MIB, rel=0.03)

    asyncio.run(run())


def test_pages_count_what_was_allocated(tmp_path: Path, unprivileged: Machine) -> None:
    async def run() -> None:
        command = f"exec {PYTHON} tree.py"
        files = {"tree.py": TREE}
        async with staged(tmp_path, unprivileged, {"worker": command}, files=files) as stage:
            await _ready(stage, "ready", 4)
            peak = stage.formation.peaks
            await stage.until(lambda: peak()["worker.1"].total_bytes >= TREE_BYTES)
            sample = stage.of(MemorySample)[-1]
            # An interpreter takes some 5 to 9 MiB, part of it shared with its children.
            assert sample.total_bytes < TREE_BYTES + 4 * 10 * MIB
            assert sample.processes == sample.threads == 4

    asyncio.run(run())


def test_counting_by_pages_costs_less_than_two_percent_of_a_cpu(
    tmp_path: Path, unprivileged: Machine
) -> None:
    async def run() -> float:
        command = f"exec {PYTHON} hog.py 400 0"
        files = {"hog.py": HOG}
        async with staged(tmp_path, unprivileged, {"worker": command}, files=files) as stage:
            await _ready(stage, "held", 1)
            dyno = stage.formation.slots["worker.1"].dyno
            assert dyno is not None
            meter = TreeMeter(dyno.pids)
            spent_s = time.thread_time()
            pauses = 0
            started = time.monotonic()
            # The pauses are what they would be; the time between two counts is given, not slept.
            while pauses < 40:
                meter.count(started + pauses * 0.25)
                pauses += 1
            return (time.thread_time() - spent_s) / (pauses * 0.25)

    assert asyncio.run(run()) < 0.02


def test_above_the_quota_r14_is_told_and_the_dyno_goes_on(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = f"exec {PYTHON} hog.py 80 0.001"
        overlay = {"memory_bytes": 64 * MIB, "kill_bytes": 256 * MIB}
        async with staged(
            tmp_path, machine, {"worker": command}, files={"hog.py": HOG}, overlay=overlay
        ) as stage:
            await _ready(stage, "held", 1)
            told = "heroku[worker.1]: Error R14 (Memory quota exceeded)"
            await stage.until(lambda: told in stage.log)
            mem = stage.log[stage.log.index(told) - 1]
            assert mem.startswith("heroku[worker.1]: Process running mem=")
            percent = float(mem.partition("M(")[2].removesuffix("%)"))
            assert 100 < percent < 200
            assert [passed.limit for passed in stage.of(LimitPassed)] == ["memory"]
            assert stage.formation.slots["worker.1"].state == "up"

    asyncio.run(run())


@pytest.mark.parametrize("kind", ["machine", "unprivileged", "bare"])
def test_above_the_multiple_it_is_killed_with_r15(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    machine: Machine = request.getfixturevalue(kind)

    async def run() -> None:
        # What is not stopped by the kernel is stopped at the next count, well before the end.
        command = f"{PYTHON} hog.py 2000 0.005; echo never"
        overlay = {"memory_bytes": 64 * MIB, "kill_bytes": 128 * MIB}
        async with staged(
            tmp_path, machine, {"worker": command}, files={"hog.py": HOG}, overlay=overlay
        ) as stage:
            await stage.formation.start(["worker"])
            await stage.until(lambda: stage.formation.slots["worker.1"].gave_up)
            killed = [line.partition(": ")[2] for line in stage.log if line.startswith("heroku")]
            at = killed.index("Error R15 (Memory quota vastly exceeded)")
            assert killed[at - 1].startswith("Process running mem=")
            assert killed[at + 1 : at + 4] == [
                "Stopping process with SIGKILL",
                "Process exited with status 137",
                "State changed from up to crashed",
            ]
            assert "app[worker.1]: never" not in stage.log
            assert [exited.reason for exited in stage.of(ProcessExited)] == ["R15", "R15"]

    asyncio.run(run())


@pytest.mark.parametrize("platform", ["render:starter", "cloud-run:512mi"])
def test_hosts_without_r14_kill_at_the_limit_in_their_own_words(
    tmp_path: Path, machine: Machine, platform: str
) -> None:
    async def run() -> list[str]:
        command = f"exec {PYTHON} hog.py 2000 0.002"
        overlay = {"memory_bytes": 64 * MIB, "kill_bytes": 64 * MIB}
        files = {"hog.py": HOG}
        async with staged(
            tmp_path, machine, {"worker": command}, files=files, overlay=overlay, platform=platform
        ) as stage:
            await stage.formation.start(["worker"])
            await stage.until(lambda: stage.formation.slots["worker.1"].gave_up)
            return stage.log

    log = "\n".join(asyncio.run(run()))
    assert "R14" not in log
    assert "R15" not in log
    assert ("used over 64MB" in log) or ("Memory limit of 64 MiB exceeded with" in log)


def test_files_count_as_memory_where_the_disk_is_memory(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = "head -c 100M /dev/zero > cache; sleep 600"
        overlay = {"memory_bytes": 64 * MIB, "kill_bytes": 64 * MIB}
        async with staged(
            tmp_path, machine, {"worker": command}, overlay=overlay, platform="cloud-run"
        ) as stage:
            await stage.formation.start(["worker"])
            await stage.until(lambda: stage.formation.slots["worker.1"].gave_up)
            assert {exited.reason for exited in stage.of(ProcessExited)} == {"R15"}

    asyncio.run(run())


def test_files_do_not_count_as_memory_elsewhere(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = "head -c 100M /dev/zero > cache; cat cache > /dev/null; echo done"
        overlay = {"memory_bytes": 64 * MIB, "kill_bytes": 128 * MIB}
        async with staged(tmp_path, machine, {"release": command}, overlay=overlay) as stage:
            if in_memory(stage.keeping.work):
                pytest.skip("the folders for temporary files are in memory here")
            ending = await stage.formation.release()
            assert ending is not None
            assert (ending.status, ending.reason) == (0, "")
            assert stage.of(LimitPassed) == []
            assert "app[release" in stage.log[-3]

    asyncio.run(run())
