"""Send a plan's requests through a process of their own, and gather what came of them."""

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from wherry.errors import WherryError
from wherry.rehearse.traffic.job import Job, Outcome
from wherry.rehearse.traffic.ledger import OURS, Ledger
from wherry.rehearse.traffic.planned import Plan, PlannedRequest

_MODULE: Final = "wherry.rehearse.traffic.generator"
_MOST: Final = 1_000_000
_LONGEST_LINE: Final = 2**16
_ERROR_TAIL_BYTES: Final = 2000
_ENDS_IN_S: Final = 5.0

type Watch = Callable[[Outcome], None]


class SendingBroke(WherryError):
    """The process that sends requests broke."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one sending.

    Attributes:
        requests: What was sent, again and again.
        outcomes: In the order of their numbers.
        codes: The router's, by number, of those that it had to complain about.
        rate: What was asked for; 0 for one after the other.
    """

    requests: tuple[PlannedRequest, ...]
    outcomes: tuple[Outcome, ...]
    codes: dict[int, str]
    rate: float

    def good(self, outcome: Outcome) -> bool:
        """Whether a request was answered by the app, and not by an error of it."""
        return not outcome.error and 0 < outcome.status < 500 and outcome.number not in self.codes


@dataclass(slots=True)
class Sending:
    """A sending that is under way.

    Attributes:
        outcomes: Those that are known so far.
        close: Tells the process to send no more; what is on its way is waited for.
        begun: Set when the first request is due.
        began_s: When that was, by ``time.monotonic()``.
    """

    job: Job
    close: Callable[[], None]
    outcomes: list[Outcome] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    began_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Postman:
    """Sends a plan's requests to a port.

    Attributes:
        timeout_s: After so long a request is given up; longer than all of the router's times.
        ledger: Hears the router's events.
    """

    plan: Plan
    port: int
    ledger: Ledger
    timeout_s: float
    host: str = "127.0.0.1"

    async def one_by_one(self, rounds: int, seconds: float, watch: Watch | None = None) -> Sent:
        """Send each request so many times, always after the answer to the one before.

        Raises:
            SendingBroke: the process that sends did not come to a good end.
        """
        count = rounds * len(self.plan.requests)
        async with self.sending(0, seconds, count, watch) as sending:
            pass
        return self.result(sending)

    async def at_rate(self, rate: float, seconds: float, watch: Watch | None = None) -> Sent:
        """Send at a rate for so long, whatever comes back.

        Raises:
            SendingBroke: the process that sends did not come to a good end.
        """
        async with self.sending(rate, seconds, _MOST, watch) as sending:
            pass
        return self.result(sending)

    def result(self, sending: Sending) -> Sent:
        """Return what came of a sending that has ended."""
        outcomes = tuple(sorted(sending.outcomes, key=lambda outcome: outcome.number))
        codes = self.ledger.take(sending.job.run)
        return Sent(sending.job.requests, outcomes, codes, sending.job.rate)

    @asynccontextmanager
    async def sending(
        self, rate: float, seconds: float, count: int = _MOST, watch: Watch | None = None
    ) -> AsyncIterator[Sending]:
        """Send while the block runs; its end waits for the sending's, and for every answer.

        Raises:
            SendingBroke: the process that sends did not come to a good end.
        """
        process = await _start()
        try:
            sending = Sending(self._job(rate, seconds, count), lambda: _close(process))
            hearing = asyncio.create_task(_hear(process, sending, watch))
            try:
                await _tell(process, sending.job)
                yield sending
                await hearing
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)
            await _finish(process)
        finally:
            await _end(process)

    def _job(self, rate: float, seconds: float, count: int) -> Job:
        return Job(
            host=self.host,
            port=self.port,
            requests=self.plan.requests,
            rate=rate,
            count=min(count, _MOST),
            seconds=seconds,
            timeout_s=self.timeout_s,
            run=f"{OURS}{secrets.token_hex(4)}",
            host_header=self.plan.host,
        )


async def _start() -> asyncio.subprocess.Process:
    # A session of its own: Ctrl-C is for the rehearsal, which ends this process itself. -P:
    # nothing is imported from the folder that the user happens to be in.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", _MODULE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=_LONGEST_LINE,
    )


async def _tell(process: asyncio.subprocess.Process, job: Job) -> None:
    if process.stdin is not None:
        with suppress(ConnectionError):  # it is gone; how it ended tells why
            process.stdin.write(f"{job.to_json()}\n".encode())
            await process.stdin.drain()


def _close(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()


async def _hear(process: asyncio.subprocess.Process, sending: Sending, watch: Watch | None) -> None:
    if process.stdout is None:
        return
    first = await process.stdout.readline()
    if first:
        sending.began_s = json.loads(first)
    sending.begun.set()
    while line := await process.stdout.readline():
        outcome = Outcome.from_json(line)
        sending.outcomes.append(outcome)
        if watch is not None:
            watch(outcome)


async def _finish(process: asyncio.subprocess.Process) -> None:
    """Wait for the end, and judge it."""
    _close(process)
    said = b"" if process.stderr is None else await process.stderr.read()
    if await process.wait() != 0:
        lines = said[-_ERROR_TAIL_BYTES:].decode("utf-8", errors="replace").strip().splitlines()
        last = lines[-1] if lines else f"exit code {process.returncode}"
        raise SendingBroke(f"The process that sends requests broke: {last}")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave no process behind, whatever happened."""
    _close(process)
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(_ENDS_IN_S):
                await process.communicate()
