"""What the dyno does wrong with an answer, and the code that each fault gets."""

import asyncio
import re

import pytest

from tests.rehearse.router.stage import (
    GET,
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


async def _asked(dyno: Dyno, request: bytes | None = None) -> tuple[bytes, str]:
    async with Stage(dyno) as stage:
        answer = await stage.ask(request or closing())
        return answer, await stage.line()


def test_a_good_answer() -> None:
    answer, line = asyncio.run(_asked(answering(OK)))
    assert answer == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
        b"Connection: close\r\nVia: 1.1 heroku-router\r\n\r\nok"
    )
    assert re.fullmatch(
        r'at=info method=GET path="/page\?a=1" host=app.example'
        r' request_id=[0-9a-f-]{36} fwd="127\.0\.0\.1" dyno=web\.1 connect=\d+ms service=\d+ms'
        r" status=200 bytes=2 protocol=http1\.1 tls=true tls_version=unknown",
        line,
    )


H17 = ("H17", "Poorly formatted HTTP response", 503)


@pytest.mark.parametrize(
    ("answer", "code", "desc", "status"),
    [
        (b"", "H13", "Connection closed without response", 503),
        (
            b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
            "H17",
            "Poorly formatted HTTP response",
            503,
        ),
        (b"hello\r\n\r\n", *H17),
        (b"HTTP/1.1 200 OK\n\nok", *H17),
        (b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", *H17),
        (b"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", *H17),
        (b"HTTP/2 200 OK\r\n\r\n", *H17),
        (b"HTTP/1.1 2000 OK\r\n\r\n", *H17),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "H18", "Server Request Interrupted", 503),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok",
            *("H25", "HTTP restriction: invalid content length", 502),
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
            *("H25", "HTTP restriction: invalid content length", 502),
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
            *("H25", "HTTP restriction: invalid content length", 502),
        ),
        (
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=%b\r\n\r\n" % (b"x" * 8192),
            *("H25", "HTTP restriction: oversized cookie", 502),
        ),
        (
            b"HTTP/1.1 200 OK\r\nX-Long: %b\r\n\r\n" % (b"x" * 512_000),
            *("H25", "HTTP restriction: oversized header", 502),
        ),
        (
            b"HTTP/1.1 200 %b\r\n\r\n" % (b"x" * 8192),
            *("H25", "HTTP restriction: oversized status line", 502),
        ),
    ],
)
def test_nothing_usable_comes(answer: bytes, code: str, desc: str, status: int) -> None:
    """The client gets the platform's page, since nothing has been passed on yet."""
    page, line = asyncio.run(_asked(answering(answer, close=True)))
    assert page.startswith(b"HTTP/1.1 %d " % status)
    assert f"{code}: {desc}".encode() in page
    assert f'at=error code={code} desc="{desc}" method=GET path="/page?a=1"' in line
    assert re.search(rf"dyno=web\.1 connect=\d+ms service=\d+ms status={status} bytes=0 ", line)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=%b\r\nContent-Length: 2\r\n\r\nok" % (b"x" * 8180),
        b"HTTP/1.1 200 OK\r\nX-Long: %b\r\nContent-Length: 2\r\n\r\nok" % (b"x" * 500_000),
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nok",
    ],
    ids=[
        "no reason",
        "1.0",
        "cookie",
        "header",
        "twice the length",
        "100",
        "chunks",
        "until close",
    ],
)
def test_a_peculiar_answer_passes(answer: bytes) -> None:
    """Nothing here is against the rules, nor near enough to one."""
    page, line = asyncio.run(_asked(answering(answer, close=True)))
    assert b"\r\n\r\nok" in page or page.endswith(b"2\r\nok\r\n0\r\n\r\n")
    assert line.startswith("at=info ")
    assert "status=200 bytes=2 " in line


