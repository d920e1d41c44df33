"""Time: to the first byte, between bytes, and who is to blame for the silence."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.rehearse.router.stage import (
    GET,
    OK,
    Reader,
    Stage,
    Writer,
    answering,
    closing,
    limits,
    read_head,
)
from wherry.rehearse.router.deadline import Deadline

SHORT = 0.5
LONG = 60.0


def test_no_first_byte_in_time() -> None:
    """The client gets 503; the app works on, and what it says then is heard by nobody."""
    told, finished = asyncio.Event(), asyncio.Event()

    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        await told.wait()
        finished.set()
        writer.write(OK)

    async def run() -> None:
        async with Stage(dyno, limits(request_timeout_s=SHORT)) as stage:
            page = await stage.ask(GET)
            assert page.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            assert not finished.is_set()
            line = await stage.line()
            assert line.startswith('at=error code=H12 desc="Request timeout" method=GET')
            assert "dyno=web.1 connect=" in line
            assert "status=503 bytes=0 " in line
            assert SHORT <= stage.served[0].service_s < LONG
            told.set()
            await asyncio.wait_for(finished.wait(), LONG)

    asyncio.run(run())


def test_the_clock_starts_when_the_whole_request_was_sent() -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        await reader.readexactly(2)
        writer.write(OK)

    async def run() -> None:
        async with Stage(dyno, limits(request_timeout_s=SHORT)) as stage:
            client = await stage.client()
            await client.send(
                b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\na"
            )
            await asyncio.sleep(2 * SHORT)
            await client.send(b"b")
            assert (await client.rest()).startswith(b"HTTP/1.1 200 OK")

    asyncio.run(run())


def test_an_answer_may_take_longer_than_its_first_byte() -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        await asyncio.sleep(2 * SHORT)
        writer.write(b"ok")

    async def run() -> None:
        async with Stage(dyno, limits(request_timeout_s=SHORT)) as stage:
            assert (await stage.ask(closing())).endswith(b"\r\n\r\nok")
            assert "at=info" in await stage.line()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("begun", "status"), [(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 4), (b"HTTP/1", 0)]
)
def test_silence_in_the_middle_of_an_answer(begun: bytes, status: int) -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.write(begun)
        await reader.read()

    async def run() -> None:
        async with Stage(dyno, limits(idle_timeout_s=SHORT)) as stage:
            await stage.ask(GET)
            line = await stage.line()
            assert line.startswith('at=error code=H15 desc="Idle connection" method=GET')
            assert f"status=503 bytes={status} " in line

    asyncio.run(run())


def test_a_client_that_stops_in_the_middle_of_its_request() -> None:
    async def run() -> None:
        async with Stage(answering(b""), limits(idle_timeout_s=SHORT)) as stage:
            answer = await stage.ask(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
            assert answer == b""
            line = await stage.line()
            assert line.startswith('at=warning code=H28 desc="Client Connection Idle" method=POST')
            assert "status=499 bytes=0 " in line

    asyncio.run(run())


def test_a_client_that_does_not_read_its_answer() -> None:
    size = 50_000_000

    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // 1_000_000):
            writer.write(bytes(1_000_000))
            await writer.drain()

    async def run() -> None:
        async with Stage(dyno, limits(idle_timeout_s=1.0)) as stage:
            client = await stage.client()
            await client.send(GET)
            line = await stage.line()
            assert 'at=warning code=H28 desc="Client Connection Idle"' in line

    asyncio.run(run())


def test_a_dyno_that_does_not_read_its_request() -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(LONG)

    async def run() -> None:
        async with Stage(dyno, limits(idle_timeout_s=1.0)) as stage:
            client = await stage.client()
            size = 50_000_000
            head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size
            sending = asyncio.create_task(client.send(head + bytes(size)))
            assert 'at=error code=H15 desc="Idle connection"' in await stage.line()
            client.writer.transport.abort()
            await asyncio.gather(sending, return_exceptions=True)

    asyncio.run(run())


def test_a_client_that_asks_for_nothing_is_let_go() -> None:
    """Without a line in the log: no app is known to be meant."""

    async def run() -> None:
        async with Stage(answering(OK), limits(idle_timeout_s=SHORT)) as stage:
            assert await stage.ask(b"") == b""
            assert await stage.ask(b"GET / HT") == b""
            assert stage.events == []

    asyncio.run(run())


class _Loop:
    """A loop whose time stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[_Timer] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None]) -> "_Timer":
        self.timers.append(_Timer(when, callback))
        return self.timers[-1]

    def go_to(self, now: float) -> None:
        while due := [timer for timer in self.timers if timer.moment <= now]:
            first = min(due, key=_Timer.when)
            self.timers.remove(first)
            self.now = max(first.moment, self.now)
            if not first.cancelled:
                first.callback()
        self.now = now


class _Timer:
    def __init__(self, moment: float, callback: Callable[[], None]) -> None:
        self.moment = moment
        self.callback = callback
        self.cancelled = False

    def when(self) -> float:
        return self.moment

    def cancel(self) -> None:
        self.cancelled = True


def _deadline() -> tuple[Any, Deadline, list[float]]:
    loop: Any = _Loop()
    passed: list[float] = []
    return loop, Deadline(loop, lambda: passed.append(loop.now)), passed


def test_a_deadline_moves_with_every_byte() -> None:
    loop, deadline, passed = _deadline()
    for second in range(100):
        loop.go_to(float(second))
        deadline.after(55)
    assert passed == []
    loop.go_to(153.9)
    assert passed == []
    loop.go_to(200)
    assert passed == [154.0]


def test_a_deadline_can_come_nearer() -> None:
    loop, deadline, passed = _deadline()
    deadline.after(55)
    deadline.after(30)
    loop.go_to(60)
    assert passed == [30.0]


@pytest.mark.parametrize("end", [Deadline.clear, Deadline.close, lambda it: it.after(None)])
def test_a_deadline_that_is_taken_back_never_comes(end: Callable[[Deadline], None]) -> None:
    loop, deadline, passed = _deadline()
    deadline.after(30)
    end(deadline)
    loop.go_to(100)
    assert passed == []
    deadline.after(5)
    loop.go_to(200)
    assert passed == [105.0]


def test_many_requests_need_few_timers() -> None:
    loop, deadline, _ = _deadline()
    for step in range(10_000):
        loop.go_to(step / 1000)
        deadline.after(30)
        deadline.clear()
    assert len(loop.timers) == 1
