"""Between granian and the site's WSGI application (PEP 3333)."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from wherry.django.server.handover import Answerer, Application

MAPPED_IPV4 = "::ffff:"

# What is the same for every request. The process's environment variables, which servers may add,
# are left out: they hold a host's secrets, and Django's error pages show all that is here.
_FIXED: dict[str, Any] = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class _Head:
    """PEP 3333's ``start_response``, which remembers what it is called with."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status = 200
        self.headers: list[tuple[str, str]] = []

    def __call__(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: object = None,  # noqa: ARG002 - nothing is sent before the answer is whole
    ) -> None:
        self.status = int(status[:3])
        self.headers = headers


class _Pieces:
    """An iterable of bytes as granian takes it."""

    __slots__ = ("__next__", "_iterable", "_iterator")

    def __init__(self, iterable: Iterable[bytes]) -> None:
        self._iterable = iterable
        self._iterator: Iterator[bytes] = iter(iterable)
        self.__next__ = self._iterator.__next__

    def close(self) -> None:
        """Tell the application that its answer is sent, or will not be."""
        close = getattr(self._iterable, "close", None)
        if close is not None:
            close()


def answerer(app: Application) -> Answerer:
    """Let a WSGI application answer granian's requests.

    A response that is complete is handed over in one piece, and written with its length at once. An
    iterable, which Django's responses are as well, granian takes piece by piece through a channel,
    which costs three thread switches.
    """

    def answer(proto: Any, scope: dict[str, Any]) -> None:
        scope.update(_FIXED)
        # One socket takes IPv4 and IPv6; sites compare and store addresses in IPv4's own form.
        address = scope["REMOTE_ADDR"]
        if address.startswith(MAPPED_IPV4):
            scope["REMOTE_ADDR"] = address.removeprefix(MAPPED_IPV4)
        head = _Head()
        response = app(scope, head)
        if isinstance(response, list):
            proto.response_bytes(head.status, head.headers, b"".join(response))
        elif getattr(response, "streaming", True):
            proto.response_iter(head.status, head.headers, _Pieces(response))
        else:
            content = response.content
            response.close()
            proto.response_bytes(head.status, head.headers, content)

    return answer
