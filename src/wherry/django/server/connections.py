"""This process's connections, as the kernel sees them: when each was last heard, and last answered.

granian does not tell which connection a request came by, and nothing from outside ends its wait
for a body. The kernel knows both ends of each connection and its two last moments, which is enough
to find one that sends too slowly, and can end what is received from it. What has come so far is
then all: the site's read returns, and its answer still goes out.

Source: struct tcp_info in include/uapi/linux/tcp.h of Linux.
"""

import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

# tcpi_last_data_sent, tcpi_last_ack_sent, tcpi_last_data_recv: milliseconds ago.
_LAST: Final = struct.Struct("=44xI4xI")
MAPPED_IPV4: Final = "::ffff:"


@dataclass(frozen=True, slots=True)
class Connection:
    """An accepted connection; its moments are on the clock of ``time.monotonic``.

    Attributes:
        descriptor: Its file descriptor, as long as it is not closed.
        address: The client's, IPv4 in its own form.
        received: When the last data came.
        sent: When the last data was sent; when it was accepted, if none was yet.
    """

    descriptor: int
    address: str
    received: float
    sent: float

    @property
    def is_unanswered(self) -> bool:
        """Whether something came after the last answer."""
        return self.received >= self.sent

    def stop_receiving(self) -> bool:
        """End what is received; return whether the connection was still there."""
        try:
            with _shared(self.descriptor) as found:
                if plain_address(found.getpeername()[0]) != self.address:
                    return False
                found.shutdown(socket.SHUT_RD)
                return True
        except OSError:
            return False


def accepted(port: int) -> Iterator[Connection]:
    """Yield the connections of this process that were accepted on a port; none where not Linux."""
    if not hasattr(socket, "TCP_INFO"):
        return
    now = time.monotonic()
    for name in _descriptors():
        with suppress(OSError, struct.error):
            descriptor = int(name)
            with _shared(descriptor) as found:
                if found.family not in (socket.AF_INET, socket.AF_INET6):
                    continue
                if found.getsockname()[1] != port:
                    continue
                address = found.getpeername()[0]
                info = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST.size)
            sent_ms, received_ms = _LAST.unpack(info)
            yield Connection(
                descriptor,
                plain_address(address),
                received=now - received_ms / 1000,
                sent=now - sent_ms / 1000,
            )


def plain_address(address: str) -> str:
    """Return an IPv4 address that came by an IPv6 socket in its own form."""
    return address.removeprefix(MAPPED_IPV4)


def _shared(descriptor: int) -> socket.socket:
    """Return the socket of a descriptor, to be closed without closing the connection.

    Raises:
        OSError: it is gone, or is no socket.
    """
    own = os.dup(descriptor)
    try:
        return socket.socket(fileno=own)
    except OSError:
        os.close(own)
        raise


def _descriptors() -> list[str]:
    try:
        return os.listdir("/proc/self/fd")  # noqa: PTH208 - a listing of numbers
    except OSError:
        return []
