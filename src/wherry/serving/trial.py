"""Whether it pays to run a model's requests together: tried where it runs, with answers compared.

Where a run's time goes into reading weights, eight items take little longer than one; where it
goes into arithmetic, as in convolutions, they take eight times as long and everybody waits.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from wherry.serving.batching import Run, merge, part
from wherry.serving.specimens import Rows
from wherry.serving.timings import Timings
from wherry.tensors import Array

SIZES: Final = (2, 4, 8, 16, 32, 64)
# What it costs a request to be run by another's thread: to fall asleep, to be woken, and to wait
# for Python's lock again. Measured with 16 threads on two cores: 60 to 120 us.
HANDOVER_S: Final = 0.0001
# Less is within what measurements on a shared host differ by, and batches cost memory.
PAYS_RATIO: Final = 1.25
# Twice as many items are worth twice the wait only where they are answered so much faster.
GROWS_RATIO: Final = 1.1
# A neighbour on the CPU may disturb all of them; a size is given up after so many bad moments.
ATTEMPTS: Final = 3
PAUSE_S: Final = 0.2
# A run that takes longer keeps others from their turn for too long, whatever it holds.
MAX_RUN_S: Final = 1.0
# Equal within what another order of additions changes in float32.
TOLERANCE: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    Attributes:
        size: Items that are best run together; 1 where requests are better run apart.
        reason: The sentence that says so.
        run_s: Seconds of one run, by number of items, as far as they were measured.
    """

    size: int
    reason: str
    run_s: Mapping[int, float] = field(default_factory=dict)


def too_fast(run_s: float) -> Verdict:
    """Return the verdict on a model that need not be tried."""
    return Verdict(1, f"a run takes only {_ms(run_s)}, less than to wait for another's", {1: run_s})


def judge(
    times: Timings,
    run: Run,
    rows: Rows,
    *,
    most_items: int,
    anyway: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> Verdict:
    """Run single rows and batches of up to ``most_items`` of them; say whether batches pay.

    With ``anyway`` they do: what is sought is the best size, and whether the answers are right.

    Raises:
        WherryError: the model fails on them.
    """
    single = [run(row) for row in rows.first(2)]
    if not _vary(single):
        return Verdict(
            1,
            "its answers to different inputs are equal, so that it cannot be seen whether items "
            "of one batch leave each other's answers alone; give the bundle warm-up samples",
        )
    search = _Search(times, 0.0 if anyway else HANDOVER_S, pause)
    if times.measure(1) < search.handover_s:
        return too_fast(times.fastest_s[1])
    for size in SIZES:
        if size > most_items or search.is_over:
            break
        odd = _difference(run(merge(rows.first(size))), single, size)
        if odd is not None:
            return Verdict(1, odd, times.fastest_s)
        search.look_at(size)
    best = search.best
    if anyway and best == 1:
        best = min(SIZES[0], most_items)
    return search.verdict(best, anyway=anyway)


class _Search:
    """The search for the best size, from two on."""

    def __init__(self, times: Timings, handover_s: float, pause: Callable[[float], None]) -> None:
        self.handover_s = handover_s
        self.best = 1
        self._missed = 0
        self._times = times
        self._pause = pause

    @property
    def is_over(self) -> bool:
        """Whether larger batches would only take longer, and more memory.

        One size that seems worse may be bad luck, but not two items that are no better than one.
        """
        return self._missed > (self.best > 1)

    def ratio(self, size: int) -> float:
        """Return how many times as fast items are run so, with what it costs them."""
        run_s = self._times.fastest_s
        return 1.0 if size == 1 else run_s[1] / (run_s[size] / size + self.handover_s)

    def _is_better(self, size: int) -> bool:
        run_s = self._times.fastest_s
        if self.best == 1:  # Larger ones may be worth what even two items cost.
            return run_s[1] * size >= run_s[size] * GROWS_RATIO
        return self.ratio(size) >= self.ratio(self.best) * GROWS_RATIO

    def look_at(self, size: int) -> None:
        """Measure a size, and what it is compared with, which has to have had equal luck."""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(PAUSE_S)
            for other in {1, self.best, size}:
                self._times.measure(other)
            if self._times.fastest_s[size] > MAX_RUN_S:
                break
            if self._is_better(size):
                self.best, self._missed = size, 0
                return
        self._missed += 1

    def verdict(self, best: int, *, anyway: bool) -> Verdict:
        """Say what was found."""
        run_s = dict(sorted(self._times.fastest_s.items()))
        told = ", ".join(f"{items} in {_ms(seconds)}" for items, seconds in run_s.items())
        ratio = self.ratio(best)
        if best == 1 or (ratio < PAYS_RATIO and not anyway):
            return Verdict(1, f"to run items together would not pay here ({told})", run_s)
        reason = f"up to {best} items are run together, {ratio:.1f} times as fast ({told})"
        return Verdict(best, reason, run_s)


def _vary(answers: Sequence[Mapping[str, Array]]) -> bool:
    first, second = answers[0], answers[-1]
    return any(not np.array_equal(first[name], second[name]) for name in first)


def _difference(
    outputs: dict[str, Array], single: Sequence[Mapping[str, Array]], size: int
) -> str | None:
    """Say how the first answers of a batch differ from those of runs of their own, if they do."""
    for name, array in outputs.items():
        if array.shape[:1] != (size,):
            return f"its output {name!r} does not hold one answer for each item"
    own = part(outputs, [1] * size)
    for mine, alone in zip(own, single, strict=False):
        for name, array in alone.items():
            if not _equal(mine[name], array):
                return (
                    f"its output {name!r} for an item depends on the other items of the batch, or "
                    f"differs by more than {TOLERANCE:g}"
                )
    return None


def _equal(one: Array, other: Array) -> bool:
    if one.shape != other.shape:
        return False
    if one.dtype.kind != "f":
        return np.array_equal(one, other)
    return np.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms"
