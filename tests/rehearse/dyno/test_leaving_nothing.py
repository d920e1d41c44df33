"""However a rehearsal ends, no process, group, mount or folder of its dynos is left."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rehearse.dyno.staging import WEB, Stage, staged
from wherry.rehearse.dyno.group_parents import find_parents
from wherry.rehearse.dyno.machine import Machine

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Daemons:
    """Children that leave their parent, its session and its group; no other test has such ones."""

    seconds: int

    @property
    def command(self) -> str:
        """Starts them, and a web process after them."""
        sleep = f"sleep {self.seconds}"
        return f"(setsid {sleep} & setsid setsid {sleep} & disown -a) ; {WEB}"

    def left(self) -> list[str]:
        """Return those that run."""
        listed = subprocess.run(
            ["ps", "-e", "-o", "pid=,args="], check=True, capture_output=True, text=True
        ).stdout
        return [line for line in listed.splitlines() if line.endswith(f"sleep {self.seconds}")]


@pytest.fixture
def daemons() -> Daemons:
    return Daemons(1_000_000 + secrets.randbelow(1_000_000_000))


# A shell that runs these tests in the background ignores SIGINT for all of them.
_WHERRY = """
import asyncio, signal, sys
from pathlib import Path
from tests.rehearse.dyno.staging import WEB, staged
from wherry.rehearse.dyno.machine import Machine, survey

async def run():
    machine = Machine() if sys.argv[2] == "bare" else await survey()
    async with staged(Path(sys.argv[1]), machine, {"web": sys.argv[3]}) as stage:
        await stage.formation.start()
        print(stage.keeping.work, stage.keeping.prefix, flush=True)
        await asyncio.sleep(600)

signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    asyncio.run(run())
except KeyboardInterrupt:
    sys.exit(130)
"""


def _groups(prefix: str) -> list[Path]:
    return [found for parent in find_parents() for found in parent.folder.glob(f"{prefix}*")]


def _until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def _gone(daemons: Daemons, work: Path, prefix: str) -> bool:
    mounts = Path("/proc/self/mounts").read_text()
    return not (daemons.left() or _groups(prefix) or work.exists() or str(work) in mounts)


@pytest.mark.parametrize("kind", ["machine", "bare"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_wherry_that_is_ended_leaves_nothing(
    tmp_path: Path, kind: str, number: signal.Signals, daemons: Daemons
) -> None:
    wherry = subprocess.Popen(
        [sys.executable, "-c", _WHERRY, str(tmp_path), kind, daemons.command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert wherry.stdout is not None
        work, prefix = wherry.stdout.readline().split()
        _until(lambda: len(daemons.left()) == 2)
        assert Path(work).exists()
        if kind == "machine":
            assert bool(_groups(prefix)) == bool(find_parents())
        wherry.send_signal(number)
        assert wherry.wait(60) == (130 if number is signal.SIGINT else -number)
        _until(lambda: _gone(daemons, Path(work), prefix))
    finally:
        wherry.kill()
        wherry.wait()
        if wherry.stdout is not None:
            wherry.stdout.close()


@pytest.mark.parametrize("kind", ["machine", "unprivileged", "bare"])
def test_what_goes_wrong_in_the_rehearsal_leaves_nothing(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, daemons: Daemons
) -> None:
    machine: Machine = request.getfixturevalue(kind)
    kept: list[Stage] = []

    async def run() -> None:
        async with staged(tmp_path, machine, {"web": daemons.command}) as stage:
            kept.append(stage)
            await stage.formation.start()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())
    assert _gone(daemons, kept[0].keeping.work, kept[0].keeping.prefix)


@pytest.mark.parametrize("moment_s", [0.0, 0.01, 0.05, 0.1, 0.15, 0.2])
def test_a_start_that_is_cancelled_leaves_nothing(
    tmp_path: Path, machine: Machine, moment_s: float, daemons: Daemons
) -> None:
    kept: list[Stage] = []
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - of this very process

    async def run() -> None:
        async with staged(tmp_path, machine, {"web": daemons.command}) as stage:
            kept.append(stage)
            async with asyncio.timeout(moment_s):
                await stage.formation.start()
                await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert _gone(daemons, kept[0].keeping.work, kept[0].keeping.prefix)
    # What earlier tests left to the garbage collector may go meanwhile.
    assert len(os.listdir("/proc/self/fd")) <= before  # noqa: PTH208 - of this very process
