"""Requests' bodies: read in whole when small, watched when their clients are slow."""

import os
import threading
from collections.abc import Callable
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any

from wherry.django.server.handover import Application, say

# A body of this size is in the socket's buffers in whole when its headers are, unless its client
# is slow; a larger one is left to the site to read, or to refuse by its length.
SMALL_BODY_BYTES = 64 * 1024
# granian gives a body no time limit and a blocked read cannot be ended from outside, so that a
# client that announces more than it sends holds a thread for as long as it likes. One thread is
# bearable; when all are held, a new worker is the only way on.
STALL_S = 10.0


class StallWatch:
    """Counts the threads that wait for their clients; acts when it is all of them for too long."""

    def __init__(self, threads: int, *, stall_s: float, act: Callable[[], None]) -> None:
        self._threads = threads
        self._stall_s = stall_s
        self._act = act
        self._waiting = 0
        self._reads = 0
        self._lock = threading.Lock()

    def read(self, body: Any, *size: int) -> bytes:
        """Read from granian's body, which may block."""
        with self._lock:
            self._waiting += 1
            if self._waiting == self._threads:
                timer = threading.Timer(self._stall_s, self._check, (self._reads,))
                timer.daemon = True
                timer.start()
        try:
            data: bytes = body.read(*size)
            return data
        finally:
            with self._lock:
                self._waiting -= 1
                self._reads += 1

    def _check(self, reads_then: int) -> None:
        if self._reads == reads_then:
            self._act()


class _Stream(RawIOBase):
    """granian's body as Python's streams are: its own knows neither lines nor read(-1)."""

    def __init__(self, body: Any, watch: StallWatch) -> None:
        super().__init__()
        self._body = body
        self._watch = watch

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._watch.read(self._body, len(buffer))
        buffer[: len(data)] = data
        return len(data)


def receive_bodies(app: Application, threads: int, *, stall_s: float = STALL_S) -> Application:
    """Give each request a body that is a Python stream; a small one is received before it runs.

    When all ``threads`` of this process have waited ``stall_s`` for bodies that do not come, the
    process ends, for the supervisor to replace it.
    """
    watch = StallWatch(threads, stall_s=stall_s, act=lambda: _end(stall_s))

    def receiving(environ: dict[str, Any], start_response: Any) -> Any:
        length = environ.get("CONTENT_LENGTH")
        if length is not None and length.isdecimal() and int(length) <= SMALL_BODY_BYTES:
            environ["wsgi.input"] = BytesIO(watch.read(environ["wsgi.input"]))
        elif length is not None or "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = BufferedReader(_Stream(environ["wsgi.input"], watch))
        return app(environ, start_response)

    return receiving


def _end(stall_s: float) -> None:
    say(
        f"every thread has waited {stall_s:g} s for clients that do not finish sending; their "
        "connections are cut and the worker is replaced."
    )
    os._exit(1)
