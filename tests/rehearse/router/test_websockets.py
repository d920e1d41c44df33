"""Connections that go over to another protocol, and answers that stream."""

import asyncio

from tests.rehearse.router.stage import (
    OK,
    Dyno,
    Reader,
    Stage,
    Writer,
    answering,
    closing,
    limits,
    read_head,
)
from wherry.rehearse.router.options import RouterOptions

HANDSHAKE = (
    b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)


def _echoing(heads: list[bytes], greeting: bytes = b"") -> Dyno:
    async def serve(reader: Reader, writer: Writer) -> None:
        heads.append(await read_head(reader))
        writer.write(SWITCHING + greeting)
        while data := await reader.read(1000):
            writer.write(data.upper())

    return serve


def test_bytes_pass_both_ways_once_both_have_agreed() -> None:
    async def run() -> None:
        heads: list[bytes] = []
        async with Stage(_echoing(heads, b"hello")) as stage:
            client = await stage.client()
            await client.send(HANDSHAKE + b"early")
            head = await client.head()
            assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
            assert b"Connection: Upgrade\r\nUpgrade: websocket\r\n" in head
            assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in head
            assert await client.exactly(10) == b"helloEARLY"
            for _ in range(3):
                await client.send(b"\x00\xffping\r\n\r\n")
                assert await client.exactly(10) == b"\x00\xffPING\r\n\r\n"
            await client.close()
            line = await stage.line()
            assert line.startswith('at=info method=GET path="/chat"')
            assert "status=101 bytes=40 " in line
            assert stage.router.running == 0
        assert b"Connection: Upgrade\r\nUpgrade: websocket\r\n" in heads[0]
        assert b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" in heads[0]

    asyncio.run(run())


def test_silence_ends_it() -> None:
    async def run() -> None:
        async with Stage(_echoing([]), limits(idle_timeout_s=0.2)) as stage:
            client = await stage.client()
            await client.send(HANDSHAKE)
            await client.head()
            assert await client.rest() == b""
            assert 'at=error code=H15 desc="Idle connection"' in await stage.line()

    asyncio.run(run())


def test_the_dyno_may_hang_up() -> None:
    async def run() -> None:
        async with Stage(answering(SWITCHING + b"bye", close=True)) as stage:
            client = await stage.client()
            await client.send(HANDSHAKE)
            await client.head()
            assert await client.rest() == b"bye"
            assert "at=info" in await stage.line()

    asyncio.run(run())


def test_a_dyno_that_does_not_want_to() -> None:
    """Its answer is an ordinary one, and the connection goes on as HTTP."""

    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            client = await stage.client()
            for _ in range(2):
                await client.send(HANDSHAKE)
                assert (await client.head()).startswith(b"HTTP/1.1 200 OK\r\n")
                assert await client.exactly(2) == b"ok"

    asyncio.run(run())


def test_a_dyno_that_switches_though_nobody_asked() -> None:
    async def run() -> None:
        async with Stage(answering(SWITCHING + b"odd")) as stage:
            assert (await stage.ask()).startswith(b"HTTP/1.1 503 ")
            assert "code=H17" in await stage.line()

    asyncio.run(run())


def test_events_come_as_they_are_sent() -> None:
    """Each reaches the client before the next is written."""
    turn = asyncio.Event()

    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(3):
            writer.write(b"8\r\ndata: a\n\r\n")
            await turn.wait()
            turn.clear()
        writer.write(b"0\r\n\r\n")

    async def run() -> None:
        async with Stage(dyno) as stage:
            client = await stage.client()
            await client.send(closing())
            await client.head()
            for _ in range(3):
                assert await client.exactly(13) == b"8\r\ndata: a\n\r\n"
                turn.set()
            assert await client.rest() == b"0\r\n\r\n"
            assert "status=200 bytes=24 " in await stage.line()

    asyncio.run(run())


def test_half_a_handshake_at_the_legacy_router() -> None:
    half = HANDSHAKE.replace(b"Upgrade: websocket\r\n", b"").replace(b", Upgrade", b"")

    async def run(options: RouterOptions) -> str:
        async with Stage(answering(OK), options=options) as stage:
            await stage.ask(half.replace(b"keep-alive", b"close"))
            return await stage.line()

    legacy = asyncio.run(run(RouterOptions(legacy=True)))
    assert legacy.startswith('at=error code=H23 desc="Endpoint misconfigured" method=GET')
    assert asyncio.run(run(RouterOptions())).startswith("at=info ")
