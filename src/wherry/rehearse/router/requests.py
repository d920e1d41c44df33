"""A request's head: read, held to the platform's limits, and written anew for the dyno."""

import re
import time
import uuid
from dataclasses import dataclass
from typing import Final

import httptools

from wherry.rehearse.overlay import Limits
from wherry.rehearse.router import headers
from wherry.rehearse.router.framing import Body, Chunked, Length
from wherry.rehearse.router.headers import Collector, Header
from wherry.rehearse.router.options import RouterOptions

_LINE: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ \r\n]+) HTTP/1\.([01])")
# The parser knows the registered methods only; the router passes on any but CONNECT.
_COMMON: Final = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"))
_ID: Final = re.compile(rb"[A-Za-z0-9+/=-]{20,200}")
_HOST: Final = re.compile(r"[^A-Za-z0-9._:\[\]-]")
_HOST_LINE: Final = re.compile(rb"\r\n[Hh]ost: ([^\r\n]{1,300})\r\n")


class BadRequest(ValueError):
    """A request's head breaks a rule.

    Attributes:
        status: What the client gets.
        reason: The rule, in a sentence.
    """

    def __init__(self, reason: str, status: int = 400, cause: str = "bad header") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.cause = cause


@dataclass(slots=True)
class RequestHead:
    """What the router needs of a request's head.

    Attributes:
        target: What stands between the method and the version.
        modern: Whether the client speaks HTTP/1.1.
        keep_alive: Whether the client wants its connection kept.
        upgrade: The protocol that it asks to go over to: ``websocket``; b"" for none.
        expects: Whether it waits for ``100 Continue`` before it sends the body.
        misconfigured: Whether it is half a WebSocket handshake (H23 of the legacy router).
    """

    method: bytes
    target: bytes
    modern: bool
    fields: list[Header]
    body: Body
    keep_alive: bool
    upgrade: bytes
    expects: bool
    host: bytes
    request_id: bytes
    forwarded: bytes
    misconfigured: bool = False

    @property
    def path(self) -> str:
        """The target as the log quotes it."""
        return self.target.decode("latin-1").replace('"', "%22")

    @property
    def host_shown(self) -> str:
        """The host as the log shows it."""
        return _HOST.sub("?", self.host.decode("latin-1"))


def most_bytes(limits: Limits) -> int:
    """Return the size above which a head cannot be within the limits."""
    line = limits.header_line_bytes or 65536
    return (limits.request_line_bytes or 65536) + line * (limits.header_count or 100) + 4


def read_request(head: bytes, peer: str, limits: Limits) -> RequestHead:
    """Read a head, with the empty line at its end.

    Args:
        head: From the request line on; empty lines before it are left out by the caller.
        peer: The client's address.
        limits: The platform's, of lines, names and counts.

    Raises:
        BadRequest: it breaks the standard or one of the platform's limits.
    """
    lines = head.split(b"\r\n")
    method, target, modern = _request_line(lines[0], limits)
    _check_lines(lines, limits)
    fields = _parse(method, head)
    lowered = headers.lower_names(fields)
    names = {name for name, _ in lowered}
    if b"host" not in names and modern:
        raise BadRequest("the request names no host")
    connection = headers.tokens(headers.find(lowered, b"connection"))
    upgrade = b""
    if b"upgrade" in names and b"upgrade" in connection:
        upgrade = (headers.find(lowered, b"upgrade") or b"").lower()
    expect = headers.find(lowered, b"expect") if b"expect" in names else None
    given = headers.find(lowered, b"x-request-id") if b"x-request-id" in names else None
    keeps = b"close" not in connection if modern else b"keep-alive" in connection
    client = peer.encode()
    via = headers.find(lowered, b"x-forwarded-for") if b"x-forwarded-for" in names else None
    return RequestHead(
        method=method,
        target=target,
        modern=modern,
        fields=_kept(fields, lowered, headers.hop_by_hop(connection)),
        body=_body(lowered, names),
        keep_alive=keeps,
        upgrade=upgrade if upgrade == b"websocket" else b"",
        expects=_expects(expect) and modern,
        host=headers.find(lowered, b"host") or b"",
        request_id=given if given and _ID.fullmatch(given) else str(uuid.uuid4()).encode(),
        forwarded=client if via is None else b"%b,%b" % (via.replace(b", ", b","), client),
        misconfigured=b"sec-websocket-version" in names and upgrade != b"websocket",
    )


