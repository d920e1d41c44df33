"""One request and its answer, from the head to the line in the log."""

import asyncio
from typing import Protocol

from wherry.rehearse.router import headers, pages
from wherry.rehearse.router.dyno_connection import DynoConnection
from wherry.rehearse.router.faults import GONE, H12, H15, H17, H18, H24, H28, Fault, request_error
from wherry.rehearse.router.framing import LAST_CHUNK, Chunked, UntilClose, chunk
from wherry.rehearse.router.front import Front
from wherry.rehearse.router.log import Served, tell
from wherry.rehearse.router.pool import NoDyno
from wherry.rehearse.router.requests import BadRequest, RequestHead, write_request
from wherry.rehearse.router.responses import ResponseHead


class Client(Protocol):
    """Who asked."""

    behind: bool

    def put(self, data: bytes) -> None:
        """Send with the next ``flush``."""

    def flush(self) -> None:
        """Send what was put."""

    def take_body(self) -> bytes:
        """Return what is there of the request's body, as it came."""

    def take_all(self) -> bytes:
        """Return everything that is there: it is not HTTP any more."""

    def wait(self, seconds: float | None) -> None:
        """Be told in so many seconds that the time has passed, unless something comes before."""

    def hold(self) -> None:
        """Read no more for now."""

    def resume(self) -> None:
        """Read again."""

    def conclude(self, keep_alive: bool) -> None:
        """The request has been answered."""


