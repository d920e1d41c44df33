"""One request that waits, and how it is woken."""

import threading
import time
from collections.abc import Hashable
from enum import Enum, auto

from wherry.tensors import Array


class Turn(Enum):
    """What has become of one who waits."""

    WAITING = auto()
    RUNS = auto()
    """It has a lane and runs."""
    TAKEN = auto()
    """Another, who has a lane, runs it along with its own."""
    LATE = auto()


class Waiter:
    """One request that waits for a lane, or for another's run that takes it along.

    Attributes:
        inputs: Its arrays.
        items: How many items these hold.
        group: Requests of equal groups may run in one batch; None runs alone.
        deadline: When its answer must be there, on the clock of ``time.monotonic``.
        needed_s: What its run is expected to take.
        likely_s: What few such runs exceed.
        charge_s: Seconds of a lane that it is expected to use.
        begun: Whether it has had runs before, so that it may wait in any case.
        counted: Whether it counts among those whose number is bounded.
        turn: What has become of it.
        outputs: The answer from another's run.
        error: What the model said instead.
        ran_from: When that run began.
        run_s: How long it took.
    """

    __slots__ = (
        "_wake",
        "begun",
        "charge_s",
        "counted",
        "deadline",
        "error",
        "group",
        "inputs",
        "items",
        "likely_s",
        "needed_s",
        "outputs",
        "ran_from",
        "run_s",
        "turn",
    )

    def __init__(
        self,
        deadline: float,
        *,
        inputs: dict[str, Array] | None = None,
        items: int = 1,
        group: Hashable = None,
        begun: bool = False,
        needed_s: float = 0.0,
        likely_s: float = 0.0,
        charge_s: float = 0.0,
    ) -> None:
        self.deadline = deadline
        self.inputs = inputs or {}
        self.items = items
        self.group = group
        self.begun = begun
        self.needed_s = needed_s
        self.likely_s = likely_s
        self.charge_s = charge_s
        self.counted = False
        self.turn = Turn.WAITING
        self.outputs: dict[str, Array] | None = None
        self.error: Exception | None = None
        self.ran_from = 0.0
        self.run_s = 0.0
        # A bare lock is the cheapest way to wait with a time limit: all of it is C code.
        self._wake = threading.Lock()
        self._wake.acquire()

    def is_late(self, now: float) -> bool:
        """Whether it could not be answered in time any more, if it ran now."""
        return self.deadline - self.needed_s < now

    def wake(self) -> None:
        """Let it go on."""
        self._wake.release()

    def sleep(self) -> bool:
        """Wait to be woken; return False when that did not happen while it had a chance."""
        left_s = self.deadline - self.needed_s - time.monotonic()
        return self._wake.acquire(timeout=max(0.0, left_s))

    def sleep_until_answered(self) -> None:
        """Wait for the run that has taken this along; it ends as every run does."""
        self._wake.acquire()


class Gathering:
    """A batch that stays open for a moment, for those who are about to come."""

    __slots__ = ("_full", "companions", "group", "items_left")

    def __init__(self, group: Hashable, items_left: int) -> None:
        self.group = group
        self.items_left = items_left
        self.companions: list[Waiter] = []
        self._full = threading.Lock()
        self._full.acquire()

    def takes(self, waiter: Waiter) -> bool:
        """Take a waiter in if it belongs here and fits."""
        if waiter.group != self.group or waiter.items > self.items_left:
            return False
        waiter.turn = Turn.TAKEN
        self.companions.append(waiter)
        self.items_left -= waiter.items
        if not self.items_left:
            self._full.release()
        return True

    def stay_open(self, seconds: float) -> None:
        """Return after so long, or when it is full."""
        self._full.acquire(timeout=seconds)
