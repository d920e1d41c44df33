"""Who may run a model now, who waits, and who is told at once to come back."""

import queue
import threading
import time

from wherry.errors import DeadlineExceeded, Overloaded

# Queues of fast models are long in numbers and short in time; refusing would cost more.
SHORT_WAIT_S = 0.02


class WaitingRoom:
    """The places in which requests for any model of this process may wait.

    Each waiting request holds a thread of the server; the bound keeps threads free for the rest
    of the site.
    """

    def __init__(self, places: int) -> None:
        self.places = places
        self._taken = 0
        self._lock = threading.Lock()

    def enter(self) -> bool:
        """Take a place, or return False when there is none."""
        with self._lock:
            if self._taken >= self.places:
                return False
            self._taken += 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._lock:
            self._taken -= 1


class Admission:
    """Lets ``lanes`` requests run one model at once, and a bounded number wait."""

    def __init__(self, name: str, *, lanes: int, max_queued: int, room: WaitingRoom) -> None:
        self._name = name
        self._max_queued = max_queued
        self._room = room
        self._waiting = 0
        self._lock = threading.Lock()
        # SimpleQueue is the cheapest way to wait with a time limit: its get() is C code, where
        # threading's semaphores are Python.
        self._lanes: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(lanes):
            self._lanes.put(None)

    @property
    def waiting(self) -> int:
        """Requests that wait for a lane right now."""
        return self._waiting

    def enter(self, deadline: float, expected_s: float | None) -> None:
        """Take a lane for one run; ``leave`` gives it back.

        ``deadline`` is on the clock of ``time.monotonic``; ``expected_s`` is what one run is
        expected to take, None if that is not known: it tells how long a refused caller had better
        stay away, and whether waiting is worth a place at all.

        Raises:
            Overloaded: too many wait already.
            DeadlineExceeded: no lane came free in time.
        """
        try:
            self._lanes.get_nowait()
        except queue.Empty:
            self._wait(deadline, expected_s)

    def leave(self) -> None:
        """Give the lane back."""
        self._lanes.put(None)

    def _wait(self, deadline: float, expected_s: float | None) -> None:
        with self._lock:
            waiting = self._waiting
            wait_s = None if expected_s is None else (waiting + 1) * expected_s
            # Who will be gone before anybody could notice takes no place.
            takes_place = wait_s is None or wait_s > SHORT_WAIT_S
            if takes_place and (waiting >= self._max_queued or not self._room.enter()):
                raise Overloaded(
                    f"Too many requests wait for the model {self._name!r} ({waiting} of them); "
                    "this one was refused so that those can be answered. Ask again in a moment.",
                    retry_after_s=wait_s or 1.0,
                )
            self._waiting += 1
        try:
            self._lanes.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise DeadlineExceeded(
                f"The model {self._name!r} was busy until this request's time was over."
            ) from None
        finally:
            with self._lock:
                self._waiting -= 1
            if takes_place:
                self._room.leave()