@pytest.mark.parametrize("byte_by_byte", [False, True])
def test_an_answer_in_pieces_is_the_same_answer(byte_by_byte: bool) -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        for position in range(len(OK)):
            writer.write(OK[position : position + 1])
            await writer.drain()
            if byte_by_byte:
                await asyncio.sleep(0)

    page, line = asyncio.run(_asked(dyno))
    assert page.endswith(b"\r\n\r\nok")
    assert "at=info" in line


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
    ],
)
def test_cut_in_the_middle(answer: bytes) -> None:
    """The head has gone on to the client: all that is left is to hang up on it too."""
    page, line = asyncio.run(_asked(answering(answer, close=True)))
    assert b"half" in page
    assert not page.endswith(b"0\r\n\r\n")
    assert line.startswith(
        'sock=backend at=error code=H18 desc="Server Request Interrupted" method=GET'
    )
    assert "status=200 bytes=4 " in line


def test_the_legacy_router_logs_503_where_an_answer_was_cut() -> None:
    async def run() -> str:
        cut = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", close=True)
        async with Stage(cut, options=RouterOptions(legacy=True)) as stage:
            await stage.ask()
            return await stage.line()

    line = asyncio.run(run())
    assert "code=H18" in line
    assert line.endswith("status=503 bytes=4 protocol=https")


def test_a_chunk_that_is_none_in_the_middle() -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n"
    page, line = asyncio.run(_asked(answering(answer)))
    assert page.startswith(b"HTTP/1.1 200 OK\r\n")
    assert not page.endswith(b"0\r\n\r\n")
    assert 'code=H17 desc="Poorly formatted HTTP response"' in line


def test_a_reset_is_told_like_a_hang_up() -> None:
    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.transport.abort()

    page, line = asyncio.run(_asked(dyno))
    assert page.startswith(b"HTTP/1.1 503 ")
    assert "code=H13" in line


def test_a_head_alone_answers_head() -> None:
    """The length is that of the body that GET would get, and no body follows it."""
    request = closing(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    page, line = asyncio.run(
        _asked(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\n"), request)
    )
    assert b"Content-Length: 4711\r\n" in page
    assert page.endswith(b"\r\n\r\n")
    assert "at=info method=HEAD" in line


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_no_body_where_the_status_has_none(status: bytes) -> None:
    async def run() -> None:
        async with Stage(answering(b"HTTP/1.1 %b\r\nETag: a\r\n\r\n" % status)) as stage:
            client = await stage.client()
            for _ in range(2):
                await client.send(GET)
                assert (await client.head()).startswith(b"HTTP/1.1 " + status)
            assert stage.dyno_connections == 1

    asyncio.run(run())


def test_an_early_hint_goes_on() -> None:
    answer = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + OK
    page, _ = asyncio.run(_asked(answering(answer)))
    assert page.startswith(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_what_a_connection_is_about_is_not_passed_on() -> None:
    answer = OK.replace(
        b"\r\n", b"\r\nConnection: keep-alive, X-Mine\r\nX-Mine: a\r\nKeep-Alive: timeout=5\r\n", 1
    )
    page, _ = asyncio.run(_asked(answering(answer)))
    assert b"X-Mine" not in page
    assert b"Keep-Alive" not in page
    assert b"Content-Type: text/plain" in page


def test_bytes_behind_an_answer_end_the_connection() -> None:
    """They would be taken for the next answer."""

    async def run() -> None:
        async with Stage(answering(OK + b"surplus")) as stage:
            client = await stage.client()
            for _ in range(3):
                await client.send(GET)
                assert (await client.head()).startswith(b"HTTP/1.1 200 OK")
                assert await client.exactly(2) == b"ok"
            assert stage.dyno_connections == 3

    asyncio.run(run())


def test_a_large_answer_passes_whole_and_is_not_held_in_memory() -> None:
    size = 8_000_000

    async def dyno(reader: Reader, writer: Writer) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // 100_000):
            writer.write(bytes(100_000))
            await writer.drain()

    async def run() -> None:
        async with Stage(dyno, limits(response_buffer_bytes=10_000)) as stage:
            client = await stage.client()
            await client.send(closing())
            await client.head()
            assert await client.rest() == bytes(size)
            assert f"bytes={size} " in await stage.line()

    asyncio.run(run())
