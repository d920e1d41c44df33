"""Connections that are kept open from one request to the next, and addresses looked up once.

An index is asked for a hundred small files of two hosts; a connection for each would spend most
of the time on names and handshakes.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import IO, Any, Final
from urllib.parse import urlsplit

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_MOST_IDLE: Final = 32


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered.

    Attributes:
        kind: The content type, without parameters.
        whole_bytes: The size of the whole, where only a part was asked for.
        moved_to: Where else to ask.
    """

    status: int
    body: bytes
    kind: str
    whole_bytes: int | None = None
    moved_to: str = ""


class _Secure(http.client.HTTPSConnection):
    """One whose address was looked up before."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext, timeout: float) -> None:
        super().__init__(host, port, context=context, timeout=timeout)
        self._secure = context

    def connect(self) -> None:
        plain = _connect(self.host, self.port, self.timeout)
        self.sock = self._secure.wrap_socket(plain, server_hostname=self.host)


_idle: dict[tuple[str, str, int], list[http.client.HTTPConnection]] = {}
_lock = threading.Lock()
_names = threading.Lock()


def get(
    url: str,
    headers: Mapping[str, str],
    largest_bytes: int,
    context: ssl.SSLContext,
    timeout: float,
) -> Reply:
    """Ask for an address and return what came back, redirects included.

    Raises:
        OSError: there is no connection.
        HTTPException: what came is not HTTP.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    key = (parts.scheme, host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = dict(headers)
    if parts.username:
        sent["Authorization"] = _basic(parts.username, parts.password or "")
    while True:
        connection, used = _take(key, context, timeout)
        try:
            connection.request("GET", path, headers=sent)
            response = connection.getresponse()
            answer = reply(response.status, response.headers, response, largest_bytes)
        except (OSError, http.client.HTTPException):
            connection.close()
            if used:
                continue  # the server had closed it meanwhile
            raise
        if response.will_close or not response.isclosed():
            connection.close()
        else:
            _give(key, connection)
        return answer


def reply(status: int, headers: Any, body: IO[bytes] | Any, largest_bytes: int) -> Reply:
    """Return a response as a reply; one byte more than is allowed is read of it."""
    whole = str(headers.get("Content-Range", "")).rpartition("/")[2]
    return Reply(
        status=status,
        body=body.read(largest_bytes + 1),
        kind=str(headers.get_content_type()),
        whole_bytes=int(whole) if whole.isdigit() else None,
        moved_to=str(headers.get("Location", "")) if status in _REDIRECTS else "",
    )


def _take(
    key: tuple[str, str, int], context: ssl.SSLContext, timeout: float
) -> tuple[http.client.HTTPConnection, bool]:
    with _lock:
        waiting = _idle.get(key)
        if waiting:
            return waiting.pop(), True
    scheme, host, port = key
    if scheme == "https":
        return _Secure(host, port, context, timeout), False
    return http.client.HTTPConnection(host, port, timeout=timeout), False


def _give(key: tuple[str, str, int], connection: http.client.HTTPConnection) -> None:
    with _lock:
        waiting = _idle.setdefault(key, [])
        if len(waiting) < _MOST_IDLE:
            waiting.append(connection)
            return
    connection.close()


def close() -> None:
    """Close all connections that wait."""
    with _lock:
        waiting = [connection for several in _idle.values() for connection in several]
        _idle.clear()
    for connection in waiting:
        connection.close()


def _connect(host: str, port: int, timeout: float | None) -> socket.socket:
    # Many at once ask for the same name, which some resolvers answer only in part.
    with _names:
        addresses = _addresses(host, port)
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in addresses:
        plain = socket.socket(family, kind, protocol)
        plain.settimeout(timeout)
        try:
            plain.connect(address)
        except OSError as error:
            plain.close()
            failure = error
        else:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return plain
    raise failure


@cache
def _addresses(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)


def _basic(user: str, password: str) -> str:
    from base64 import b64encode
    from urllib.parse import unquote

    return "Basic " + b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
