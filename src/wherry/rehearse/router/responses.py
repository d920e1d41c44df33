"""A response's head: read, held to the platform's limits, and written anew for the client."""

import re
from dataclasses import dataclass
from typing import Final

import httptools

from wherry.rehearse.overlay import Limits
from wherry.rehearse.router import headers
from wherry.rehearse.router.faults import H17, Fault, restricted
from wherry.rehearse.router.framing import Body, Chunked, Length, UntilClose
from wherry.rehearse.router.headers import Collector, Header

# "HTTP/1.1 200 OK" is well, "HTTP/1.1 200" is not: the reason, or the space before it, is asked
# for. Source: H17 in https://devcenter.heroku.com/articles/error-codes.
_LINE: Final = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d) [^\r\n\0]*")
_BEGINNING: Final = b"HTTP/1."
_NO_BODY: Final = frozenset((204, 304))
_DIGITS: Final = re.compile(rb"\d{1,18}")


class BadResponse(ValueError):
    """A response breaks a rule; ``fault`` is what the log says."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.desc)
        self.fault = fault


@dataclass(slots=True)
class ResponseHead:
    """What the router needs of a response's head.

    Attributes:
        line: The status line.
        interim: Whether the answer itself is still to come (1xx other than 101).
        switches: Whether the connection goes over to another protocol (101).
        reusable: Whether the dyno keeps its connection.
    """

    line: bytes
    status: int
    fields: list[Header]
    body: Body
    interim: bool
    switches: bool
    reusable: bool
    upgrade: bytes = b""


def check_beginning(data: bytes, limits: Limits) -> None:
    """Judge a head that is not there as a whole yet: a fault in it may be all that ever comes.

    Raises:
        BadResponse: it is no response, or above the limits already.
    """
    end = data.find(b"\n")
    if end >= 0:
        _check_line(data[: end - 1] if data[end - 1 : end] == b"\r" else data[: end + 1], limits)
        line, whole = limits.response_header_bytes, limits.response_buffer_bytes
        if line and len(data) - data.rfind(b"\n") > line + 2:
            raise BadResponse(restricted("oversized header"))
        if whole and len(data) > whole:
            raise BadResponse(restricted("oversized header"))  # it is held until it is complete
    elif limits.status_line_bytes and len(data) > limits.status_line_bytes:
        raise BadResponse(restricted("oversized status line"))
    elif not _BEGINNING.startswith(data[: len(_BEGINNING)]):
        raise BadResponse(H17)


def read_response(head: bytes, method: bytes, limits: Limits) -> ResponseHead:
    """Read a head, with the empty line at its end.

    Raises:
        BadResponse: it breaks the standard or one of the platform's limits.
    """
    lines = head.split(b"\r\n")
    status = _check_line(lines[0], limits)
    _check_lines(lines, limits)
    fields = _parse(head, lines)
    lowered = headers.lower_names(fields)
    connection = headers.tokens(headers.find(lowered, b"connection"))
    body = _body(method, status, lowered)
    left_out = headers.hop_by_hop(connection)
    modern = lines[0].startswith(b"HTTP/1.1")
    return ResponseHead(
        line=lines[0],
        status=status,
        fields=[
            field for field, (name, _) in zip(fields, lowered, strict=True) if name not in left_out
        ],
        body=body,
        interim=100 <= status < 200 and status != 101,
        switches=status == 101,
        reusable=not isinstance(body, UntilClose)
        and (b"close" not in connection if modern else b"keep-alive" in connection),
        upgrade=headers.find(lowered, b"upgrade") or b"",
    )


def _check_line(line: bytes, limits: Limits) -> int:
    if limits.status_line_bytes and len(line) > limits.status_line_bytes:
        raise BadResponse(restricted("oversized status line"))
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadResponse(H17)
    return int(found[1])


def _check_lines(lines: list[bytes], limits: Limits) -> None:
    cookie, line = limits.cookie_bytes, limits.response_header_bytes
    longest = max(map(len, lines))
    if line and longest > line:
        raise BadResponse(restricted("oversized header"))
    if cookie and longest > cookie:
        for text in lines[1:]:
            if text[:11].lower() == b"set-cookie:" and len(text) - 11 > cookie:
                raise BadResponse(restricted("oversized cookie"))


def _parse(head: bytes, lines: list[bytes]) -> list[Header]:
    """Let the parser check every byte, and return the headers."""
    collector = Collector()
    parser = httptools.HttpResponseParser(collector)
    try:
        parser.feed_data(head)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        lengths = [line for line in lines if line[:15].lower() == b"content-length:"]
        values = {line[15:].strip() for line in lengths}
        if len(values) > 1 or any(_DIGITS.fullmatch(value) is None for value in values):
            raise BadResponse(restricted("invalid content length")) from error
        if len(lengths) < 2:
            raise BadResponse(H17) from error
        # The same length twice is allowed (RFC 9110, 8.6), though not by the parser.
        once = [line for line in lines if line not in lengths]
        return _parse(b"\r\n".join([once[0], lengths[0], *once[1:]]), [])
    return collector.fields


def _body(method: bytes, status: int, lowered: list[Header]) -> Body:
    """Return where the body ends: RFC 9112, 6.3."""
    if method == b"HEAD" or status < 200 or status in _NO_BODY:
        return Length(0)
    coding = headers.find(lowered, b"transfer-encoding")
    if coding is not None:
        if headers.tokens(coding) != {b"chunked"}:
            raise BadResponse(H17)
        return Chunked()
    length = headers.find(lowered, b"content-length")
    if length is None:
        return UntilClose()
    values = {value.strip() for value in length.split(b",")}
    if len(values) > 1 or _DIGITS.fullmatch(length := values.pop()) is None:
        raise BadResponse(restricted("invalid content length"))
    return Length(int(length))
