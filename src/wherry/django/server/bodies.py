"""Requests' bodies as Python's streams, watched when their clients are slow.

granian's own stream knows neither lines nor read(-1). Nothing is read before the site asks: by then
a body has usually arrived, while a read right after the headers sleeps until it does, and that
costs more than all the rest of a short request (measured: three quarters of the throughput).
"""

import os
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from wherry.django.server.handover import Answerer, say
from wherry.django.server.slow_bodies import STALL_S, Incoming, SlowBodies

# A body of this size is read in one piece, since it has arrived in whole soon after its headers,
# unless its client is slow. A larger one is read as the site asks for it.
SMALL_BODY_BYTES = 64 * 1024
# What a larger one is asked for at a time by those who do not say how much they want.
PIECE_BYTES = 64 * 1024


class SmallBody:
    """A body that is read in one piece, once somebody asks for any of it."""

    __slots__ = ("_body", "_read", "incoming")

    def __init__(self, body: Any, incoming: Incoming) -> None:
        self._body = body
        self.incoming = incoming
        self._read: BytesIO | None = None

    def arrive(self) -> BytesIO:
        """Wait until all of it is here; return it."""
        if self._read is None:
            self._read = BytesIO(self.incoming.read(self._body))
        return self._read

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; all that are left when it is negative."""
        return self.arrive().read(size)

    def readline(self, size: int = -1) -> bytes:
        """Return one line, or its first ``size`` bytes."""
        return self.arrive().readline(size)

    def readlines(self, hint: int = -1) -> list[bytes]:
        """Return the lines that are left."""
        return self.arrive().readlines(hint)

    def __iter__(self) -> Iterator[bytes]:
        return self.arrive()


class LargeBody:
    """A body that is read as it is asked for, in pieces that are passed on as they are."""

    __slots__ = ("_body", "_left", "_untouched_bytes", "incoming")

    def __init__(self, body: Any, incoming: Incoming, length_bytes: int | None = None) -> None:
        self._body = body
        self.incoming = incoming
        # Read and not yet asked for; only lines leave anything here.
        self._left = b""
        # The length that the request states, while nothing has been read.
        self._untouched_bytes = length_bytes

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; all that are left when it is negative."""
        untouched_bytes, self._untouched_bytes = self._untouched_bytes, None
        if untouched_bytes is not None and not 0 <= size < untouched_bytes:
            # Granian copies a body that is taken as a whole once less.
            return self.incoming.read(self._body)
        if size < 0:
            return b"".join(iter(lambda: self.read(PIECE_BYTES), b""))
        if self._left:
            data, self._left = self._left[:size], self._left[size:]
            return data
        return self.incoming.read(self._body, size) if size else b""

    def readline(self, size: int = -1) -> bytes:
        """Return one line, or its first ``size`` bytes."""
        line = bytearray()
        while piece := self.read(PIECE_BYTES if size < 0 else min(PIECE_BYTES, size - len(line))):
            end = piece.find(b"\n") + 1
            if end:
                line += piece[:end]
                self._left = piece[end:] + self._left
                break
            line += piece
        return bytes(line)

    def readlines(self, hint: int = -1) -> list[bytes]:
        """Return the lines that are left, or enough to hold ``hint`` bytes."""
        lines: list[bytes] = []
        held = 0
        for line in self:
            lines.append(line)
            held += len(line)
            if 0 < hint <= held:
                break
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


def is_small(environ: Mapping[str, Any]) -> bool:
    """Whether a request has no body, or one that is read in one piece."""
    length = environ.get("CONTENT_LENGTH")
    if length is None:
        return "HTTP_TRANSFER_ENCODING" not in environ
    return bool(length.isdecimal()) and int(length) <= SMALL_BODY_BYTES


def receive_bodies(answer: Answerer, threads: int, *, port: int, timeout_s: float) -> Answerer:
    """Give each request a body that is a Python stream.

    A body that does not come within ``timeout_s`` ends where it is, and sooner where slow ones
    hold most of the ``threads`` of this process. Where their connections cannot be told apart and
    all threads wait, the process ends, for the supervisor to replace it.
    """
    watch = SlowBodies(threads, timeout_s=timeout_s, port=port, act=_end)
    watch.start()

    def receiving(proto: Any, scope: dict[str, Any]) -> None:
        body = scope["wsgi.input"]
        length = scope.get("CONTENT_LENGTH", "")
        stated = int(length) if length.isdecimal() else None
        incoming = watch.begin(scope["REMOTE_ADDR"], stated)
        if is_small(scope):
            scope["wsgi.input"] = SmallBody(body, incoming)
        else:
            scope["wsgi.input"] = LargeBody(body, incoming, stated)
        try:
            answer(proto, scope)
        finally:
            watch.end(incoming)

    return receiving


def _end() -> None:
    say(
        f"every thread has waited {STALL_S:g} s for clients that do not finish sending; their "
        "connections are cut and the worker is replaced."
    )
    os._exit(1)