class Exchange:
    """A request on its way."""

    def __init__(self, front: Front, client: Client, request: RequestHead) -> None:
        self.method = request.method
        self.request = request
        self.switched = False
        self._front = front
        self._client = client
        self._served = Served(request, 0)
        self._connection: DynoConnection | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._begun = False
        self._head: ResponseHead | None = None
        self._since = 0.0
        self._ended = False

    # The beginning.

    def begin(self) -> None:
        """Find a dyno and send the request to it."""
        front = self._front
        fault = front.refuses(self.request)
        front.requests.add(self)
        if fault is not None:
            self.give_up(fault)
            return
        try:
            connection = front.pool.take_idle()
        except NoDyno as error:
            self.give_up(error.fault)
            return
        if connection is not None:
            self._attach(connection, 0.0)
            return
        self._waiting = front.loop.create_task(self._connect())
        front.tasks.add(self._waiting)
        self._waiting.add_done_callback(front.tasks.discard)

    async def _connect(self) -> None:
        try:
            connection, seconds = await self._front.pool.take()
        except NoDyno as error:
            self._served.dyno = error.dyno
            self._served.connect_s = error.connect_s
            self.give_up(error.fault)
            return
        if self._ended:
            self._front.pool.give_back(connection)
        else:
            self._attach(connection, seconds)

    def _attach(self, connection: DynoConnection, connect_s: float) -> None:
        self._waiting = None
        self._connection = connection
        self._served.dyno = connection.key[0]
        self._served.connect_s = connect_s
        self._since = self._front.loop.time()
        if self.request.expects and not self.request.body.done:
            self._client.put(pages.CONTINUE)
            self._client.flush()
        body = self._client.take_body()
        if not self._ended:
            connection.ask(self, write_request(self.request, self._front.options) + body)
            self._wait()
            self._client.resume()

    # What the client does.

    def client_sent(self) -> None:
        """Pass more of the request on."""
        if self._connection is None:
            return
        data = self._client.take_body()
        if data and not self._ended:
            self._connection.send(data)
            self._wait()

    def client_sent_raw(self, data: bytes) -> None:
        """Pass on what is not HTTP any more."""
        if self._connection is not None:
            self._connection.send(data)
            self._wait()

    def client_behind(self) -> None:
        """Let the dyno wait: the client does not keep up."""
        if self._connection is not None:
            self._connection.hold_answer()

    def client_caught_up(self) -> None:
        """Let it go on."""
        if self._connection is not None:
            self._connection.resume_answer()
            self._wait()

    def client_gone(self, fault: Fault) -> None:
        """End: nobody waits for the answer any more."""
        if self.switched:
            self._finish(None)
        else:
            self.give_up(fault)

    # What the dyno does.

    def answer_begins(self) -> None:
        """From here on silence is counted, not the time to the first byte."""
        self._begun = True

    def answer_head(self, head: ResponseHead) -> None:
        """Pass the head on."""
        if head.interim:
            # The router has answered an expectation itself.
            if head.status != 100 and self.request.modern:
                self._client.put(headers.write(head.line, head.fields))
            return
        if head.switches and not self.request.upgrade:
            self.give_up(H17)  # nobody asked for another protocol
            return
        self._head = head
        self._served.status = head.status
        if head.switches:
            self.switched = True
            self.client_sent_raw(self._client.take_all())
        self._client.put(headers.write(head.line, self._response_fields(head)))

    def answer_piece(self, raw: bytes, payload: bytes) -> None:
        """Pass a part of the body on, framed as the client understands it."""
        self._served.sent_bytes += len(payload)
        if self._head is None or (not payload and not self.request.modern):
            return
        if not self.request.modern:
            self._client.put(payload)
        elif isinstance(self._head.body, UntilClose):
            self._client.put(chunk(payload))
        else:
            self._client.put(raw)

    def answer_read(self) -> None:
        """All that has come so far was told."""
        if not self._ended:
            self._client.flush()
            self._wait()

    def answer_ends(self) -> None:
        """Keep what can be kept, and write the line."""
        head = self._head
        if head is not None and isinstance(head.body, UntilClose) and self.request.modern:
            self._client.put(LAST_CHUNK)
        self._client.flush()
        self._finish(None)

    def answer_fails(self, fault: Fault) -> None:
        """Give up."""
        self._connection = None
        self.give_up(fault)

    def switched_piece(self, data: bytes) -> None:
        """Pass on what is not HTTP any more."""
        self._served.sent_bytes += len(data)
        self._client.put(data)

    def switched_ends(self) -> None:
        """The dyno closed it, as it may."""
        self._connection = None
        self._finish(None)

    def hold_request(self) -> None:
        """Let the client wait: the dyno does not keep up."""
        self._client.hold()

    def resume_request(self) -> None:
        """Let it go on."""
        self._client.resume()

    # The end.

    def expired(self) -> None:
        """Judge what took too long."""
        if self._connection is None:
            return
        if not self._begun and self.request.body.done:
            self.give_up(H12)
        elif self._client.behind or not (self._begun or self._connection.waits):
            self.give_up(H28)
        else:
            self.give_up(H15)

    def give_up(self, fault: Fault) -> None:
        """End with a code: the client gets the platform's page where it has got nothing yet."""
        if not self._ended:
            self._served.status = self._status(fault)
            self._finish(fault)

    def refuse(self, error: BadRequest) -> None:
        """End a request whose body breaks the standard; the legacy router alone has a code."""
        if self._ended:
            return
        self._served.status = error.status
        fault = request_error(error.cause, error.status)
        page = b"" if self._head is not None else pages.refusal(error.status, error.reason)
        self._end(fault if self._front.options.legacy else None, page)

    def _status(self, fault: Fault) -> int:
        if fault is H24:
            return 0
        if fault is H18 and self._head is not None and not self._front.options.legacy:
            return self._head.status
        return fault.status

    def _wait(self) -> None:
        limits = self._front.limits
        waits = self.request.body.done and not self._begun
        self._client.wait(limits.request_timeout_s if waits else limits.idle_timeout_s)

    def _finish(self, fault: Fault | None) -> None:
        if fault is None:
            self._end(None, b"", keep_alive=self._keeps_client())
        elif self._head is not None or fault.status == GONE or fault is H24:
            self._end(fault, b"")
        else:
            self._end(fault, pages.error_page(fault))

    def _end(self, fault: Fault | None, page: bytes, *, keep_alive: bool = False) -> None:
        self._ended = True
        self._front.requests.discard(self)
        self._let_go(reusable=fault is None and self.request.body.done and not self.switched)
        served = self._served
        served.fault = fault
        if self._since:
            served.service_s = self._front.loop.time() - self._since
        tell(self._front.sink, self._front.options, served)
        self._client.put(page)
        self._client.flush()
        self._client.conclude(keep_alive)

    def _let_go(self, *, reusable: bool) -> None:
        """Give the connection back, or close it: an app that is still at work goes on all the same.

        Nothing tells a WSGI app that its client has gone, and the platform does not either.
        """
        if self._waiting is not None and self._waiting is not asyncio.current_task():
            self._waiting.cancel()
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if reusable:
            self._front.pool.give_back(connection)
        else:
            connection.close()

    def _keeps_client(self) -> bool:
        if self.switched or self._head is None or not self.request.keep_alive:
            return False
        ends = isinstance(self._head.body, UntilClose | Chunked) and not self.request.modern
        return not ends

    def _response_fields(self, head: ResponseHead) -> list[headers.Header]:
        fields = head.fields
        if head.switches:
            fields += ((b"Connection", b"Upgrade"), (b"Upgrade", head.upgrade))
        elif not self._keeps_client():
            fields.append((b"Connection", b"close"))
        elif not self.request.modern:
            fields.append((b"Connection", b"keep-alive"))
        if isinstance(head.body, UntilClose) and self.request.modern:
            fields.append((b"Transfer-Encoding", b"chunked"))
        elif isinstance(head.body, Chunked) and not self.request.modern:
            fields = [field for field in fields if field[0].lower() != b"transfer-encoding"]
        options = self._front.options
        fields.append((b"Via", headers.LEGACY_VIA if options.legacy else headers.VIA))
        return fields
