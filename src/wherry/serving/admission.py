"""Who may run a model now, who waits, and who is told at once to come back."""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Final, Never

from wherry.errors import DeadlineExceeded, Overloaded
from wherry.serving.measurements import Refusal
from wherry.serving.queue_counts import queued
from wherry.serving.room import WaitingRoom
from wherry.serving.waiting import Gathering, Turn, Waiter

# Queues of fast models are long in numbers and short in time; refusing would cost more.
SHORT_WAIT_S: Final = 0.02
# Who is refused by a model of unknown speed is told to stay away for so long.
UNKNOWN_WAIT_S: Final = 1.0


class Admission:
    """Lets ``lanes`` requests run one model at once, and a bounded number wait, in their order.

    The queue is bounded by time before it is by number: nobody waits who could not be answered
    by their deadline.
    """

    def __init__(
        self,
        name: str,
        *,
        lanes: int,
        max_queued: int,
        room: WaitingRoom,
        refused: Callable[[Refusal], None] = lambda _: None,
    ) -> None:
        self._name = name
        self._lanes = self._free = lanes
        self._max_queued = max_queued
        self._room = room
        self._queued = queued(name)
        self._refused = refused
        self._queue: deque[Waiter] = deque()
        self._queued_s = 0.0
        self._gathering: Gathering | None = None
        self._lock = threading.Lock()
        room.register(name)

    @property
    def waiting(self) -> int:
        """Requests that wait for a lane right now."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """Lanes that are taken right now."""
        return self._lanes - self._free

    @property
    def lanes(self) -> int:
        """How many may run at once."""
        return self._lanes

    @lanes.setter
    def lanes(self, lanes: int) -> None:
        # Where there are fewer now, those that run are not disturbed.
        with self._lock:
            self._free += lanes - self._lanes
            self._lanes = lanes
            while self._free > 0 and self._queue and self._wake_next():
                self._free -= 1

    def take_free_lane(self) -> bool:
        """Take a lane if one is free, which means that nobody waits; ``leave`` gives it back."""
        with self._lock:
            if self._free > 0 and self._gathering is None:
                self._free -= 1
                return True
            return False

    def leave(self) -> None:
        """Give the lane back, to whoever has waited longest and still has a chance."""
        with self._lock:
            if self._queue and self._free >= 0 and self._wake_next():
                return
            self._free += 1

    def _wake_next(self) -> bool:
        now = time.monotonic()
        while self._queue:
            waiter = self._take_out(self._queue.popleft())
            late = waiter.is_late(now)
            waiter.turn = Turn.LATE if late else Turn.RUNS
            waiter.wake()
            if not late:
                return True
        return False

    def wait(self, waiter: Waiter, run_s: float | None) -> bool:
        """Wait; return True with a lane and False when another's run has answered this one.

        ``run_s`` is what a run is expected to take, None if that is not known: it tells whether
        waiting has a chance, and how long a refused caller had better stay away.

        Raises:
            Overloaded: too many wait already, or this one could not be answered in time.
            DeadlineExceeded: its time was over before it could run.
        """
        with self._lock:
            if self._gathering is not None and self._gathering.takes(waiter):
                # Its leader has a lane and a moment's patience: this takes no place.
                takes_place = False
            elif self._free > 0:
                self._free -= 1
                return True
            else:
                takes_place = self._queue_up(waiter, run_s)
        try:
            self._sleep(waiter)
        finally:
            if takes_place:
                self._room.leave(self._name)
        if waiter.turn is Turn.LATE:
            self.expire()
        return waiter.turn is Turn.RUNS

    def _sleep(self, waiter: Waiter) -> None:
        if waiter.sleep():
            return
        with self._lock:
            if waiter.turn is Turn.WAITING:
                self._queue.remove(self._take_out(waiter))
                waiter.turn = Turn.LATE
        if waiter.turn is Turn.TAKEN:
            waiter.sleep_until_answered()

    def _queue_up(self, waiter: Waiter, run_s: float | None) -> bool:
        """Put it at the end of the queue; return whether it takes a place.

        Raises:
            Overloaded: it may not wait.
        """
        if waiter.begun:
            self._queue.append(waiter)
            self._queued_s += waiter.charge_s
            return False
        wait_s = None
        if run_s is not None:
            wait_s = (self._queued_s + self.running * run_s / 2) / self._lanes
            if time.monotonic() + wait_s + waiter.likely_s > waiter.deadline:
                self.refuse_late(wait_s + waiter.likely_s, waiter.deadline)
        # Who will be gone before anybody could notice takes no place.
        takes_place = wait_s is None or wait_s > SHORT_WAIT_S
        if takes_place:
            if not self._queued.enter(self._max_queued):
                self._refuse(Refusal.QUEUE_FULL, wait_s)
            if not self._room.enter(self._name):
                self._queued.leave()
                self._refuse(Refusal.ROOM_FULL, wait_s)
        waiter.counted = takes_place
        self._queue.append(waiter)
        self._queued_s += waiter.charge_s
        return takes_place

    def _take_out(self, waiter: Waiter) -> Waiter:
        self._queued_s = max(0.0, self._queued_s - waiter.charge_s)
        if waiter.counted:
            self._queued.leave()
        return waiter

    def companions(self, group: Hashable, items_left: int) -> list[Waiter]:
        """Take along those who wait in this group, in their order, as many as fit.

        The caller has a lane; it wakes each of them with its answer.
        """
        if not self._queue:
            return []
        taken: list[Waiter] = []
        with self._lock:
            now = time.monotonic()
            others: deque[Waiter] = deque()
            for waiter in self._queue:
                if waiter.group != group or waiter.items > items_left:
                    others.append(waiter)
                    continue
                self._take_out(waiter)
                if waiter.is_late(now):
                    waiter.turn = Turn.LATE
                    waiter.wake()
                    continue
                waiter.turn = Turn.TAKEN
                items_left -= waiter.items
                taken.append(waiter)
            self._queue = others
        return taken

    def gather(self, group: Hashable, items_left: int, seconds: float) -> list[Waiter]:
        """Let those join who come within so many seconds, until it is full, and take them along."""
        gathering = Gathering(group, items_left)
        with self._lock:
            if seconds <= 0 or self._gathering is not None or self._queue:
                return []
            self._gathering = gathering
        gathering.stay_open(seconds)
        with self._lock:
            self._gathering = None
        return gathering.companions

    def check(self, deadline: float, least_s: float) -> None:
        """Raise at once where a request has no chance, before anything is done for it.

        Raises:
            Overloaded: it could not be answered in time, or too many wait already.
        """
        if time.monotonic() + least_s > deadline:
            self.refuse_late(least_s, deadline)
        if (
            self._free <= 0
            and len(self._queue) >= self._max_queued
            and self._queued_s > SHORT_WAIT_S
        ):
            self._refuse(Refusal.QUEUE_FULL, self._queued_s / self._lanes)

    def expire(self) -> Never:
        """Give up a request whose time is over.

        Raises:
            DeadlineExceeded: always.
        """
        self._refused(Refusal.EXPIRED)
        raise DeadlineExceeded(
            f"The model {self._name!r} was busy until this request's time was over."
        )

    def refuse_late(self, needed_s: float, deadline: float) -> Never:
        """Refuse a request that would be answered too late.

        Raises:
            Overloaded: always.
        """
        self._refused(Refusal.WOULD_BE_LATE)
        left_s = max(0.0, deadline - time.monotonic())
        raise Overloaded(
            f"The model {self._name!r} would answer this in about {_shown(needed_s)}, and it has "
            f"{_shown(left_s)}; it was not begun. Ask again in a moment, or give it more time.",
            retry_after_s=needed_s,
        )

    def _refuse(self, reason: Refusal, wait_s: float | None) -> Never:
        self._refused(reason)
        raise Overloaded(
            f"Too many requests wait for the model {self._name!r} ({self.waiting} of them); "
            "this one was refused so that those can be answered. Ask again in a moment.",
            retry_after_s=UNKNOWN_WAIT_S if wait_s is None else wait_s,
        )


def _shown(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if seconds < 1.0 else f"{seconds:.1f} s"
