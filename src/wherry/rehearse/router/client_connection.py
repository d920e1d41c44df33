"""A client's connection: requests come out of it one after the other."""

import asyncio
from typing import cast

from wherry.rehearse.router import pages
from wherry.rehearse.router.deadline import Deadline
from wherry.rehearse.router.exchange import Exchange
from wherry.rehearse.router.faults import H27, request_error
from wherry.rehearse.router.framing import BadChunk, Body
from wherry.rehearse.router.front import Front
from wherry.rehearse.router.log import Served, tell
from wherry.rehearse.router.requests import BadRequest, most_bytes, partial, read_request

_HEAD_END = b"\r\n\r\n"
# What a client may send ahead while its request waits for a dyno.
_AHEAD_BYTES = 65536
# A client that was refused while it was still sending gets so long to read why.
_LINGER_S = 2.0


class ClientConnection(asyncio.Protocol):
    """One client.

    Attributes:
        behind: Whether the client does not read what it gets.
    """

    def __init__(self, front: Front) -> None:
        self.behind = False
        self._front = front
        self._deadline = Deadline(front.loop, self._expired)
        self._transport: asyncio.Transport | None = None
        self._peer = ""
        self._data = b""
        self._out: list[bytes] = []
        self._exchange: Exchange | None = None
        self._left: Body | None = None  # of a request that has been answered
        self._closing = False
        self._held = False

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        transport = cast("asyncio.Transport", transport)
        self._transport = transport
        self._peer = str((transport.get_extra_info("peername") or ("",))[0])
        transport.set_write_buffer_limits(high=self._front.limits.response_buffer_bytes)
        self._front.connections.add(transport)
        self._deadline.after(self._front.limits.idle_timeout_s)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        exchange = self._exchange
        if exchange is not None and exchange.switched:
            exchange.client_sent_raw(data)
            return
        self._data = self._data + data if self._data else data
        self._go_on()

    def eof_received(self) -> bool:
        """A client that sends no more has gone."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request."""
        del exc
        self._deadline.close()
        self._closing = True
        if self._transport is not None:
            self._front.connections.discard(self._transport)
        if self._exchange is not None:
            self._exchange.client_gone(H27)

    def pause_writing(self) -> None:
        """Let the dyno wait."""
        self.behind = True
        if self._exchange is not None:
            self._exchange.client_behind()

    def resume_writing(self) -> None:
        """Let it go on."""
        self.behind = False
        if self._exchange is not None:
            self._exchange.client_caught_up()

    # What the exchange asks of it.

    def put(self, data: bytes) -> None:
        """Send with the next ``flush``."""
        self._out.append(data)

    def flush(self) -> None:
        """Send what was put, in one piece: each writing is a call into the kernel."""
        if self._out and self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._out[0] if len(self._out) == 1 else b"".join(self._out))
        self._out.clear()

    def take_body(self) -> bytes:
        """Return what is there of the request's body, as it came."""
        exchange = self._exchange
        if exchange is None or not self._data or exchange.request.body.done:
            return b""
        try:
            count, _ = exchange.request.body.take(self._data)
        except BadChunk as error:
            self._data = b""
            exchange.refuse(BadRequest(str(error), cause="bad chunk"))
            return b""
        raw = self._data[:count]
        self._data = self._data[count:]
        return raw

    def take_all(self) -> bytes:
        """Return everything that is there."""
        data, self._data = self._data, b""
        return data

    def wait(self, seconds: float | None) -> None:
        """Be told in so many seconds that the time has passed."""
        self._deadline.after(seconds)

    def hold(self) -> None:
        """Read no more for now."""
        if not self._held and self._transport is not None and not self._transport.is_closing():
            self._held = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._held and self._transport is not None and not self._transport.is_closing():
            self._held = False
            self._transport.resume_reading()

    def conclude(self, keep_alive: bool) -> None:
        """Go on with the next request, or close."""
        exchange, self._exchange = self._exchange, None
        if self._closing or exchange is None:
            return
        if not keep_alive:
            self._part(exchange.request.body.done)
            return
        self._left = None if exchange.request.body.done else exchange.request.body
        self.resume()
        self._deadline.after(self._front.limits.idle_timeout_s)
        if self._data:
            self._go_on()

    # What it makes of it.

    def _go_on(self) -> None:
        if self._closing:
            self._data = b""  # of a request that is answered already
        elif self._exchange is not None:
            self._exchange.client_sent()
        elif self._left is None or self._skip(self._left):
            self._next()
        if len(self._data) > _AHEAD_BYTES and self._exchange is not None:
            self.hold()

    def _skip(self, body: Body) -> bool:
        """Drop what is still to come of a request that has been answered; True when it is over."""
        try:
            count, _ = body.take(self._data)
        except BadChunk:
            self._close()
            return False
        self._data = self._data[count:]
        if not body.done:
            return False
        self._left = None
        return True

    def _next(self) -> None:
        data = self._data
        if data[:2] == b"\r\n":  # allowed before a request: RFC 9112, 2.2
            data = self._data = data.lstrip(b"\r\n")
        end = data.find(_HEAD_END)
        if end < 0:
            if len(data) > most_bytes(self._front.limits):
                self._refuse(data, BadRequest("the request's head is too long"))
            return
        head = data[: end + 4]
        try:
            request = read_request(head, self._peer, self._front.limits)
        except BadRequest as error:
            self._refuse(head, error)
            return
        self._data = data[end + 4 :]
        self._exchange = Exchange(self._front, self, request)
        self._exchange.begin()

    def _refuse(self, head: bytes, error: BadRequest) -> None:
        """Answer a head that breaks a rule; the log gets a line where it names a path."""
        self._data = b""
        request = partial(head, self._peer)
        if request is not None:
            fault = request_error(error.cause, error.status)
            options = self._front.options
            served = Served(request, error.status, fault if options.legacy else None)
            tell(self._front.sink, options, served)
        self.put(pages.refusal(error.status, error.reason))
        self.flush()
        self._part(False)

    def _expired(self) -> None:
        if self._exchange is not None:
            self._exchange.expired()
        else:
            self._close()

    def _part(self, sent_all: bool) -> None:
        """Close; a client that is still sending would lose the answer if it were done at once."""
        transport = self._transport
        if sent_all or transport is None or transport.is_closing():
            self._close()
            return
        self._closing = True
        self.resume()
        if transport.can_write_eof():
            transport.write_eof()
        self._deadline.after(_LINGER_S)

    def _close(self) -> None:
        self._closing = True
        self._deadline.close()
        if self._transport is not None:
            self._transport.close()
