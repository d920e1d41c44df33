"""From values to places on a drawing, with the ticks that a person would choose."""

import math
from dataclasses import dataclass
from typing import Final

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_TIME_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Linear:
    """A scale that begins at zero.

    Attributes:
        top: The value at ``end``.
        start: Where zero is.
    """

    top: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value is."""
        return self.start + (self.end - self.start) * (value / self.top if self.top else 0.0)

    def ticks(self, most: int = 5) -> list[float]:
        """Return round values from zero up."""
        return _ticks(self.top, _step(self.top, most))


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """A scale of powers of ten."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value is; what lies below the scale is at its start."""
        inside = min(max(value, self.low), self.high)
        share = math.log(inside / self.low) / math.log(self.high / self.low)
        return self.start + (self.end - self.start) * share

    def ticks(self) -> list[float]:
        """Return the powers of ten within it."""
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        return [10.0**power for power in range(first, last + 1)]


def time_ticks(top_s: float, most: int = 6) -> list[float]:
    """Return round times from zero up."""
    if top_s < _TIME_STEPS[0] * 2:
        return _ticks(top_s, _step(top_s, most))
    step = next((one for one in _TIME_STEPS if top_s / one <= most), _TIME_STEPS[-1])
    return _ticks(top_s, float(step))


def above(value: float, most: int = 5) -> float:
    """Return a round value that is a little above another one."""
    if value <= 0:
        return 1.0
    step = _step(value, most)
    return math.ceil(value * 1.04 / step) * step


def decades(values: list[float]) -> tuple[float, float]:
    """Return the powers of ten that enclose the values."""
    low, high = min(values), max(values)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return 10.0**first, 10.0 ** max(last, first + 1)


def _step(top: float, most: int) -> float:
    if top <= 0:
        return 1.0
    rough = top / most
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in _STEPS if step * power >= rough * 0.999)


def _ticks(top: float, step: float) -> list[float]:
    return [index * step for index in range(int(top / step + 1e-9) + 1)]
