"""Dynos from launch to end, with the platform's own words."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.rehearse.dyno.staging import LISTEN, PYTHON, WEB, staged
from wherry.rehearse.dyno.folders import UnpackFailed
from wherry.rehearse.dyno.formation import UnknownProcess
from wherry.rehearse.dyno.machine import Machine
from wherry.rehearse.events import (
    BootStep,
    Event,
    MemorySample,
    PortBound,
    ProcessExited,
    StateChanged,
)

R10 = (
    "heroku[web.1]: Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 2 "
    "seconds of launch"
)
R12 = (
    "heroku[web.1]: Error R12 (Exit timeout) -> At least one process failed to exit within 1 "
    "seconds of SIGTERM"
)


def test_a_web_dyno_starts_binds_and_stops(tmp_path: Path, machine: Machine) -> None:
    async def run() -> list[str]:
        async with staged(tmp_path, machine, {"web": WEB}) as stage:
            await stage.formation.start()
            (web,) = stage.formation.web_dynos()
            assert (web.dyno, web.host, web.state) == ("web.1", "127.0.0.1", "up")
            _, writer = await asyncio.open_connection(web.host, web.port)
            writer.close()
            await stage.formation.stop()
            assert [step.name for step in stage.of(BootStep)] == [
                "launched",
                "first output",
                "bound",
            ]
            assert [bound.port == bound.wanted for bound in stage.of(PortBound)] == [True]
            return stage.log

    assert asyncio.run(run()) == [
        f"heroku[web.1]: Starting process with command `{WEB}`",
        "app[web.1]: listening",
        "heroku[web.1]: State changed from starting to up",
        "heroku[web.1]: Stopping all processes with SIGTERM",
        "heroku[web.1]: Process exited with status 143",
    ]


def test_a_dyno_that_does_not_bind_is_killed_with_r10(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = f"exec {PYTHON} listen.py 127.0.0.1 $PORT"
        overlay = {"boot_timeout_s": 2}
        async with staged(tmp_path, machine, {"web": command}, overlay=overlay) as stage:
            await stage.formation.start()
            assert stage.log[:6] == [
                f"heroku[web.1]: Starting process with command `{command}`",
                "app[web.1]: listening",
                R10,
                "heroku[web.1]: Stopping process with SIGKILL",
                "heroku[web.1]: Process exited with status 137",
                "heroku[web.1]: State changed from starting to crashed",
            ]
            assert {exited.reason for exited in stage.of(ProcessExited)} == {"R10"}
            # It listened, but where nobody outside can come.
            assert {bound.address for bound in stage.of(PortBound)} == {"127.0.0.1"}

    asyncio.run(run())


def test_another_port_is_told(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = f"exec {PYTHON} listen.py 0.0.0.0 $((PORT + 1))"
        overlay = {"boot_timeout_s": 2}
        async with staged(tmp_path, machine, {"web": command}, overlay=overlay) as stage:
            await stage.formation.start()
            heard = stage.of(PortBound)
            assert heard
            assert all(bound.port == bound.wanted + 1 for bound in heard)
            (web,) = stage.formation.web_dynos()
            assert web.state == "crashed"

    asyncio.run(run())


@pytest.mark.parametrize("status", [0, 3])
def test_any_end_is_a_crash_and_the_second_one_is_the_last(
    tmp_path: Path, machine: Machine, status: int
) -> None:
    async def run() -> None:
        command = f"echo once; exit {status}"
        async with staged(tmp_path, machine, {"web": command}) as stage:
            await stage.formation.start()
            life = [
                f"heroku[web.1]: Starting process with command `{command}`",
                "app[web.1]: once",
                f"heroku[web.1]: Process exited with status {status}",
                "heroku[web.1]: State changed from starting to crashed",
            ]
            again = "heroku[web.1]: State changed from crashed to starting"
            assert stage.log == [*life, again, *life]
            assert stage.formation.slots["web.1"].gave_up

    asyncio.run(run())


def test_a_crash_after_the_boot_is_followed_by_a_restart(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        async with staged(tmp_path, machine, {"web": WEB}) as stage:
            await stage.formation.start()
            web = stage.formation.slots["web.1"]
            first = web.dyno
            assert first is not None
            for pid in first.pids():
                os.kill(pid, signal.SIGKILL)
            await stage.until(lambda: web.dyno is not first and web.state == "up")
            assert not web.gave_up
            states = [(change.before, change.after) for change in stage.of(StateChanged)]
            assert states == [
                ("", "starting"),
                ("starting", "up"),
                ("up", "crashed"),
                ("crashed", "starting"),
                ("starting", "up"),
            ]

    asyncio.run(run())


def test_who_ignores_the_signal_is_killed_with_r12(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        # A shell that waits for its child, as many start scripts do.
        command = f"trap '' TERM; {WEB.removeprefix('exec ')}"
        overlay = {"shutdown_grace_s": 1}
        async with staged(tmp_path, machine, {"web": command}, overlay=overlay) as stage:
            await stage.formation.start()
            await stage.formation.stop()
            assert stage.log[-4:] == [
                "heroku[web.1]: Stopping all processes with SIGTERM",
                R12,
                "heroku[web.1]: Stopping remaining processes with SIGKILL",
                "heroku[web.1]: Process exited with status 137",
            ]
            assert stage.of(ProcessExited)[-1].reason == "R12"

    asyncio.run(run())


def test_a_daily_restart_starts_the_next_while_the_last_drains(
    tmp_path: Path, machine: Machine
) -> None:
    async def run() -> None:
        drain = "import signal, time; signal.signal(15, lambda *_: (time.sleep(1), exit(0)))\n"
        files = {"listen.py": drain + LISTEN}
        async with staged(tmp_path, machine, {"web": WEB}, files=files) as stage:
            await stage.formation.start()
            (before,) = stage.formation.web_dynos()
            await stage.formation.cycle()
            (after,) = stage.formation.web_dynos()
            assert before.port != after.port
            lines = [line for line in stage.log if line.startswith("heroku")][2:]
            assert lines[:3] == [
                "heroku[web.1]: Cycling",
                "heroku[web.1]: State changed from up to starting",
                "heroku[web.1]: Stopping all processes with SIGTERM",
            ]
            assert sorted(lines[3:]) == [
                "heroku[web.1]: Process exited with status 0",
                f"heroku[web.1]: Starting process with command `{WEB}`",
                "heroku[web.1]: State changed from starting to up",
            ]
            started = lines.index(f"heroku[web.1]: Starting process with command `{WEB}`")
            assert started < lines.index("heroku[web.1]: Process exited with status 0")

    asyncio.run(run())


def test_a_dyno_sleeps_and_wakes(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        async with staged(tmp_path, machine, {"web": WEB}) as stage:
            await stage.formation.start()
            await stage.formation.idle()
            assert stage.formation.web_dynos() == []
            assert stage.log[-4:] == [
                "heroku[web.1]: Idling",
                "heroku[web.1]: State changed from up to down",
                "heroku[web.1]: Stopping all processes with SIGTERM",
                "heroku[web.1]: Process exited with status 143",
            ]
            await stage.formation.wake()
            assert stage.formation.web_dynos()[0].state == "up"
            assert "heroku[web.1]: State changed from down to starting" in stage.log

    asyncio.run(run())


@pytest.mark.parametrize(("command", "status"), [("echo migrated", 0), ("nosuch --all", 127)])
def test_the_release_phase_runs_to_its_end(
    tmp_path: Path, machine: Machine, command: str, status: int
) -> None:
    async def run() -> None:
        async with staged(tmp_path, machine, {"web": WEB, "release": command}) as stage:
            ending = await stage.formation.release()
            assert ending is not None
            assert ending.status == status
            if status:
                assert stage.log[2].endswith("/bin/bash: line 1: nosuch: command not found")
            assert stage.formation.web_dynos() == []

    asyncio.run(run())


def test_an_app_without_a_release_phase_has_none(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        async with staged(tmp_path, machine, {"web": WEB}) as stage:
            assert await stage.formation.release() is None
            assert stage.events == []

    asyncio.run(run())


def test_a_worker_is_up_at_once_and_has_no_port(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = 'echo "port ${PORT-none}"; sleep 600'
        async with staged(tmp_path, machine, {"worker": command}) as stage:
            await stage.formation.start(["worker"])
            assert stage.formation.slots["worker.1"].state == "up"
            await stage.until(lambda: "app[worker.1]: port none" in stage.log)
            assert stage.formation.web_dynos() == []

    asyncio.run(run())


def test_an_unknown_process_type_is_named(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        async with staged(tmp_path, machine, {"web": WEB}) as stage:
            with pytest.raises(UnknownProcess, match="'wrker'; it declares: web"):
                await stage.formation.start(["wrker"])

    asyncio.run(run())


def _speaks_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


LISTEN_6 = LISTEN.replace("socket.socket()", "socket.socket(socket.AF_INET6)")


@pytest.mark.parametrize(
    ("listen", "address", "state"),
    [(LISTEN, "0.0.0.0", "crashed"), (LISTEN_6, "::", "up")],  # noqa: S104
)
def test_on_fir_only_ipv6_is_bound(
    tmp_path: Path, machine: Machine, listen: str, address: str, state: str
) -> None:
    async def run() -> None:
        command = f"exec {PYTHON} listen.py {address} $PORT"
        async with staged(
            tmp_path,
            machine,
            {"web": command},
            files={"listen.py": listen},
            platform="heroku:dyno-1c-0.5gb",
            overlay={"boot_timeout_s": 2 if state == "crashed" else 60},
        ) as stage:
            await stage.formation.start()
            assert {bound.address for bound in stage.of(PortBound)} == {address}
            (web,) = stage.formation.web_dynos()
            assert web.state == state

    if not _speaks_ipv6():
        pytest.skip("this machine has no IPv6")
    asyncio.run(run())


def test_a_host_that_gives_no_time_blames_nobody(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        command = f"trap '' TERM; {WEB.removeprefix('exec ')}"
        async with staged(tmp_path, machine, {"web": command}, platform="railway") as stage:
            await stage.formation.start()
            await stage.formation.stop()
            assert stage.log[-3:] == [
                "railway[web.1]: Stopping the process with SIGTERM",
                "railway[web.1]: Stopping remaining processes with SIGKILL",
                "railway[web.1]: Process exited with status 137",
            ]
            assert stage.of(ProcessExited)[-1].reason == "stopped"

    asyncio.run(run())


def test_a_damaged_slug_starts_nothing_and_is_said(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        async with staged(tmp_path, machine, {"web": WEB, "release": "true"}) as stage:
            stage.formation.app.slug.write_bytes(b"no slug")
            with pytest.raises(UnpackFailed):
                await stage.formation.release()
            with pytest.raises(UnpackFailed):
                await stage.formation.start()
            assert stage.log == []

    asyncio.run(run())


def test_a_sink_that_fails_is_not_passed_over(tmp_path: Path, machine: Machine) -> None:
    async def run() -> None:
        async with staged(tmp_path, machine, {"worker": "sleep 600"}) as stage:

            def refuse(event: Event) -> None:
                if isinstance(event, MemorySample):
                    raise ZeroDivisionError

            stage.formation._sink = refuse
            await stage.formation.start(["worker"])
            dyno = stage.formation.slots["worker.1"].dyno
            assert dyno is not None
            watching = dyno._tasks[0]
            await stage.until(watching.done)
            with pytest.raises(ZeroDivisionError):
                await dyno.close()
            assert list(stage.keeping.work.glob("worker.1-*")) == []

    with pytest.raises(ZeroDivisionError):  # told again to whoever closes the formation
        asyncio.run(run())


def test_fly_signals_the_command_alone_and_gives_it_less_time(
    tmp_path: Path, machine: Machine
) -> None:
    async def run() -> None:
        # The shell is told, its child is not, and ends with the machine.
        command = f"trap 'echo told; exit 0' INT; {WEB.removeprefix('exec ')} & wait"
        async with staged(tmp_path, machine, {"web": command}, platform="fly") as stage:
            await stage.formation.start()
            await stage.formation.stop()
            assert stage.log[-3:] == [
                "fly[web.1]: Stopping the process with SIGINT",
                "app[web.1]: told",
                "fly[web.1]: Process exited with status 0",
            ]

    asyncio.run(run())
