"""A dyno's log: what its processes print, line by line, as much of it as the platform carries.

A process that writes gigabytes is neither stopped nor allowed to fill the rehearsal's memory: as
on the platform, lines that are too many for the buffer are dropped, counted and told (L10).
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_READ_BYTES: Final = 65536
# The buffer empties once a second: a guess, since the vendor tells its size alone.
_REFILL_S: Final = 1.0


@dataclass(slots=True)
class Output:
    """Cuts what is read into lines and lets through as many as the buffer holds.

    Attributes:
        line: Called with each line that gets through.
        dropped: Called with how many did not, and the moment of the first of them.
        line_bytes: A longer line is cut; None for the whole.
        buffer_lines: So many get through in a second; None for all.
    """

    line: Callable[[str], None]
    dropped: Callable[[int, float], None]
    line_bytes: int | None = None
    buffer_lines: int | None = None
    _rest: bytearray = field(default_factory=bytearray)
    _room: int = 0
    _refilled_at: float = float("-inf")
    _lost: int = 0
    _lost_since: float = 0.0

    def read(self, descriptor: int) -> bool:
        """Take what is there; return False at the end."""
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if data:
            self.feed(data, time.monotonic(), time.time())
            return True
        self.finish()
        return False

    def feed(self, data: bytes, now: float, at: float) -> None:
        """Take a piece; ``now`` is a clock that only goes forward, ``at`` the time of day."""
        self._refill(now)
        if self._room == 0 and self.buffer_lines is not None:
            self._drop(data, at)
            return
        self._rest += data
        *lines, rest = self._rest.split(b"\n")
        self._rest = bytearray(rest)
        for line in lines:
            self._pass(bytes(line), at)
        while self.line_bytes is not None and len(self._rest) > self.line_bytes:
            self._pass(bytes(self._rest[: self.line_bytes]), at)
            del self._rest[: self.line_bytes]

    def finish(self) -> None:
        """Let out what stands without an end, and tell what was dropped."""
        if self._rest:
            self._room = max(self._room, 1)
            self._pass(bytes(self._rest), time.time())
            self._rest.clear()
        self._tell_lost()

    def _refill(self, now: float) -> None:
        if self.buffer_lines is not None and now - self._refilled_at >= _REFILL_S:
            self._refilled_at = now
            self._room = self.buffer_lines
            self._tell_lost()

    def _pass(self, line: bytes, at: float) -> None:
        line = line.rstrip(b"\r")
        most = self.line_bytes or max(len(line), 1)
        for start in range(0, max(len(line), 1), most):
            if self.buffer_lines is not None and self._room == 0:
                self._lose(1, at)
                continue
            self._room -= 1
            self.line(line[start : start + most].decode("utf-8", "replace"))

    def _drop(self, data: bytes, at: float) -> None:
        """Count the lines of a piece without cutting it: this is where gigabytes pass."""
        count = data.count(b"\n")
        _, newline, rest = data.rpartition(b"\n")
        if newline:
            self._rest = bytearray(rest)
        elif self.line_bytes is None or len(self._rest) + len(data) <= self.line_bytes:
            self._rest += data
        if count:
            self._lose(count, at)

    def _lose(self, count: int, at: float) -> None:
        if self._lost == 0:
            self._lost_since = at
        self._lost += count

    def _tell_lost(self) -> None:
        if self._lost:
            lost, self._lost = self._lost, 0
            self.dropped(lost, self._lost_since)
