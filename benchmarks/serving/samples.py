"""What is said of repeated measurements."""

from collections.abc import Mapping, Sequence
from statistics import median


def middle(values: Sequence[float]) -> float | None:
    """Return the median, or None where nothing was measured."""
    return median(values) if values else None


def pair_ratio(numerators: Mapping[int, float], denominators: Mapping[int, float]) -> float | None:
    """Return the median of the ratios of values measured in the same round.

    A noisy neighbour slows both halves of a pair, so that their ratio holds still where the
    values do not. Rounds that only one side has are left out.
    """
    both = numerators.keys() & denominators.keys()
    return middle([numerators[one] / denominators[one] for one in both if denominators[one] > 0])


def difference(values: Sequence[float], subtracted: Sequence[float]) -> float | None:
    """Return the difference of the medians, or None where a side was not measured."""
    one, other = middle(values), middle(subtracted)
    return None if one is None or other is None else one - other


def serial_rate(*rates: float) -> float:
    """Return the rate of work that passes through stages of these rates, one after the other.

    The stages share the same cores: nothing overlaps. ``1 / (1/a + 1/b + ...)``.
    """
    return 1 / sum(1 / rate for rate in rates)
