"""Apps that take all they can get: the platform's limits hold, and this machine does too."""

import asyncio
import secrets
import subprocess
from pathlib import Path

import pytest

from tests.rehearse.dyno.staging import PYTHON, Stage, staged
from wherry.platforms.hosts import MIB
from wherry.rehearse.dyno.machine import Machine
from wherry.rehearse.events import LimitPassed, LogLine, MemorySample, ProcessExited

THREADS = """
import sys, threading, time
started = 0
try:
    for _ in range(int(sys.argv[1])):
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        started += 1
except RuntimeError as error:
    print("refused:", error, flush=True)
print("threads", started, flush=True)
time.sleep(600)
"""
# Forks without an end, in its children as well.
BOMB = """
import os, time
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.05)
"""


@pytest.mark.parametrize("kind", ["machine", "groupless"])
def test_too_many_threads_are_refused_and_told(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    machine: Machine = request.getfixturevalue(kind)
    if not (machine.has("pids") or machine.counts_processes):
        pytest.skip("processes cannot be limited here")

    async def run() -> None:
        command = f"exec {PYTHON} threads.py 400"
        files = {"threads.py": THREADS}
        async with staged(tmp_path, machine, {"worker": command}, files=files) as stage:
            await stage.formation.start(["worker"])
            await stage.until(lambda: stage.log[-1].startswith("app[worker.1]: threads"))
            assert any("refused: can't start new thread" in line for line in stage.log)
            # The first thread is the program's own.
            assert stage.log[-1] == "app[worker.1]: threads 255"
            await stage.until(lambda: bool(stage.of(LimitPassed)))
            assert {passed.limit for passed in stage.of(LimitPassed)} == {"processes"}
            assert stage.of(LimitPassed)[0].allowed == 256

    asyncio.run(run())


def test_as_many_threads_as_allowed_are_no_matter(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = f"exec {PYTHON} threads.py 200"
        files = {"threads.py": THREADS}
        async with staged(tmp_path, machine, {"worker": command}, files=files) as stage:
            await stage.formation.start(["worker"])
            await stage.until(lambda: stage.log[-1] == "app[worker.1]: threads 200")
            await stage.until(lambda: bool(stage.of(MemorySample)[-1:]))
            await stage.until(lambda: stage.of(MemorySample)[-1].threads == 201)
            assert stage.of(LimitPassed) == []

    asyncio.run(run())


MOST_PROCESSES = 40
# The dyno's own two processes, which are not the app's.
INSIDE = 2


@pytest.mark.parametrize("kind", ["machine", "groupless"])
def test_a_fork_bomb_stays_in_its_dyno_and_ends_with_it(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    machine: Machine = request.getfixturevalue(kind)
    if not (machine.has("pids") or machine.counts_processes):
        pytest.skip("processes cannot be limited here")
    bomb = f"bomb-{secrets.token_hex(8)}.py"

    async def run() -> None:
        command = f"exec {PYTHON} {bomb}"
        overlay = {"max_processes": MOST_PROCESSES, "shutdown_grace_s": 5}
        files = {bomb: BOMB}
        async with staged(
            tmp_path, machine, {"worker": command}, files=files, overlay=overlay
        ) as stage:
            await stage.formation.start(["worker"])
            await stage.until(lambda: bool(stage.of(LimitPassed)))
            dyno = stage.formation.slots["worker.1"].dyno
            assert dyno is not None
            # Where no group holds it at the limit it is ended at twice that.
            most = MOST_PROCESSES if machine.has("pids") else 2 * MOST_PROCESSES
            assert len(dyno.pids()) <= most + INSIDE
            await stage.formation.stop()

    asyncio.run(run())
    assert bomb not in _processes()


def test_an_app_run_wild_is_ended_where_the_kernel_refuses_nothing(
    tmp_path: Path, unprivileged: Machine
) -> None:
    async def run() -> None:
        command = f"exec {PYTHON} threads.py 200"
        overlay = {"max_processes": 40}
        files = {"threads.py": THREADS}
        async with staged(
            tmp_path, unprivileged, {"worker": command}, files=files, overlay=overlay
        ) as stage:
            await stage.formation.start(["worker"])
            if unprivileged.counts_processes:
                await stage.until(lambda: stage.log[-1] == "app[worker.1]: threads 39")
            else:
                await stage.until(lambda: stage.formation.slots["worker.1"].gave_up)
                assert {exited.reason for exited in stage.of(ProcessExited)} == {"processes"}
            await stage.until(lambda: bool(stage.of(LimitPassed)))
            assert {passed.limit for passed in stage.of(LimitPassed)} == {"processes"}

    asyncio.run(run())


def test_who_fills_the_disk_is_stopped(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = "while :; do head -c 8M /dev/zero >> upload; sleep 0.02; done"
        overlay = {"disk_bytes": 64 * MIB}
        async with staged(tmp_path, machine, {"worker": command}, overlay=overlay) as stage:
            await stage.formation.start(["worker"])
            await stage.until(lambda: stage.formation.slots["worker.1"].gave_up)
            passed = stage.of(LimitPassed)
            assert [event.limit for event in passed] == ["disk", "disk"]
            # What is written between two looks comes on top.
            assert 64 * MIB < passed[0].value < 4096 * MIB
            assert {exited.reason for exited in stage.of(ProcessExited)} == {"disk"}

    asyncio.run(run())


def test_who_writes_a_little_is_not_stopped(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = "head -c 8M /dev/zero > upload"
        overlay = {"disk_bytes": 64 * MIB}
        async with staged(tmp_path, machine, {"release": command}, overlay=overlay) as stage:
            ending = await stage.formation.release()
            assert ending is not None
            assert ending.status == 0
            assert stage.of(LimitPassed) == []

    asyncio.run(run())


def test_a_flood_in_the_log_is_counted_and_dropped(tmp_path: Path, machine: Machine) -> None:
    async def run() -> Stage:
        command = "yes 'a line that says nothing' | head -c 300M; echo the end"
        async with staged(tmp_path, machine, {"release": command}) as stage:
            ending = await stage.formation.release()
            assert ending is not None
            assert ending.status == 0
            return stage

    stage = asyncio.run(run())
    lines = [event for event in stage.of(LogLine) if event.source == "app"]
    told = [event for event in stage.of(LogLine) if event.dyno == "logplex"]
    assert told
    assert all(event.message.startswith("Error L10 (output buffer overflow): ") for event in told)
    dropped = sum(int(event.message.split()[5]) for event in told)
    # No line is lost without being counted, but one that was cut where the dropping began.
    written = 300 * MIB // len("a line that says nothing\n") + 2
    assert abs(len(lines) + dropped - written) <= len(told) + 1
    assert {passed.limit for passed in stage.of(LimitPassed)} == {"log"}


def test_a_chatty_app_loses_nothing(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = "for i in $(seq 900); do echo $i; done"
        async with staged(tmp_path, machine, {"release": command}) as stage:
            await stage.formation.release()
            lines = [event.message for event in stage.of(LogLine) if event.source == "app"]
            assert lines == [str(number) for number in range(1, 901)]
            assert stage.of(LimitPassed) == []

    asyncio.run(run())


def _processes() -> str:
    return subprocess.run(
        ["ps", "-e", "-o", "args="], check=True, capture_output=True, text=True
    ).stdout
