"""A moment that moves with every byte."""

import asyncio
import math
from collections.abc import Callable


class Deadline:
    """One timer for a moment that is set anew all the time.

    Setting a timer of its own for each request and for each byte would cost more than the rest of
    the router's work: here the timer stays where it is, and looks again when it comes too early.
    """

    __slots__ = ("_at", "_loop", "_passed", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, passed: Callable[[], None]) -> None:
        self._loop = loop
        self._passed = passed
        self._at = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def set(self, at: float) -> None:
        """Call ``passed`` at that moment of the loop's clock, unless it is moved again."""
        self._at = at
        if self._timer is None:
            self._timer = self._loop.call_at(at, self._look)
        elif at < self._timer.when():
            self._timer.cancel()
            self._timer = self._loop.call_at(at, self._look)

    def after(self, seconds: float | None) -> None:
        """Call ``passed`` in so many seconds; never, where there is no such limit."""
        if seconds is None:
            self._at = math.inf
        else:
            self.set(self._loop.time() + seconds)

    def clear(self) -> None:
        """Wait for nothing."""
        self._at = math.inf

    def close(self) -> None:
        """Wait for nothing any more."""
        self._at = math.inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._at == math.inf:
            return
        if self._at > self._loop.time():
            self._timer = self._loop.call_at(self._at, self._look)
            return
        self._at = math.inf
        self._passed()
