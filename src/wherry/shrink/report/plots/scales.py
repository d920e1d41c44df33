"""Axes that fit their numbers: linear from zero, or logarithmic where the numbers span far."""

import math
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from wherry.shrink.report import quantities

type Which = Literal["x", "y"]

FAR_RATIO = 6
_STEPS = (1.0, 2.0, 5.0)
_MOST_TICKS = 7
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fit(axes: Axes, which: Which, values: list[float]) -> None:
    """Scale an axis for positive values, with ticks written out in full."""
    low, high = min(values), max(values)
    axis = axes.xaxis if which == "x" else axes.yaxis
    if low <= 0 or high / low < FAR_RATIO:
        _limit(axes, which, 0, high * 1.18 or 1.0)
        axis.set_major_locator(MaxNLocator(6))
    else:
        _log(axes, which)
        low, high = low / 1.6, high * 1.8
        _limit(axes, which, low, high)
        axis.set_major_locator(FixedLocator(_ticks(low, high)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))


def fit_powers(axes: Axes, low: float, high: float) -> None:
    """Scale the x axis from one power of ten to another, and write them as powers."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = max(1, math.ceil((last - first) / 6))
    _log(axes, "x")
    axes.set_xlim(10.0**first, 10.0**last)
    axes.xaxis.set_major_locator(FixedLocator([10.0**p for p in range(first, last + 1, step)]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(value)))


def power_of_ten(value: float) -> str:
    """Return a power of ten as it is printed: ``10⁻⁶``."""
    return "10" + str(round(math.log10(value))).translate(_SUPERSCRIPTS)


def unit_of(values: list[float], units: tuple[quantities.Unit, ...]) -> quantities.Unit:
    """Return the unit of an axis: the one of its middle value."""
    return quantities.unit_for([float(np.median(values))] if values else [], units)


def _ticks(low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in (_STEPS, (1.0, 3.0), (1.0,)):
        ticks = [step * 10.0**p for p in powers for step in steps if low <= step * 10.0**p <= high]
        if len(ticks) <= _MOST_TICKS:
            return ticks
    return ticks[:: math.ceil(len(ticks) / _MOST_TICKS)]


def _log(axes: Axes, which: Which) -> None:
    if which == "x":
        axes.set_xscale("log")
    else:
        axes.set_yscale("log")


def _limit(axes: Axes, which: Which, low: float, high: float) -> None:
    if which == "x":
        axes.set_xlim(low, high)
    else:
        axes.set_ylim(low, high)
