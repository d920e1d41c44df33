"""Requests whose bodies come too slowly: each holds a thread, and there are not many.

Nothing is timed while bodies come as they should: one thread looks every second.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from wherry.django.server.connections import Connection, accepted, plain_address

LOOK_S: Final = 1.0
# While every thread waits for a body nobody else is answered: clients that say nothing at all for
# so long are given up then, and it is looked more often.
SILENT_S: Final = 1.0
CROWDED_LOOK_S: Final = 0.25
# A body that takes longer is slow. Slow ones may hold most threads, and the longest are given up
# where they hold more, so that the rest of the site goes on.
SLOW_S: Final = 2.0
KEPT_RATIO: Final = 0.25
# When every thread waits for so long and no connection can be cut, a new process is the only way.
STALL_S: Final = 10.0
# Between what the kernel notes of a connection and when its request is begun with.
APART_S: Final = 1.0
# Two ticks of the clock that the kernel notes it by: what lies closer together may have come in
# either order.
TICKS_S: Final = 0.02


class Incoming:
    """A request that is being answered, and what is known of its body.

    Attributes:
        address: Its client's.
        length_bytes: What its body is stated to have; None if that is not known.
        began: When it was begun with.
        heard: When the last of its body was read; ``began`` if nothing was yet.
        waits_since: Since when a thread waits for more of it; None when none does.
        waited_s: How long threads have waited for it before that.
        given_up: When a connection of its client was cut, which may have been its own.
    """

    __slots__ = (
        "_came_bytes",
        "address",
        "began",
        "given_up",
        "heard",
        "length_bytes",
        "waited_s",
        "waits_since",
    )

    def __init__(self, address: str, began: float, length_bytes: int | None = None) -> None:
        self.address = plain_address(address)
        self.length_bytes = length_bytes
        self.given_up: float | None = None
        self._came_bytes = 0
        self.began = self.heard = began
        self.waits_since: float | None = None
        self.waited_s = 0.0

    def read(self, body: Any, *size: int) -> bytes:
        """Read from granian's body, which may block.

        Raises:
            TimeoutError: the body was given up before it was whole. granian only says that it has
                ended, and a site would take what came for all of it.
        """
        since = self.waits_since = time.monotonic()
        try:
            data: bytes = body.read(*size)
        finally:
            self.waits_since = None
            self.heard = time.monotonic()
            self.waited_s += self.heard - since
        self._came_bytes += len(data)
        if self.waited_s >= SILENT_S and not (size and data) and self._is_cut_off():
            raise TimeoutError("The body did not come in time.")
        return data

    def _is_cut_off(self) -> bool:
        if self.length_bytes is not None:
            return self._came_bytes < self.length_bytes
        return self.given_up is not None and self.heard - self.given_up < APART_S

    def slowness_s(self, now: float) -> float:
        """Return how long threads have waited for it in all; 0 when none waits now."""
        since = self.waits_since
        return 0.0 if since is None else self.waited_s + now - since


class SlowBodies:
    """Watches the requests of one process, and gives up those that hold its threads too long."""

    def __init__(
        self,
        threads: int,
        *,
        timeout_s: float,
        port: int,
        act: Callable[[], None],
        connections: Callable[[int], Iterable[Connection]] = accepted,
    ) -> None:
        self._threads = threads
        self._timeout_s = timeout_s
        self._port = port
        self._act = act
        self._connections = connections
        self._incoming: set[Incoming] = set()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._watch, name="wherry-bodies", daemon=True).start()

    def begin(self, address: str, length_bytes: int | None) -> Incoming:
        """Take note of a request; ``end`` forgets it."""
        incoming = Incoming(address, time.monotonic(), length_bytes)
        self._incoming.add(incoming)
        return incoming

    def end(self, incoming: Incoming) -> None:
        """Forget a request that has been answered."""
        self._incoming.discard(incoming)

    def _watch(self) -> None:
        crowded = False
        while True:
            time.sleep(CROWDED_LOOK_S if crowded else LOOK_S)
            crowded = self.look(time.monotonic())

    def look(self, now: float) -> bool:
        """Give up what has taken too long by now; return whether every thread waits."""
        everybody = self._incoming.copy()
        waiting = sorted(
            (each for each in everybody if each.waits_since is not None),
            key=lambda each: each.slowness_s(now),
            reverse=True,
        )
        crowded = len(waiting) >= self._threads
        surplus = len(waiting) - max(1, int(self._threads * (1 - KEPT_RATIO)))
        slow: list[Incoming] = []
        silent: list[Incoming] = []
        for place, each in enumerate(waiting):
            slowness_s = each.slowness_s(now)
            if slowness_s >= (SLOW_S if place < surplus else self._timeout_s):
                slow.append(each)
            elif slowness_s >= SILENT_S:
                silent.append(each)
        cut = 0
        if slow or (crowded and silent):
            open_ones = self._open_ones(everybody)
            cut += _cut(open_ones, slow)
            if crowded:
                quiet = [each for each in open_ones if each.received <= now - SILENT_S]
                cut += _cut(quiet, silent)
        if crowded and not cut and waiting[-1].slowness_s(now) >= STALL_S:
            self._act()
        return crowded

    def _open_ones(self, everybody: set[Incoming]) -> list[Connection]:
        """Return the connections that may be waited for, those heard longest ago first.

        They owe an answer. Those of requests that have come whole and are being answered are left
        out; a request that waits for a thread has come after all that have one.
        """
        found = _oldest_first(each for each in self._connections(self._port) if each.is_unanswered)
        for other in everybody:
            if other.waits_since is None:
                theirs = [
                    each
                    for each in found
                    if each.address == other.address and abs(each.received - other.heard) < APART_S
                ]
                if theirs:
                    found.remove(min(theirs, key=lambda each: abs(each.received - other.heard)))
        return found


def _oldest_first(connections: Iterable[Connection]) -> list[Connection]:
    """Sort by when they were heard; of those heard at once the first that was accepted is first.

    Descriptors are given out from the lowest on. Whoever asks for a page just after a row of bodies
    has begun, and waits for a thread, would else be taken for one of those.
    """
    found: list[Connection] = []
    at_once: list[Connection] = []
    for each in sorted(connections, key=lambda each: each.received):
        if at_once and each.received - at_once[0].received > TICKS_S:
            found += sorted(at_once, key=lambda each: each.descriptor)
            at_once = []
        at_once.append(each)
    return found + sorted(at_once, key=lambda each: each.descriptor)


def _cut(open_ones: list[Connection], requests: list[Incoming]) -> int:
    """End what is received from a connection for each of these; return how many there were.

    Which of a client's connections is whose nobody can tell. It is one that it owes something on.
    """
    cut = 0
    for incoming in requests:
        mine = next((each for each in open_ones if each.address == incoming.address), None)
        if mine is not None:
            open_ones.remove(mine)
            incoming.given_up = time.monotonic()
            cut += mine.stop_receiving()
    return cut
