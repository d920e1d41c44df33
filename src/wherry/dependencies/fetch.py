"""Get one address over HTTP, with the user's proxy and certificates, and a limit to its size."""

import http.client
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from wherry.dependencies import connections
from wherry.dependencies.connections import Reply

_TIMEOUT_S: Final = 20.0
_LARGEST_BYTES: Final = 40_000_000
_LARGEST_PART_BYTES: Final = 8_000_000
_MOST_REDIRECTS: Final = 5
# Where systems keep the certificates that their owner trusts; Python looks at one place only.
_CERTIFICATES: Final = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
)


class Unreachable(Exception):
    """The address gave no usable answer; ``str()`` of this says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        kind: The content type, without parameters.
        whole_bytes: The size of the whole, where only a part was asked for.
    """

    body: bytes
    kind: str
    url: str
    whole_bytes: int | None = None


type Fetch = Callable[[str, str, int], Answer | None]
"""Takes an address, what to accept and the largest size; None means that it is not there."""


def fetch(url: str, accept: str = "*/*", largest_bytes: int = _LARGEST_BYTES) -> Answer | None:
    """Return what the address holds, or None where the server knows of nothing there.

    Raises:
        Unreachable: there is no connection, the server failed, or it sent too much.
    """
    return _get(url, {"Accept": accept}, largest_bytes)


def fetch_part(url: str, start: int, end: int | None = None) -> Answer | None:
    """Return a part of what the address holds: from ``start``, or the last ``-start`` bytes.

    ``Answer.whole_bytes`` is the size of the whole.

    Raises:
        Unreachable: as ``fetch``, or the server does not hand out parts.
    """
    wanted = f"bytes={start}" if start < 0 else f"bytes={start}-{'' if end is None else end - 1}"
    answer = _get(url, {"Range": wanted}, _LARGEST_PART_BYTES)
    if answer is not None and answer.whole_bytes is None:
        raise Unreachable("the server does not hand out parts of files")
    return answer


def _get(url: str, headers: dict[str, str], largest_bytes: int) -> Answer | None:
    headers = {**headers, "User-Agent": "wherry"}
    for _ in range(_MOST_REDIRECTS):
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise Unreachable(f"{url} is no web address")
        try:
            if _behind_proxy(parts.scheme, parts.hostname):
                return _through_proxy(url, headers, largest_bytes)
            answer = connections.get(url, headers, largest_bytes, certificates(), _TIMEOUT_S)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(_said(error)) from None
        if answer.moved_to:
            url = urljoin(url, answer.moved_to)
            continue
        return _read(url, answer, largest_bytes)
    raise Unreachable("the server sends from one address to the next")


def _read(url: str, answer: Reply, largest_bytes: int) -> Answer | None:
    if answer.status in (404, 410):
        return None
    if answer.status not in (200, 206):
        raise Unreachable(f"the server answered {answer.status}")
    if len(answer.body) > largest_bytes:
        raise Unreachable(f"the answer is larger than {largest_bytes} bytes")
    return Answer(answer.body, answer.kind, url, answer.whole_bytes)


def _through_proxy(url: str, headers: dict[str, str], largest_bytes: int) -> Answer | None:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310, looked at by the caller
    try:
        with _opener().open(request, timeout=_TIMEOUT_S) as response:
            reply = connections.reply(response.status, response.headers, response, largest_bytes)
            return _read(response.geturl(), reply, largest_bytes)
    except urllib.error.HTTPError as error:
        with error:
            return _read(url, Reply(error.code, b"", ""), largest_bytes)


def _said(error: Exception) -> str:
    inner = getattr(error, "reason", None)
    if isinstance(inner, Exception):
        error = inner
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def _behind_proxy(scheme: str, host: str) -> bool:
    proxies = urllib.request.getproxies()
    return scheme in proxies and not urllib.request.proxy_bypass(host)


@cache
def certificates() -> ssl.SSLContext:
    """Return what decides whom to trust: the system's certificates, or the user's own."""
    context = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE"):
        for path in _CERTIFICATES:
            if path.is_file():
                context.load_verify_locations(cafile=path)
                break
    return context


@cache
def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=certificates()))
