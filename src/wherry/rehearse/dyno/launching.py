"""Start a dyno's first process and speak with it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import wherry
from wherry.errors import WherryError
from wherry.rehearse.dyno.finishing import finish
from wherry.rehearse.dyno.inside.plan import Plan

# ``-S`` leaves site-packages out, where Wherry itself may be.
_START: Final = (
    "import sys; sys.path.append(sys.argv[3]); "
    "from wherry.rehearse.dyno.inside.launcher import main; "
    "sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))"
)
_PACKAGES: Final = str(Path(wherry.__file__).resolve().parent.parent)
# Setting up takes a few hundredths of a second.
_SET_UP_S: Final = 30.0
_PART_BYTES: Final = 65536


class LaunchFailed(WherryError):
    """The dyno could not be set up on this machine."""


@dataclass(slots=True)
class _News:
    """Reads what the first process tells, line by line.

    Not through asyncio's streams, which leave a connection open that is cancelled while it is
    made.
    """

    control: socket.socket
    _received: bytes = b""

    async def next(self) -> dict[str, int] | None:
        """Return the next piece of news; None when there is no one left to tell any."""
        loop = asyncio.get_running_loop()
        while b"\n" not in self._received:
            try:
                part = await loop.sock_recv(self.control, _PART_BYTES)
            except OSError:
                return None
            if not part:
                return None
            self._received += part
        line, _, self._received = self._received.partition(b"\n")
        news: dict[str, int] = json.loads(line)
        return news


@dataclass(slots=True)
class Running:
    """A dyno's processes, from outside.

    Attributes:
        first: The number of its first process, as this machine counts; all others descend from
            it.
        output: Where its log is read, both streams in one; at its end when all have ended.
        exited: The status of its command, as a shell writes it.
        empty: Set when none of its processes is left.
    """

    first: int
    output: int
    exited: asyncio.Future[int]
    empty: asyncio.Event
    _control: socket.socket
    _lifeline: int
    _launcher: subprocess.Popen[bytes]
    _listening: asyncio.Task[None] | None = None
    _closing: asyncio.Task[None] | None = None

    def send(self, number: signal.Signals, *, main_only: bool = False) -> None:
        """Send a signal to all processes, or to the command alone."""
        order = {"signal": int(number), "to": "main" if main_only else "all"}
        with suppress(OSError):  # it has ended
            self._control.send(json.dumps(order).encode() + b"\n")

    def hear(self, news: Mapping[str, int]) -> None:
        """Take what the first process tells."""
        if "exited" in news and not self.exited.done():
            self.exited.set_result(news["exited"])

    async def close(self) -> None:
        """Kill what is left and wait until nothing is; safe at any moment, and twice."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await finish(self._closing)

    async def _close(self) -> None:
        if not self.empty.is_set():
            self.send(signal.SIGKILL)
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        await asyncio.to_thread(self._launcher.wait)
        if self._listening is not None:
            await self._listening
        self._control.close()

    def close_output(self) -> None:
        """Close the log; nobody may read from it any more."""
        if self.output >= 0:
            os.close(self.output)
            self.output = -1


async def launch(plan: Plan) -> Running:
    """Start the dyno of a plan.

    Raises:
        LaunchFailed: with the kernel's reason.
    """
    running = _open(plan)
    try:
        async with asyncio.timeout(_SET_UP_S):
            loop = asyncio.get_running_loop()
            await loop.sock_sendall(running._control, plan.to_json().encode() + b"\n")
            news = _News(running._control)
            await _wait_started(running, news)
    except BaseException as error:
        running.close_output()
        await running.close()
        if isinstance(error, TimeoutError):
            raise LaunchFailed("The dyno could not be set up in time.") from None
        raise
    running._listening = asyncio.create_task(_listen(running, news))
    return running


def _open(plan: Plan) -> Running:
    ours, theirs = socket.socketpair()
    lifeline, held = os.pipe()
    output, log = os.pipe()
    try:
        launcher = _start(plan, theirs.fileno(), lifeline, log)
    except BaseException:
        ours.close()
        os.close(held)
        os.close(output)
        raise
    finally:
        theirs.close()
        os.close(lifeline)
        os.close(log)
    ours.setblocking(False)
    return Running(
        first=0,
        output=output,
        exited=asyncio.get_running_loop().create_future(),
        empty=asyncio.Event(),
        _control=ours,
        _lifeline=held,
        _launcher=launcher,
    )


def _start(plan: Plan, control: int, lifeline: int, log: int) -> subprocess.Popen[bytes]:
    # Not asyncio's own way, which forgets a process when it is cancelled while it starts one.
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _START, str(control), str(lifeline), _PACKAGES],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=(control, lifeline, *plan.groups),
        env={},
        # Ctrl-C at the terminal is for Wherry alone, which then ends the dyno in order.
        start_new_session=True,
    )


async def _wait_started(running: Running, reader: _News) -> None:
    """Wait until the command runs and its first process is known; either may be told first."""
    started = False
    while not (started and running.first):
        news = await reader.next()
        if news is None:
            raise LaunchFailed("The dyno's first process ended before it had started anything.")
        if "failed" in news:
            raise LaunchFailed(f"The dyno could not be set up: {news['failed']}.")
        started = started or "started" in news
        running.first = news.get("first", running.first)
        running.hear(news)


async def _listen(running: Running, reader: _News) -> None:
    while (news := await reader.next()) is not None:
        running.hear(news)
    # If it was killed from outside, all others were with it.
    running.hear({"exited": 128 + signal.SIGKILL})
    running.empty.set()
