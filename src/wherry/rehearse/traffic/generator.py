"""The process that sends: open-loop, so that a slow app is not spared.

Requests leave at their times whether or not the earlier ones have been answered, as visitors
come; a latency counts from the time at which the request was due. It is a process of its own, so
that neither the router's work nor the app's delays it. It reads a job from standard input, writes
the time at which it began, then a line for every request, and ends early when standard input is
closed.
"""

import asyncio
import json
import resource
import sys
import time
from contextlib import suppress

import aiohttp
from yarl import URL

from wherry.rehearse.traffic.job import Job, Outcome

_LONGEST_ERROR = 200
_LONGEST_SLEEP_S = 0.2
_LARGEST_JOB_BYTES = 2**30


class Sender:
    """Sends one job's requests."""

    def __init__(self, job: Job, session: aiohttp.ClientSession) -> None:
        self._job = job
        self._session = session
        self._urls = [
            URL(f"http://{_bracketed(job.host)}:{job.port}{request.path}", encoded=True)
            for request in job.requests
        ]
        self._stopped = asyncio.Event()
        self._began = 0.0

    def stop(self) -> None:
        """Send no more; what is on its way is waited for."""
        self._stopped.set()

    async def run(self) -> None:
        """Send until the count, the time, or ``stop``."""
        self._began = time.monotonic()
        # The clock is this machine's, so that the rehearsal can place other events between.
        _say(json.dumps(self._began))
        if self._job.rate:
            await self._at_rate()
        else:
            await self._one_by_one()

    async def _one_by_one(self) -> None:
        for number in range(self._job.count):
            due = time.monotonic() - self._began
            if self._stopped.is_set() or due > self._job.seconds:
                return
            await self._send(number, due)

    async def _at_rate(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(self._job.count):
                due = number / self._job.rate
                if due >= self._job.seconds or await self._wait_until(due):
                    return
                group.create_task(self._send(number, due))

    async def _wait_until(self, due: float) -> bool:
        """Wait for a request's time; True where sending has been stopped."""
        left = self._began + due - time.monotonic()
        await asyncio.sleep(0)  # behind time, answers still have to be read
        while left > 0 and not self._stopped.is_set():
            await asyncio.sleep(min(left, _LONGEST_SLEEP_S))
            left = self._began + due - time.monotonic()
        return self._stopped.is_set()

    async def _send(self, number: int, due: float) -> None:
        job = self._job
        kind = number % len(job.requests)
        request = job.requests[kind]
        lag = time.monotonic() - self._began - due
        status, error = 0, ""
        try:
            async with self._session.request(
                request.method,
                self._urls[kind],
                headers=[
                    *request.headers,
                    ("Host", job.host_header),
                    ("X-Request-Id", job.request_id(number)),
                ],
                data=request.body or None,
                allow_redirects=False,
            ) as answer:
                status = answer.status
                async for _ in answer.content.iter_any():
                    pass
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            error = (str(problem) or type(problem).__name__)[:_LONGEST_ERROR]
        latency = time.monotonic() - self._began - due
        outcome = Outcome(
            number, kind, round(due, 6), round(lag, 6), round(latency, 6), status, error
        )
        _say(outcome.to_json())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def main() -> None:
    """Read the job, and do it."""
    _raise_open_files()
    reader = asyncio.StreamReader(limit=_LARGEST_JOB_BYTES)
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        job = Job.from_json((await reader.readline()).decode())
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=job.timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "wherry-rehearse"},
            auto_decompress=False,
        ) as session:
            sender = Sender(job, session)
            watching = loop.create_task(_stop_at_end(reader, sender))
            await sender.run()
            watching.cancel()
    finally:
        pipe.close()


async def _stop_at_end(reader: asyncio.StreamReader, sender: Sender) -> None:
    await reader.read()
    sender.stop()


def _raise_open_files() -> None:
    """Each request that waits holds a connection, and an app that hangs lets many of them wait."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    asyncio.run(main())
