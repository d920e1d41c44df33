"""The listening socket: open before anything else is, and shared by every worker."""

import errno
import socket

from wherry.errors import ConfigurationError

# Connections that wait while a worker boots or all are busy; the kernel caps it at somaxconn.
BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """Bind and listen; from now on connections wait instead of being refused.

    All workers accept from this one socket. Were each to open its own (SO_REUSEPORT), then
    connections that wait for a worker would be reset when it dies, and refused before it boots.

    An empty host means every address. Heroku's Fir generation reaches a dyno by IPv6, its older
    one and most hosts by IPv4, so that one socket takes both where the kernel can.

    Raises:
        ConfigurationError: the address cannot be had, with what to do.
    """
    try:
        if host:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return _open(host, port, family, dualstack=False)
        if socket.has_dualstack_ipv6():
            try:
                return _open("", port, socket.AF_INET6, dualstack=True)
            except OSError as error:
                # A container may have IPv6 compiled in and switched off.
                if error.errno != errno.EADDRNOTAVAIL:
                    raise
        return _open("", port, socket.AF_INET, dualstack=False)
    except OSError as error:
        raise ConfigurationError(_sentence(host, port, error)) from error


def _open(host: str, port: int, family: socket.AddressFamily, *, dualstack: bool) -> socket.socket:
    listener = socket.create_server(
        (host, port), family=family, backlog=BACKLOG, dualstack_ipv6=dualstack
    )
    # Accepted connections inherit it; an answer must not wait for more of itself.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


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
