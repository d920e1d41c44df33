"""Several requests' items in one run: when to wait for company, how to merge and to part again."""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from typing import Final

import numpy as np

from wherry.errors import ExecutionFailed
from wherry.serving.costs import MEAN_SHARE
from wherry.serving.waiting import Waiter
from wherry.tensors import Array, Signature

# Below this share of the longest wait, waiting is given up until a pause.
LEAST_PATIENCE: Final = 1 / 16
# How fast it is forgotten, from request to request, that there were more of them at once.
FORGETTING: Final = 1 / 32

type Run = Callable[[dict[str, Array]], dict[str, Array]]


class Batching:
    """How requests for one signature are run together.

    A run begins at once when a lane is free, and takes along whoever has come meanwhile. It is
    held back only for those who have just been answered and may be expected back: where requests
    follow each other faster than the fixed part of a run's cost lasts, each that joins saves that
    part, and waiting for as long can pay. Nobody waits where a single client asks, or several
    slowly, nor where waiting has been in vain.

    Attributes:
        size: Most items that are run together.
        fixed_s: Seconds of a run that do not depend on its size: the longest wait.
    """

    def __init__(self, size: int, fixed_s: float) -> None:
        self.size = size
        self.fixed_s = fixed_s
        # Requests further apart than this have nothing to do with one another.
        self._pause_s = fixed_s * size
        self._gap_s = self._pause_s
        self._last = 0.0
        self._inside = 0
        self._usual = 0.0
        self._patience = 1.0
        self._lock = threading.Lock()

    def arrived(self, items: int, now: float) -> None:
        """Take note of a request."""
        with self._lock:
            gap_s, self._last = now - self._last, now
            if gap_s >= self._pause_s:
                self._gap_s, self._usual, self._patience = self._pause_s, 0.0, 1.0
            else:
                self._gap_s += (gap_s - self._gap_s) * MEAN_SHARE
            self._inside += items
            if self._inside >= self._usual:
                self._usual = self._inside
            else:
                self._usual += (self._inside - self._usual) * FORGETTING

    def answered(self, items: int) -> None:
        """Take note that a request has ended, one way or another."""
        with self._lock:
            self._inside -= items

    def expected(self, lanes: int) -> tuple[int, float]:
        """Return for how many items a run that could begin now had better wait, and how long."""
        if self._gap_s * lanes >= self.fixed_s or self._patience < LEAST_PATIENCE:
            return 0, 0.0
        return round(self._usual) - self._inside, self.fixed_s * self._patience

    def waited(self, *, company: bool) -> None:
        """Learn whether a run that was held back was joined."""
        if company:
            self._patience = min(1.0, self._patience * 2 + LEAST_PATIENCE)
        else:
            self._patience /= 2


def group_of(signature: Signature, inputs: dict[str, Array]) -> Hashable:
    """Return what is equal for requests that may run in one batch: all but the first axis."""
    return signature.name, *(inputs[spec.name].shape[1:] for spec in signature.inputs)


def run_together(waiters: Sequence[Waiter], run: Run, learn: Callable[[int, float], None]) -> bool:
    """Run all of them at once and give each its own; return whether that went well.

    Where the run fails it is repeated with each half of them, so that in the end only those fail
    on whom the model fails.
    """
    started = time.monotonic()
    try:
        outputs = run(merge([waiter.inputs for waiter in waiters]))
        ended = time.monotonic()
        parts = part(outputs, [waiter.items for waiter in waiters])
    except Exception as error:  # noqa: BLE001 - whatever it is, it answers the one it is for
        if len(waiters) == 1:
            waiters[0].error = error
        else:
            half = len(waiters) // 2
            for some in (waiters[:half], waiters[half:]):
                run_together(some, run, learn)
        return False
    learn(sum(waiter.items for waiter in waiters), ended - started)
    for waiter, own in zip(waiters, parts, strict=True):
        waiter.outputs = own
        waiter.ran_from, waiter.run_s = started, ended - started
    return True


def merge(requests: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """Put the items of several requests behind one another."""
    if len(requests) == 1:
        return requests[0]
    return {name: np.concatenate([inputs[name] for inputs in requests]) for name in requests[0]}


def part(outputs: dict[str, Array], sizes: Sequence[int]) -> list[dict[str, Array]]:
    """Give each request the outputs of its own items.

    Raises:
        ExecutionFailed: the outputs are not one for each item.
    """
    total = sum(sizes)
    for name, array in outputs.items():
        if array.shape[:1] != (total,):
            raise ExecutionFailed(
                f"The model answered {total} items with an output {name!r} of shape "
                f"{list(array.shape)}."
            )
    parts: list[dict[str, Array]] = []
    begin = 0
    for size in sizes:
        parts.append({name: array[begin : begin + size] for name, array in outputs.items()})
        begin += size
    return parts
