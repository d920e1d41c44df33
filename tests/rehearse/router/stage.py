"""A router between a client and a dyno that both speak raw bytes: no library repairs anything."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Self

from wherry.platforms import hosts
from wherry.rehearse.events import Event, LogLine, RequestServed
from wherry.rehearse.overlay import Limits, limits_of
from wherry.rehearse.router.backends import Backend
from wherry.rehearse.router.options import RouterOptions
from wherry.rehearse.router.router import Router
from wherry.rehearse.traffic.ledger import Ledger

GET = b"GET /page?a=1 HTTP/1.1\r\nHost: app.example\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
# What is asked for must come at once; the limit only ends a test that would wait for ever.
PATIENCE_S = 20.0

type Reader = asyncio.StreamReader
type Writer = asyncio.StreamWriter
type Dyno = Callable[[Reader, Writer], Awaitable[None]]


def limits(**changes: Any) -> Limits:
    return dataclasses.replace(limits_of(hosts.get("heroku:basic")), **changes)


def answering(answer: bytes, *, close: bool = False) -> Dyno:
    """A dyno that says the same to every request; with ``close``, it hangs up after it."""

    async def serve(reader: Reader, writer: Writer) -> None:
        while await read_head(reader):
            writer.write(answer)
            await writer.drain()
            if close:
                return

    return serve


async def read_head(reader: Reader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


class Client:
    """One connection to the router."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> bytes:
        return await asyncio.wait_for(read_head(self.reader), PATIENCE_S)

    async def exactly(self, count: int) -> bytes:
        return await asyncio.wait_for(self.reader.readexactly(count), PATIENCE_S)

    async def rest(self) -> bytes:
        return await asyncio.wait_for(self.reader.read(), PATIENCE_S)

    async def close(self) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


class Stage:
    """A dyno, a router, and clients."""

    def __init__(
        self,
        dyno: Dyno | None = None,
        rules: Limits | None = None,
        options: RouterOptions | None = None,
        backends: Callable[[], Sequence[Backend]] | None = None,
        state: str = "up",
    ) -> None:
        self.events: list[Event] = []
        self.ledger = Ledger()
        self.broken: list[dict[str, Any]] = []
        self.state = state
        self.dyno_port = 0
        self.dyno_connections = 0
        self._dyno = dyno
        self._clients: list[Client] = []
        self._served: set[asyncio.Task[None]] = set()
        self.router = Router(rules or limits(), backends or self._backends, self._hear, options)

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self.ledger(event)

    def _backends(self) -> Sequence[Backend]:
        return (Backend("web.1", "127.0.0.1", self.dyno_port, self.state),)

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: self.broken.append(context)
        )
        if self._dyno is not None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.dyno_port = self._server.sockets[0].getsockname()[1]
        self.port = await self.router.start()
        return self

    async def __aexit__(self, *args: object) -> None:
        for client in self._clients:
            await client.close()
        await self.router.stop()
        for task in self._served:
            task.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)
        if self._dyno is not None:
            self._server.close()
            await self._server.wait_closed()
        assert self.broken == []

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        assert self._dyno is not None
        task = asyncio.current_task()
        assert task is not None
        self._served.add(task)
        self.dyno_connections += 1
        try:
            await self._dyno(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def client(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self._clients.append(client)
        return client

    async def ask(self, request: bytes = GET) -> bytes:
        """Send a request and return everything that comes back until the router hangs up."""
        client = await self.client()
        await client.send(request)
        return await client.rest()

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not reached():
                await asyncio.sleep(0.005)

    async def line(self, number: int = 1) -> str:
        """Return the router's line of that number, once it is there."""
        await self.until(lambda: len(self.lines) >= number)
        return self.lines[number - 1]

    @property
    def lines(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, LogLine)]

    @property
    def served(self) -> list[RequestServed]:
        return [event for event in self.events if isinstance(event, RequestServed)]


def closing(request: bytes = GET) -> bytes:
    """The same request of a client that wants its connection closed."""
    return request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
