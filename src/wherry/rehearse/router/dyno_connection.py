"""A connection to a dyno: it carries one request after the other, and waits between them."""

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

from wherry.rehearse.overlay import Limits
from wherry.rehearse.router.deadline import Deadline
from wherry.rehearse.router.faults import H13, H17, H18, Fault
from wherry.rehearse.router.framing import BadChunk, Body, UntilClose
from wherry.rehearse.router.responses import (
    BadResponse,
    ResponseHead,
    check_beginning,
    read_response,
)

_HEAD_END = b"\r\n\r\n"
# What the router holds of a request's body before the client has to wait: the dyno is not
# protected from slow bodies. Source: https://devcenter.heroku.com/articles/http-routing.
_REQUEST_BUFFER_BYTES = 1024


class Asker(Protocol):
    """Who hears what a dyno answers."""

    method: bytes

    def answer_begins(self) -> None:
        """The first byte is there."""

    def answer_head(self, head: ResponseHead) -> None:
        """A head is there: of the answer, or of an interim one."""

    def answer_piece(self, raw: bytes, payload: bytes) -> None:
        """A part of the body, as it came and what it carries."""

    def answer_read(self) -> None:
        """All that has come so far was told."""

    def answer_ends(self) -> None:
        """All of it was there."""

    def answer_fails(self, fault: Fault) -> None:
        """The rest will not come; the connection is closed."""

    def switched_piece(self, data: bytes) -> None:
        """What came after the connection went over to another protocol."""

    def switched_ends(self) -> None:
        """The dyno closed a connection that went over to another protocol."""

    def hold_request(self) -> None:
        """The dyno takes no more for now."""

    def resume_request(self) -> None:
        """It does again."""


class DynoConnection(asyncio.Protocol):
    """One connection, for as long as both sides keep it.

    Attributes:
        key: Whose it is: the dyno's name, its address and its port.
        open: Whether it can carry another request.
        waits: Whether what was written has not all left yet.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        key: tuple[str, str, int],
        limits: Limits,
        dropped: Callable[["DynoConnection"], None],
    ) -> None:
        self.key = key
        self.open = False
        self.waits = False
        self._limits = limits
        self._dropped = dropped
        self._idle = Deadline(loop, self.close)
        self._transport: asyncio.Transport | None = None
        self._asker: Asker | None = None
        self._data = b""
        self._begun = False
        self._body: Body | None = None
        self._switched = False
        self._reusable = False

    # What the exchange asks of it.

    def ask(self, asker: Asker, request: bytes) -> None:
        """Send a request's head, and what is there of its body."""
        self._idle.clear()
        self._asker = asker
        self._begun = False
        self._body = None
        self.send(request)

    def send(self, data: bytes) -> None:
        """Send more of the request."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def rest(self, idle_s: float | None) -> None:
        """Keep the connection for the next request."""
        self._idle.after(idle_s)

    def hold_answer(self) -> None:
        """Read no more for now: the client does not keep up."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_answer(self) -> None:
        """Read again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self) -> None:
        """Close, and tell nobody."""
        self._asker = None
        self.open = False
        self._idle.close()
        if self._transport is None:
            return
        if self.waits:
            self._transport.abort()  # a dyno that does not read would hold it open
        else:
            self._transport.close()

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        transport = cast("asyncio.Transport", transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=_REQUEST_BUFFER_BYTES)
        self.open = True

    def data_received(self, data: bytes) -> None:
        """Take what the dyno sent."""
        asker = self._asker
        if asker is None:
            self.close()  # it speaks without being asked
            return
        if self._switched:
            asker.switched_piece(data)
            asker.answer_read()
            return
        if not self._begun:
            self._begun = True
            asker.answer_begins()
        self._data = self._data + data if self._data else data
        try:
            self._read(asker)
        except BadResponse as error:
            self._fail(error.fault)
        except BadChunk:
            self._fail(H17)
        else:
            asker.answer_read()

    def eof_received(self) -> bool:
        """Close: a dyno that sends no more takes no more either."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Judge by what was there whether something is missing."""
        self.open = False
        self._idle.close()
        self._dropped(self)
        asker = self._asker
        if asker is None:
            return
        if self._switched:
            self._asker = None
            asker.switched_ends()
        elif isinstance(self._body, UntilClose) and exc is None:
            self._end(asker)
        else:
            self._fail(H18 if self._begun else H13)

    def pause_writing(self) -> None:
        """Let the client wait."""
        self.waits = True
        if self._asker is not None:
            self._asker.hold_request()

    def resume_writing(self) -> None:
        """Let it go on."""
        self.waits = False
        if self._asker is not None:
            self._asker.resume_request()

    # What it makes of it.

    def _read(self, asker: Asker) -> None:
        while self._asker is asker and self._body is None and self._data:
            end = self._data.find(_HEAD_END)
            if end < 0:
                check_beginning(self._data, self._limits)
                return
            head = read_response(self._data[: end + 4], asker.method, self._limits)
            self._data = self._data[end + 4 :]
            if self._take_head(asker, head):
                return
        if self._asker is asker and self._body is not None:
            self._take_body(asker, self._body)

    def _take_head(self, asker: Asker, head: ResponseHead) -> bool:
        """Pass a head on; True where HTTP has ended with it."""
        asker.answer_head(head)
        if head.switches and self._asker is asker:
            self._switched = True
            data, self._data = self._data, b""
            if data:
                asker.switched_piece(data)
            return True
        if not head.interim:
            self._body = head.body
            self._reusable = head.reusable
        return False

    def _take_body(self, asker: Asker, body: Body) -> None:
        if self._data and not body.done:
            count, payload = body.take(self._data)
            raw = self._data if count == len(self._data) else self._data[:count]
            self._data = self._data[count:]
            asker.answer_piece(raw, payload)
        if body.done and self._asker is asker:
            self._end(asker)

    def _end(self, asker: Asker) -> None:
        self._asker = None
        # Bytes behind an answer belong to no request: the next one could not be told from them.
        self.open = self.open and self._reusable and not self._data
        asker.answer_ends()

    def _fail(self, fault: Fault) -> None:
        asker = self._asker
        self.close()
        if asker is not None:
            asker.answer_fails(fault)
