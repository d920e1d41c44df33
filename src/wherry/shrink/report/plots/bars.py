"""Latency and memory of the candidates, as bars with their numbers written beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from wherry.shrink.report.plots import scales
from wherry.shrink.report.plots.drawing import Colour, new_figure, only, to_svg
from wherry.shrink.report.plots.kinds import short
from wherry.shrink.report.quantities import BYTES, SECONDS, Unit, significant, with_unit
from wherry.shrink.report.table import Row

_PALE = 0.5
_FADED = 0.4


@dataclass(frozen=True, slots=True)
class Series:
    """A bar for each row: its title, and values in the base unit (None: not measured)."""

    title: str
    values: tuple[float | None, ...]


def draw_latency(rows: tuple[Row, ...], batches: Sequence[int]) -> str | None:
    """Draw the time of one prediction by batch size; None where nothing was measured."""
    series = []
    for batch in batches:
        seconds = [row.outcome.measurement.latency_s.get(batch) for row in rows]
        per_item = tuple(None if one is None else one / batch for one in seconds)
        series.append(Series(f"batch {batch}", per_item))
    return _draw(rows, series, SECONDS, "latency", "Time of one prediction")


def draw_memory(rows: tuple[Row, ...]) -> str | None:
    """Draw anonymous memory and proportional set size; None where nothing was measured."""
    costs = [row.outcome.measurement for row in rows]
    series = [
        Series("anonymous, added", tuple(float(cost.anonymous_bytes) for cost in costs)),
        Series("PSS of the process", tuple(float(cost.pss_bytes) for cost in costs)),
    ]
    return _draw(rows, series, BYTES, "memory", "Memory")


def _draw(
    rows: tuple[Row, ...], series: list[Series], units: tuple[Unit, ...], name: str, title: str
) -> str | None:
    measured = [value for one in series for value in one.values if value]
    if not measured:
        return None
    unit = scales.unit_of(measured, units)
    figure, axes = new_figure(46 + len(rows) * (10 + 15 * len(series)))
    places = np.arange(len(rows), dtype=float)
    thickness = 0.78 / len(series)
    for index, one in enumerate(series):
        offsets = places + (index - (len(series) - 1) / 2) * thickness
        for row, place, value in zip(rows, offsets, one.values, strict=True):
            if value is not None:
                _draw_bar(axes, row, (value / unit.size, place), thickness * 0.86, pale=index > 0)
    axes.set_yticks(places, [short(row.name) for row in rows])
    for tick, row in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set_color(Colour.SOFT if row.refused else Colour.INK)
        tick.set_fontweight("bold" if row.chosen else "normal")
    axes.invert_yaxis()
    axes.set_xlim(0, max(measured) / unit.size * 1.16)
    axes.set_xlabel(unit.name)
    axes.spines["left"].set_visible(False)
    only(axes, "x")
    told = "; ".join(
        _tell(row, [one.values[i] for one in series], series, units) for i, row in enumerate(rows)
    )
    return to_svg(figure, name, title, f"{told}.")


def _draw_bar(
    axes: Axes, row: Row, end: tuple[float, float], thickness: float, *, pale: bool
) -> None:
    value, place = end
    axes.barh(
        place,
        value,
        height=thickness,
        color=Colour.ACCENT if row.chosen else Colour.BAR,
        alpha=(_FADED if row.refused else 1.0) * (_PALE if pale else 1.0),
    )
    axes.annotate(
        significant(value),
        end,
        xytext=(3, 0),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
        color=Colour.SOFT if row.refused else Colour.INK,
    )


def _tell(
    row: Row, values: list[float | None], series: list[Series], units: tuple[Unit, ...]
) -> str:
    parts = [
        f"{one.title} {with_unit(value, units)}"
        for one, value in zip(series, values, strict=True)
        if value is not None
    ]
    return f"{row.name}: {', '.join(parts)}"
