"""The way out of a model that another takes the place of: who is inside is answered first."""

import threading
import time

from wherry.serving import inside


class Gate:
    """Counts the requests that use something, so that it can be closed when nobody does.

    A request enters before it looks at the thing and leaves when it has its answer, waiting
    included. Once the gate is shut nobody enters any more, whoever came late goes elsewhere, and
    ``shut`` returns when the last one has left.

    ``name`` is what the supervisor calls the thing when this process dies with somebody inside.
    """

    __slots__ = ("_claim", "_inside", "_is_open", "_lock", "_nobody", "_shown")

    def __init__(self, name: str) -> None:
        # A bare lock around two numbers: a condition would cost each request ten times as much.
        self._lock = threading.Lock()
        self._inside = 0
        self._is_open = True
        self._nobody = threading.Event()
        self._claim = inside.claim(name)
        self._shown = self._claim.count

    @property
    def inside(self) -> int:
        """Requests that have entered and not left."""
        return self._inside

    def enter(self) -> bool:
        """Enter, or return False because the gate is shut."""
        with self._lock:
            if self._is_open:
                self._inside = self._shown[0] = self._inside + 1
                return True
            return False

    def leave(self) -> None:
        """Leave, whatever became of the request."""
        with self._lock:
            self._inside = self._shown[0] = self._inside - 1
            if not self._inside and not self._is_open:
                self._nobody.set()

    def open(self) -> None:
        """Let requests in again."""
        with self._lock:
            self._is_open = True
            self._nobody.clear()

    def shut(self, timeout_s: float) -> bool:
        """Let nobody in any more and wait for those inside; return whether all have left."""
        deadline = time.monotonic() + timeout_s
        with self._lock:
            self._is_open = False
            if not self._inside:
                self._nobody.set()
        return self._nobody.wait(max(0.0, deadline - time.monotonic()))

    def forget(self) -> None:
        """Say that what stood behind the gate is gone."""
        inside.release(self._claim)
