"""What runs of a model take, by the number of items: measured at warm-up, learned ever after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# A new run moves the mean by an eighth of the difference and the deviation by a quarter, as TCP
# does with round-trip times. Source: RFC 6298, section 2.
MEAN_SHARE: Final = 1 / 8
DEVIATION_SHARE: Final = 1 / 4
DEVIATIONS: Final = 2.0


@dataclass(slots=True)
class Cost:
    """Seconds that runs of one size took: on average, how far from it, and at best."""

    mean_s: float
    deviation_s: float
    least_s: float


class Costs:
    """Learns from each run what the next one of that many items will take.

    Threads may learn at once: one of two numbers that arrive together may then be lost, which
    changes nothing, while a lock would cost every request more than all the rest of this.
    """

    __slots__ = ("_of",)

    def __init__(self, measured_s: Mapping[int, float] | None = None) -> None:
        self._of: dict[int, Cost] = {}
        for items, run_s in (measured_s or {}).items():
            self.learn(items, run_s)

    def learn(self, items: int, run_s: float) -> None:
        """Take note of one run."""
        cost = self._of.get(items)
        if cost is None:
            self._of[items] = Cost(run_s, 0.0, run_s)
            return
        error_s = run_s - cost.mean_s
        cost.mean_s += error_s * MEAN_SHARE
        cost.deviation_s += (abs(error_s) - cost.deviation_s) * DEVIATION_SHARE
        cost.least_s = min(cost.least_s, run_s)

    def expected_s(self, items: int) -> float | None:
        """Return the mean; None where no run of any size is known."""
        cost = self._find(items)
        return None if cost is None else cost.mean_s

    def likely_s(self, items: int) -> float | None:
        """Return what few runs exceed."""
        cost = self._find(items)
        return None if cost is None else cost.mean_s + DEVIATIONS * cost.deviation_s

    def least_s(self, items: int) -> float | None:
        """Return what the fastest run took, which a machine with nothing else to do may repeat."""
        cost = self._find(items)
        return None if cost is None else cost.least_s

    @property
    def fixed_s(self) -> float:
        """Seconds of a run that do not depend on its size, which larger batches share."""
        if len(self._of) < 2:
            return 0.0
        known = sorted(self._of.copy().items())
        (few, least), (many, most) = known[0], known[-1]
        per_item_s = (most.least_s - least.least_s) / (many - few)
        return max(0.0, least.least_s - per_item_s * few)

    def _find(self, items: int) -> Cost | None:
        return self._of.get(items) or self._estimate(items)

    def _estimate(self, items: int) -> Cost | None:
        """Judge a size that was never run by those that were: on a line between or beyond them."""
        known = sorted(self._of.copy().items())
        if not known:
            return None
        above = next((place for place, (size, _) in enumerate(known) if size > items), len(known))
        if above == 0:
            # A smaller run takes no longer than a larger one, and perhaps as long.
            return known[0][1]
        size, below = known[above - 1]
        if above == len(known):
            ratio = items / size
            return Cost(below.mean_s * ratio, below.deviation_s * ratio, below.least_s * ratio)
        larger, more = known[above]
        share = (items - size) / (larger - size)
        return Cost(
            below.mean_s + (more.mean_s - below.mean_s) * share,
            max(below.deviation_s, more.deviation_s),
            below.least_s + (more.least_s - below.least_s) * share,
        )