def partial(head: bytes, peer: str) -> RequestHead | None:
    """Return what the log can say of a head that breaks a rule; None where it names no path."""
    found = _LINE.match(head)
    if found is None:
        return None
    host = _HOST_LINE.search(head)
    return RequestHead(
        method=found[1],
        target=found[2],
        modern=found[3] == b"1",
        fields=[],
        body=Length(0),
        keep_alive=False,
        upgrade=b"",
        expects=False,
        host=host[1] if host else b"",
        request_id=str(uuid.uuid4()).encode(),
        forwarded=peer.encode(),
    )


def write_request(request: RequestHead, options: RouterOptions) -> bytes:
    """Return the head as the dyno gets it, with the headers that the platform adds."""
    fields = request.fields
    if request.upgrade:
        fields += ((b"Connection", b"Upgrade"), (b"Upgrade", request.upgrade))
    elif not options.reuses:
        fields.append((b"Connection", b"close"))
    fields += (
        (b"X-Request-Id", request.request_id),
        (b"X-Forwarded-For", request.forwarded),
        (b"X-Forwarded-Proto", options.scheme.encode()),
        (b"X-Forwarded-Port", b"%d" % options.forwarded_port),
        (b"Via", headers.LEGACY_VIA if options.legacy else headers.VIA),
        (b"X-Request-Start", b"%d" % (time.time() * 1000)),
    )
    return headers.write(b"%b %b HTTP/1.1" % (request.method, request.target), fields)


def _request_line(line: bytes, limits: Limits) -> tuple[bytes, bytes, bool]:
    if limits.request_line_bytes and len(line) > limits.request_line_bytes:
        raise BadRequest("the request line is too long")
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadRequest("the request line is not one of HTTP/1.1")
    method, target, minor = found.groups()
    if limits.method_bytes and len(method) > limits.method_bytes:
        raise BadRequest("the method's name is too long")
    if method == b"CONNECT":
        raise BadRequest("the router takes no CONNECT", 405)
    return method, target, minor == b"1"


def _check_lines(lines: list[bytes], limits: Limits) -> None:
    """Hold the header lines to the platform's limits; the last two are the empty ones."""
    if limits.header_count and len(lines) - 3 > limits.header_count:
        raise BadRequest("the request has too many headers")
    longest = max(map(len, lines))
    most_line, most_name = limits.header_line_bytes, limits.header_name_bytes
    if longest <= min(most_line or longest, most_name or longest):
        return
    for line in lines[1:]:
        if most_line and len(line) > most_line:
            raise BadRequest("a header line is too long")
        if most_name and line.find(b":") > most_name:
            raise BadRequest("a header's name is too long")


def _parse(method: bytes, head: bytes) -> list[Header]:
    """Let the parser check every byte, and return the headers."""
    collector = Collector()
    parser = httptools.HttpRequestParser(collector)
    if method not in _COMMON:
        head = b"POST" + head[len(method) :]
    try:
        parser.feed_data(head)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        raise BadRequest(f"the request is not one of HTTP/1.1: {error}") from error
    return collector.fields


def _body(lowered: list[Header], names: set[bytes]) -> Body:
    if b"transfer-encoding" in names:
        if headers.tokens(headers.find(lowered, b"transfer-encoding")) != {b"chunked"}:
            raise BadRequest("the router knows no other transfer coding than chunked", 501)
        return Chunked()
    length = headers.find(lowered, b"content-length") if b"content-length" in names else b"0"
    if length is None or not length.isdigit() or len(length) > 18:
        raise BadRequest("the request's Content-Length is no length")
    return Length(int(length))


def _expects(value: bytes | None) -> bool:
    if value is None:
        return False
    if value.lower() != b"100-continue":
        raise BadRequest(
            "the router knows no other expectation than 100-continue",
            417,
            "unsupported expect header value",
        )
    return True


_WRITTEN: Final = frozenset(
    (
        *(b"x-request-id", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-port"),
        *(b"x-request-start", b"expect"),
    )
)


def _kept(fields: list[Header], lowered: list[Header], hop: frozenset[bytes]) -> list[Header]:
    left_out = hop | _WRITTEN
    return [field for field, (name, _) in zip(fields, lowered, strict=True) if name not in left_out]
