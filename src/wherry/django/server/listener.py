"""The listening sockets: the first is open before anything else is; each process has its own.

All are made by the supervisor and kept open by it, so that connections that wait for a process
which dies are taken by its successor instead of being reset.
"""

import errno
import socket
from dataclasses import dataclass, replace

from wherry.errors import ConfigurationError

# Connections that wait while a worker boots or all are busy; the kernel caps it at somaxconn.
BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """Bind and listen; from now on connections wait instead of being refused.

    An empty host means every address. Heroku's Fir generation reaches a dyno by IPv6, its older
    one and most hosts by IPv4, so that one socket takes both where the kernel can.

    Raises:
        ConfigurationError: the address cannot be had, with what to do.
    """
    try:
        if host:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return _open(_Place(family, host, port))
        if socket.has_dualstack_ipv6():
            try:
                return _open(_Place(socket.AF_INET6, "", port, dualstack=True))
            except OSError as error:
                # A container may have IPv6 compiled in and switched off.
                if error.errno != errno.EADDRNOTAVAIL:
                    raise
        return _open(_Place(socket.AF_INET, "", port))
    except OSError as error:
        raise ConfigurationError(_sentence(host, port, error)) from error


def bind_beside(listener: socket.socket) -> socket.socket:
    """Bind another socket to the same address; it gets connections once ``listen`` is called.

    The kernel spreads connections over such sockets. Processes that accept from one socket do
    not share them evenly: whoever wakes first takes all that wait, and where connections are kept
    alive the others then idle (measured: half the throughput, half of the time).
    """
    host, port = listener.getsockname()[:2]
    dualstack = listener.family == socket.AF_INET6 and not listener.getsockopt(
        socket.IPPROTO_IPV6, socket.IPV6_V6ONLY
    )
    return _bind(_Place(listener.family, host, port, dualstack=dualstack), shared=True)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to listen; ``dualstack`` makes an IPv6 address take IPv4 as well."""

    family: int
    host: str
    port: int
    dualstack: bool = False


def _open(place: _Place) -> socket.socket:
    # Sockets that share a port would join those of another program that does the same; only one
    # that shares it with nobody finds out that the port is in use.
    with _bind(place, shared=False) as alone:
        port: int = alone.getsockname()[1]
    listener = _bind(replace(place, port=port), shared=True)
    listener.listen(BACKLOG)
    return listener


def _bind(place: _Place, *, shared: bool) -> socket.socket:
    found = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if place.family == socket.AF_INET6:
            found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not place.dualstack)
        # Accepted connections inherit it; an answer must not wait for more of itself.
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found.bind((place.host, place.port))
    except BaseException:
        found.close()
        raise
    return found


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use by another program. Stop that one, or choose another port "
            "with --port or the PORT variable."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this account. Choose a port of 1024 or more."
    return f"Cannot listen on {host or 'every address'}, port {port}: {error.strerror or error}."


def address(listener: socket.socket) -> str:
    """Return the listener's address as a URL."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
