"""What a client sends: the platform's limits, what the dyno gets of it, and what is refused."""

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


def _keeping(heads: list[bytes]) -> Dyno:
    """A dyno that keeps what it got."""

    async def serve(reader: Reader, writer: Writer) -> None:
        while head := await read_head(reader):
            heads.append(head)
            writer.write(OK)

    return serve


async def _seen(request: bytes, options: RouterOptions | None = None) -> bytes:
    heads: list[bytes] = []
    async with Stage(_keeping(heads), options=options) as stage:
        assert (await stage.ask(request)).startswith(b"HTTP/1.1 200 OK")
    return heads[0]


def test_the_headers_that_the_platform_adds() -> None:
    head = asyncio.run(_seen(closing()))
    assert re.fullmatch(
        rb"GET /page\?a=1 HTTP/1\.1\r\n"
        rb"Host: app\.example\r\n"
        rb"X-Request-Id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\r\n"
        rb"X-Forwarded-For: 127\.0\.0\.1\r\n"
        rb"X-Forwarded-Proto: https\r\n"
        rb"X-Forwarded-Port: 443\r\n"
        rb"Via: 1\.1 heroku-router\r\n"
        rb"X-Request-Start: \d{13}\r\n\r\n",
        head,
    )


def test_what_a_client_claims_is_appended_to_or_replaced() -> None:
    head = asyncio.run(
        _seen(
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 8.8.8.8\r\n"
            b"X-Forwarded-Proto: http\r\nX-Forwarded-Port: 80\r\nX-Request-Start: 1\r\n"
            b"X-Request-Id: short\r\n\r\n"
        )
    )
    assert b"X-Forwarded-For: 8.8.8.8,127.0.0.1\r\n" in head
    assert head.count(b"X-Forwarded-Proto") == head.count(b"X-Forwarded-Port") == 1
    assert b"X-Forwarded-Proto: https\r\n" in head
    assert b"X-Request-Start: 1\r\n" not in head
    assert b"short" not in head


def test_a_request_id_of_the_clients_is_kept() -> None:
    request = closing(b"GET / HTTP/1.1\r\nHost: a\r\nX-Request-ID: abcdefghij0123456789\r\n\r\n")
    assert b"X-Request-Id: abcdefghij0123456789\r\n" in asyncio.run(_seen(request))


def test_plain_http_is_told_where_it_is_asked_for() -> None:
    head = asyncio.run(_seen(closing(), RouterOptions(scheme="http")))
    assert b"X-Forwarded-Proto: http\r\nX-Forwarded-Port: 80\r\n" in head


def test_what_a_connection_is_about_stays_at_the_router() -> None:
    head = asyncio.run(
        _seen(
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\n"
            b"Upgrade: h2c\r\nTE: trailers\r\nKeep-Alive: 5\r\nAccept: */*\r\n\r\n"
        )
    )
    lowered = head.lower()
    assert b"accept: */*\r\n" in lowered
    for name in (b"x-mine", b"upgrade", b"te:", b"keep-alive", b"connection"):
        assert name not in lowered


@pytest.mark.parametrize("method", [b"DELETE", b"PROPFIND", b"BREW", b"M" * 127])
def test_any_method_passes(method: bytes) -> None:
    head = asyncio.run(_seen(closing(method + b" /pot HTTP/1.1\r\nHost: a\r\n\r\n")))
    assert head.startswith(method + b" /pot HTTP/1.1\r\n")


def _line_of(length: int, name: bytes = b"X-Long") -> bytes:
    return name + b": " + b"v" * (length - len(name) - 2) + b"\r\n"


_TOO_MUCH = {
    "request line": b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"x" * 8192),
    "header line": b"GET / HTTP/1.1\r\nHost: a\r\n" + _line_of(8193) + b"\r\n",
    "header name": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"N" * 1001 + b": v\r\n\r\n",
    "header count": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
    "method name": b"M" * 128 + b" / HTTP/1.1\r\nHost: a\r\n\r\n",
}
_JUST_WITHIN = {
    "request line": b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"x" * (8192 - 14)),
    "header line": b"GET / HTTP/1.1\r\nHost: a\r\n" + _line_of(8192) + b"\r\n",
    "header name": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"N" * 1000 + b": v\r\n\r\n",
    "header count": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 998 + b"\r\n",
}


@pytest.mark.parametrize("request_bytes", _TOO_MUCH.values(), ids=_TOO_MUCH)
def test_too_much_is_refused(request_bytes: bytes) -> None:
    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            assert (await stage.ask(request_bytes)).startswith(b"HTTP/1.1 400 Bad Request\r\n")
            line = await stage.line()
            assert line.startswith("at=info method=")
            assert "dyno= connect= service= status=400 bytes=0 " in line
            assert stage.dyno_connections == 0

    asyncio.run(run())


@pytest.mark.parametrize("request_bytes", _JUST_WITHIN.values(), ids=_JUST_WITHIN)
def test_just_within_the_limits_passes(request_bytes: bytes) -> None:
    asyncio.run(_seen(closing(request_bytes)))


