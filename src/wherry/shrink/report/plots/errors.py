"""How errors spread over the numbers of one output: a curve for each candidate."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, PercentFormatter

from wherry.shrink.records import Outcome
from wherry.shrink.report.plots import scales
from wherry.shrink.report.plots.drawing import new_figure, only, to_svg
from wherry.shrink.report.plots.kinds import Look, look_of
from wherry.shrink.report.quantities import error, printable
from wherry.tensors import Array

# A curve of this many steps shows all that a plot of this size can.
_STEPS = 160
# Errors below it are those of no error at all: a hundredth of float32's resolution.
_FLOOR = 1e-9


def draw_errors(outcomes: tuple[Outcome, ...], output: str, name: str) -> str | None:
    """Draw the cumulative distribution of each candidate's errors on one output.

    Errors are parts of the original's range on that output; where it has none (it is constant),
    they are absolute. Returns None where no candidate has errors to show.
    """
    curves = [
        (outcome, curve) for outcome in outcomes if (curve := _curve(outcome, output)) is not None
    ]
    if not curves:
        return None
    figure, axes = new_figure(250)
    worst = max(float(curve[-1]) for _, curve in curves)
    low = min(float(np.median(curve)) for _, curve in curves) / 10
    low = max(_FLOOR, min(low, worst / 10))
    scales.fit_powers(axes, low, max(worst * 1.3, low * 10))
    for index, (outcome, curve) in enumerate(curves):
        _draw_curve(axes, look_of(outcome.candidate.kind), curve, f"curve-{index}")
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    only(axes, "x")
    relative = _range(outcomes, output) > 0
    axes.set_xlabel("error, part of the output's range" if relative else "absolute error")
    axes.set_ylabel("numbers within it")
    largest = "; ".join(
        f"{printable(outcome.candidate.kind.name)} {error(float(curve[-1]))}"
        for outcome, curve in curves
    )
    return to_svg(
        figure,
        name,
        f"Error distributions of output {output}",
        f"For each candidate, the share of numbers whose error is at most so large. "
        f"Largest errors: {largest}.",
    )


def _draw_curve(axes: Axes, look: Look, curve: Array, gid: str) -> None:
    left, _ = axes.get_xlim()
    # What is smaller than the axis begins is drawn beyond its edge, exact answers on it.
    (line,) = axes.plot(
        np.maximum(curve, left / 10),
        np.linspace(0, 1, _STEPS),
        color=look.colour,
        linewidth=1.8,
        gid=gid,
    )
    if look.dashes:
        line.set_dashes(look.dashes)
    largest = max(float(curve[-1]), left)
    axes.plot(largest, 1, marker=look.marker, color=look.colour, markersize=6, clip_on=False)


def _range(outcomes: tuple[Outcome, ...], output: str) -> float:
    """Return the original's range on an output: the same for all, as they had the same samples."""
    ranges = [
        parity.range
        for outcome in outcomes
        for parity in outcome.parity.outputs
        if parity.output == output
    ]
    return next((width for width in ranges if math.isfinite(width) and width > 0), 0.0)


def _curve(outcome: Outcome, output: str) -> Array | None:
    """Return the errors at evenly spaced shares, smallest first; the last is the largest."""
    errors = outcome.errors.get(output)
    if errors is None:
        return None
    errors = errors.astype(np.float64)
    errors = np.sort(errors[np.isfinite(errors)])
    if not errors.size:
        return None
    width = _range((outcome,), output)
    places = np.round(np.linspace(0, errors.size - 1, _STEPS)).astype(int)
    curve: Array = errors[places] / (width or 1.0)
    return curve
