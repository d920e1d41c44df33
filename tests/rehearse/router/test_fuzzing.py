"""Broken requests and broken answers: each comes to an end, and nothing breaks in the router."""

import asyncio
import random

import pytest

from tests.rehearse.router.stage import GET, OK, Dyno, Reader, Stage, Writer, answering, limits
from wherry.rehearse.events import Event
from wherry.rehearse.router.router import Router

POST = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
)
UPGRADE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nab"
ANSWERS = (
    OK,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nab",
    b"HTTP/1.1 304 Not Modified\r\n\r\n",
)
TIMES = 250


def _broken(chance: random.Random, message: bytes) -> bytes:
    """Return a message with some bytes changed, left out, doubled or put in."""
    data = bytearray(message)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1) if data else 0
        what = chance.randrange(4)
        if what == 0:
            data[place : place + 1] = bytes([chance.randrange(256)])
        elif what == 1:
            del data[place : place + chance.randint(1, 8)]
        elif what == 2:
            data[place:place] = data[place : place + chance.randint(1, 8)]
        else:
            data[place:place] = chance.choice((b"\r\n", b"\n", b"\0", b":", b" ", b"9" * 20))
    return bytes(data)


@pytest.mark.parametrize("seed", range(2))
def test_broken_requests(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - to break messages

    async def run() -> None:
        rules = limits(idle_timeout_s=0.05, request_timeout_s=0.05)
        async with Stage(answering(OK), rules) as stage:
            for _ in range(TIMES):
                message = chance.choice((GET, POST, CHUNKED, UPGRADE))
                client = await stage.client()
                await client.send(_broken(chance, message))
                client.writer.write_eof()
                await client.rest()
                await client.close()
            await stage.until(lambda: stage.router.running == 0)

    asyncio.run(run())


def _replying(answers: list[bytes]) -> Dyno:
    async def serve(reader: Reader, writer: Writer) -> None:
        await reader.read(10_000)
        writer.write(answers.pop())

    return serve


@pytest.mark.parametrize("seed", range(2))
def test_broken_answers(seed: int) -> None:
    """Every one has a line in the log, and no good answer is told to be bad."""
    chance = random.Random(seed)  # noqa: S311 - to break messages
    answers: list[bytes] = []

    async def run() -> None:
        rules = limits(idle_timeout_s=0.05, request_timeout_s=0.05)
        async with Stage(_replying(answers), rules) as stage:
            for number in range(TIMES):
                answers[:] = [_broken(chance, chance.choice(ANSWERS))]
                client = await stage.client()
                await client.send(GET.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                await client.rest()
                await client.close()
                await stage.line(number + 1)
            codes = {event.code for event in stage.served}
            # H12 where this machine stood still for a moment.
            assert codes <= {"", "H12", "H13", "H15", "H17", "H18", "H25", "H27"}
            assert {"", "H17", "H18"} <= codes
            assert stage.router.running == 0

    asyncio.run(run())


def test_a_head_of_very_many_lines_from_the_dyno_is_bounded() -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            writer.write(b"A: b\r\n" * 10_000)
            await writer.drain()

    async def run() -> None:
        async with Stage(dyno) as stage:
            await stage.ask()
            assert 'code=H25 desc="HTTP restriction: oversized header"' in await stage.line()

    asyncio.run(run())


def test_a_router_that_was_never_started_stops() -> None:
    async def run() -> None:
        events: list[Event] = []
        router = Router(limits(), lambda: (), events.append)
        await router.stop()
        assert router.running == 0

    asyncio.run(run())
