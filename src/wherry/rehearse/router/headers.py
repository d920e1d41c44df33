"""What both directions do to headers: collect them, and leave out those of one connection."""

from typing import Final

type Header = tuple[bytes, bytes]

# Of one connection, not of the message: RFC 9110, 7.6.1. The framing's own headers are written
# by each side for itself.
_HOP: Final = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"te", b"upgrade")
)
# Of the software that wrote the real router's headers in captured answers of 2025 and 2026.
VIA: Final = b"1.1 heroku-router"
LEGACY_VIA: Final = b"1.1 vegur"


class Collector:
    """What httptools calls while it reads a head."""

    __slots__ = ("fields", "on_header")

    def __init__(self) -> None:
        self.fields: list[Header] = []
        append = self.fields.append
        self.on_header = lambda name, value: append((name, value))


def lower_names(fields: list[Header]) -> list[Header]:
    """Return the same headers with names in lower case, to look things up."""
    return [(name.lower(), value) for name, value in fields]


def find(lowered: list[Header], name: bytes) -> bytes | None:
    """Return the values of a header, joined as the standard says; None where it is not there."""
    values = [value for key, value in lowered if key == name]
    return b", ".join(values) if values else None


def tokens(value: bytes | None) -> frozenset[bytes]:
    """Return the words of a list: ``keep-alive, Upgrade``."""
    if not value:
        return frozenset()
    return frozenset(word.strip().lower() for word in value.split(b","))


def hop_by_hop(connection: frozenset[bytes]) -> frozenset[bytes]:
    """Return the names that must not be passed on, those that the sender named among them."""
    return _HOP | connection if connection - {b"close", b"keep-alive", b"upgrade"} else _HOP


def write(first: bytes, fields: list[Header]) -> bytes:
    """Return a head as it is sent."""
    lines = [first]
    lines += [b"%b: %b" % field for field in fields]
    lines += (b"", b"")
    return b"\r\n".join(lines)