_WRONG = {
    "no HTTP": b"hello\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "space in a name": b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: a\r\n\r\n",
    "space before the colon": b"GET / HTTP/1.1\r\nHost: a\r\nName : a\r\n\r\n",
    "no colon": b"GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n",
    "two framings": (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc"
    ),
    "no length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
    "bare line feeds": b"GET / HTTP/1.1\nHost: a\r\n\r\n",
    "a NUL": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", _WRONG.values(), ids=_WRONG)
def test_what_is_no_request_is_refused(request_bytes: bytes) -> None:
    """And reaches no dyno: a second reading of it might smuggle a request in."""

    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            assert (await stage.ask(request_bytes)).startswith(b"HTTP/1.1 400 Bad Request\r\n")
            assert stage.dyno_connections == 0

    asyncio.run(run())


def test_connect_and_unknown_codings_are_refused() -> None:
    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            answer = await stage.ask(b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 405 ")
            answer = await stage.ask(
                b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
            )
            assert answer.startswith(b"HTTP/1.1 501 ")

    asyncio.run(run())


def test_a_head_without_an_end_is_bounded() -> None:
    async def run() -> None:
        async with Stage(answering(OK), limits(header_count=10)) as stage:
            answer = await stage.ask(b"GET / HTTP/1.1\r\n" + b"X" * 200_000)
            assert answer.startswith(b"HTTP/1.1 400 ")

    asyncio.run(run())


def _echoing() -> Dyno:
    """A dyno that answers with the body that it got."""

    async def serve(reader: Reader, writer: Writer) -> None:
        while head := await read_head(reader):
            if b"chunked" in head.lower():
                body = await reader.readuntil(b"\r\n0\r\n\r\n")
            else:
                found = re.search(rb"(?i)content-length: (\d+)", head)
                body = await reader.readexactly(int(found[1]) if found else 0)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    return serve


POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
def test_a_body_passes_whole(size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    body = body[:size]

    async def run() -> None:
        async with Stage(_echoing()) as stage:
            client = await stage.client()
            sending = asyncio.create_task(client.send(POST % size + body))
            await client.head()
            assert await client.exactly(size) == body
            await sending
            assert f"status=200 bytes={size} " in await stage.line()

    asyncio.run(run())


def test_a_body_in_chunks_passes_as_it_came() -> None:
    chunks = b"3;name=value\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"

    async def run() -> None:
        async with Stage(_echoing()) as stage:
            client = await stage.client()
            await client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for position in range(len(chunks)):
                await client.send(chunks[position : position + 1])
            await client.head()
            assert await client.exactly(len(chunks)) == chunks

    asyncio.run(run())


def test_requests_sent_ahead_are_answered_in_order() -> None:
    async def run() -> None:
        async with Stage(_echoing()) as stage:
            client = await stage.client()
            await client.send(b"".join(POST % 1 + body for body in (b"a", b"b", b"c")))
            for body in (b"a", b"b", b"c"):
                await client.head()
                assert await client.exactly(1) == body
            await stage.line(3)
            assert stage.dyno_connections == 1

    asyncio.run(run())


def test_the_router_answers_an_expectation() -> None:
    """The dyno never hears of it."""

    async def run() -> None:
        heads: list[bytes] = []
        async with Stage(_keeping(heads)) as stage:
            client = await stage.client()
            await client.send(
                b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
            )
            assert await client.head() == b"HTTP/1.1 100 Continue\r\n\r\n"
            await client.send(b"ab")
            assert (await client.head()).startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"Expect" not in heads[0]

    asyncio.run(run())


def test_another_expectation_is_refused() -> None:
    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            answer = await stage.ask(b"GET / HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 417 ")
            assert (await stage.line()).startswith("at=info ")

    asyncio.run(run())


def test_an_answer_before_the_body_has_come() -> None:
    """It is passed on; what the client still sends is read and dropped."""

    async def run() -> None:
        async with Stage(answering(OK, close=True)) as stage:
            client = await stage.client()
            await client.send(POST % 100_000 + bytes(10))
            assert (await client.head()).startswith(b"HTTP/1.1 200 OK")
            assert await client.exactly(2) == b"ok"
            assert "at=info" in await stage.line()
            await client.send(bytes(99_990) + GET)
            assert (await client.head()).startswith(b"HTTP/1.1 200 OK")

    asyncio.run(run())


def test_a_chunk_that_is_none() -> None:
    async def run() -> None:
        async with Stage(_echoing()) as stage:
            answer = await stage.ask(
                b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnothing\r\n"
            )
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert "at=info" in await stage.line()

    asyncio.run(run())


def test_old_clients_get_what_they_understand() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"

    async def run() -> None:
        async with Stage(answering(chunked)) as stage:
            answer = await stage.ask(b"GET / HTTP/1.0\r\n\r\n")
            assert answer.endswith(b"Via: 1.1 heroku-router\r\n\r\nok")
            assert b"Transfer-Encoding" not in answer
            assert "protocol=http1.0 " in await stage.line()
        async with Stage(answering(OK)) as stage:
            client = await stage.client()
            for _ in range(2):
                await client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                assert b"Connection: keep-alive\r\n" in await client.head()
                await client.exactly(2)

    asyncio.run(run())


def test_a_body_that_ends_with_the_connection_is_chunked_for_the_client() -> None:
    """So that its own connection can go on."""

    async def run() -> None:
        async with Stage(answering(b"HTTP/1.1 200 OK\r\n\r\nok", close=True)) as stage:
            client = await stage.client()
            for _ in range(2):
                await client.send(GET)
                assert b"Transfer-Encoding: chunked\r\n" in await client.head()
                assert await client.exactly(12) == b"2\r\nok\r\n0\r\n\r\n"

    asyncio.run(run())


def test_a_quote_in_a_path_does_not_break_the_log() -> None:
    async def run() -> None:
        async with Stage(answering(OK)) as stage:
            await stage.ask(closing(b'GET /a"b HTTP/1.1\r\nHost: a b"c\r\n\r\n'))
            line = await stage.line()
            assert 'path="/a%22b" host=a?b?c request_id=' in line

    asyncio.run(run())
