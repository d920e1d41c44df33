"""Numbers and names as people read them: sizes, times, errors, and text from outside."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

UNKNOWN = "?"
INFINITE = "∞"

# The bar for "the same answers" in float32 is a ten-thousandth of the range. Below it an error is
# written as a power of ten, above it in percent, so that the two kinds are told apart at a glance.
SAME_ANSWERS_RATIO = 1e-4


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's name and how many of the base unit it is."""

    name: str
    size: float


BYTES = (Unit("B", 1), Unit("KiB", 2**10), Unit("MiB", 2**20), Unit("GiB", 2**30))
SECONDS = (Unit("µs", 1e-6), Unit("ms", 1e-3), Unit("s", 1.0))


def unit_for(values: Iterable[float], units: tuple[Unit, ...]) -> Unit:
    """Return the largest unit that leaves the smallest of the values at 1 or above.

    Zeros are left out of it. For a column of a table, which has one unit.
    """
    smallest = min((value for value in values if 0 < value < math.inf), default=0.0)
    return max(
        (unit for unit in units if unit.size <= smallest),
        key=lambda unit: unit.size,
        default=units[0],
    )


def with_unit(value: float, units: tuple[Unit, ...]) -> str:
    """Return one value with the unit that suits it: ``13.6 MiB``."""
    unit = unit_for([value], units)
    return f"{significant(value / unit.size)} {unit.name}"


def significant(value: float) -> str:
    """Return a number with about three significant digits and without an exponent."""
    if not math.isfinite(value):
        return _not_finite(value)
    size = abs(value)
    if size >= 99.95:
        return f"{value:,.0f}"
    if size >= 9.995:
        return f"{value:.1f}"
    if size >= 1 or value == 0:
        return f"{value:.2f}" if value else "0"
    return f"{value:.{min(8, 1 - math.floor(math.log10(size)))}f}"


def whole(value: float) -> str:
    """Return a number without decimals."""
    return f"{value:,.0f}" if math.isfinite(value) else _not_finite(value)


def aligned(values: Iterable[float]) -> tuple[str, ...]:
    """Return numbers of a column with as many decimals as the smallest needs, two at most."""
    numbers = tuple(values)
    smallest = min((abs(v) for v in numbers if v and math.isfinite(v)), default=100.0)
    if smallest < 1:
        return tuple(significant(value) for value in numbers)
    decimals = 0 if smallest >= 99.95 else 1 if smallest >= 9.995 else 2
    return tuple(
        f"{value:,.{decimals}f}" if math.isfinite(value) else _not_finite(value)
        for value in numbers
    )


def error(ratio: float) -> str:
    """Return an error that is a part of a range: ``0.83 %``, or ``1.2e-07`` where it is tiny."""
    if not math.isfinite(ratio):
        return _not_finite(ratio)
    if ratio == 0:
        return "0"
    if ratio < SAME_ANSWERS_RATIO:
        return f"{ratio:.1e}"
    in_percent = ratio * 100
    if in_percent >= 9.95:
        return f"{whole(in_percent)} %"
    return f"{in_percent:.{1 - math.floor(math.log10(in_percent))}f} %"


def percent(ratio: float) -> str:
    """Return a ratio in percent without the sign: ``99.40``; only what is all is ``100.00``."""
    if not math.isfinite(ratio):
        return _not_finite(ratio)
    text = f"{ratio * 100:.2f}"
    return "99.99" if ratio < 1 and text == "100.00" else text


def points(ratio: float) -> str:
    """Return a difference of two ratios in percentage points: ``0.28``."""
    if not math.isfinite(ratio):
        return _not_finite(ratio)
    text = f"{ratio * 100:.2f}"
    return "0.00" if text == "-0.00" else text


def _not_finite(value: float) -> str:
    if math.isnan(value):
        return UNKNOWN
    return INFINITE if value > 0 else f"-{INFINITE}"


def printable(text: str) -> str:
    """Return text from outside on one line, with nothing in it that steers a terminal or a page.

    Control characters (colours, cursor moves), writing-direction marks and what UTF-8 cannot
    express become backslash escapes; line breaks become spaces.
    """
    line = " ".join(text.splitlines())
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in line.replace("\t", " ")
    )
