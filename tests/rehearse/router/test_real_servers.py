"""The router before servers that people use, with clients that they use."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.rehearse.router.stage import PATIENCE_S, Stage, closing
from wherry.rehearse.router.backends import Backend

APP = """
import hashlib
import time

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        time.sleep(60)
    if path == "/busy":  # in C, where no signal of gunicorn's reaches Python, as in a model
        hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)
    if path == "/cut":
        start_response("200 OK", [("Content-Length", "100")])
        return [b"half"]
    if path == "/stream":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (b"%d\\n" % number for number in range(1000))
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    told = "|".join(
        (environ["wsgi.url_scheme"], environ["HTTP_X_FORWARDED_FOR"], str(len(body)))
    ).encode()
    start_response("200 OK", [("Content-Length", str(len(told)))])
    return [told]
"""


# Its control socket would lie in the home folder of whoever runs the tests.
_QUIET = ("--no-control-socket",)


@asynccontextmanager
async def _gunicorn(folder: Path, *options: str) -> AsyncIterator[int]:
    """Run gunicorn at a free port; it is what most projects start."""
    (folder / "app.py").write_text(APP)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gunicorn", "app", "--bind", "127.0.0.1:0", *_QUIET, *options),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        port = None
        while port is None:
            line = await asyncio.wait_for(process.stderr.readline(), PATIENCE_S)
            assert line, "gunicorn did not start"
            port = re.search(rb"Listening at: http://127\.0\.0\.1:(\d+)", line)
        draining = asyncio.create_task(process.stderr.read())
        yield int(port[1])
    finally:
        process.terminate()
        await process.wait()
        await draining


def test_gunicorn(tmp_path: Path) -> None:
    async def run() -> None:
        async with _gunicorn(tmp_path, "--threads", "2") as port:
            backend = Backend("web.1", "127.0.0.1", port, "up")
            async with Stage(backends=lambda: (backend,)) as stage:
                client = await stage.client()
                body = b"x" * 100_000
                await client.send(
                    b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body)
                    + body
                )
                await client.head()
                assert await client.exactly(22) == b"https|127.0.0.1|100000"
                stream = await stage.ask(closing(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"))
                assert stream.endswith(b"999\n\r\n0\r\n\r\n")
                await stage.ask(closing(b"GET /cut HTTP/1.1\r\nHost: a\r\n\r\n"))
                assert [event.code for event in stage.served] == ["", "", "H18"]

    asyncio.run(run())


def test_a_worker_that_gunicorn_ends(tmp_path: Path) -> None:
    """Its own timeout is shorter than the router's: killed is H13, interrupted is an error page."""

    async def run() -> None:
        async with _gunicorn(tmp_path, "--timeout", "2", "--graceful-timeout", "1") as port:
            backend = Backend("web.1", "127.0.0.1", port, "up")
            async with Stage(backends=lambda: (backend,)) as stage:
                page = await stage.ask(b"GET /busy HTTP/1.1\r\nHost: a\r\n\r\n")
                assert page.startswith(b"HTTP/1.1 503 ")
                assert "code=H13" in await stage.line()
                page = await stage.ask(closing(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"))
                assert page.startswith(b"HTTP/1.1 500 ")
                assert "at=info" in await stage.line(2)

    asyncio.run(run())


async def _echo(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data.upper())
    return socket


def test_web_sockets_of_a_library() -> None:
    async def run() -> None:
        app = web.Application()
        app.router.add_get("/chat", _echo)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        backend = Backend("web.1", "127.0.0.1", port, "up")
        async with Stage(backends=lambda: (backend,)) as stage:
            address = f"http://127.0.0.1:{stage.port}/chat"
            async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
                for word in ("one", "two" * 50_000):
                    await socket.send_str(word)
                    assert await socket.receive_str() == word.upper()
            assert "status=101 " in await stage.line()
            assert "at=info" in stage.lines[0]
        await runner.cleanup()

    asyncio.run(run())
