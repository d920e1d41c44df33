"""Each candidate's drop of accuracy, with its confidence interval and what is allowed."""

from wherry.shrink.report.plots.drawing import Colour, new_figure, only, to_svg
from wherry.shrink.report.plots.kinds import short
from wherry.shrink.report.quantities import points
from wherry.shrink.report.table import Row


def draw_accuracy(rows: tuple[Row, ...], max_drop: float | None) -> str | None:
    """Draw the drops in percentage points; None where no candidate has labels to be judged by.

    ``max_drop`` is the most that is allowed, a ratio.
    """
    judged = [(row, row.outcome.accuracy) for row in rows if row.outcome.accuracy is not None]
    if not judged:
        return None
    figure, axes = new_figure(56 + 34 * len(judged))
    axes.axvline(0, color=Colour.SOFT, linewidth=1)
    if max_drop is not None:
        axes.axvline(max_drop * 100, color=Colour.WARN, linewidth=1.2, dashes=(4, 3), gid="gate")
    for place, (row, accuracy) in enumerate(judged):
        colour = Colour.SOFT if row.refused else Colour.ACCENT if row.chosen else Colour.INK
        axes.plot(
            [accuracy.low * 100, accuracy.high * 100],
            [place, place],
            color=colour,
            linewidth=2.2,
            solid_capstyle="butt",
            gid=f"interval-{place}",
        )
        axes.plot(
            accuracy.drop * 100,
            place,
            marker="X" if row.refused else "o",
            markersize=7,
            color=colour,
        )
    axes.set_yticks(range(len(judged)), [short(row.name) for row, _ in judged])
    for tick, (row, _) in zip(axes.get_yticklabels(), judged, strict=True):
        tick.set_color(Colour.SOFT if row.refused else Colour.INK)
        tick.set_fontweight("bold" if row.chosen else "normal")
    axes.set_ylim(len(judged) - 0.5, -0.5)
    axes.set_xlabel("drop of accuracy, percentage points")
    axes.spines["left"].set_visible(False)
    only(axes, "x")
    told = "; ".join(
        f"{row.name} {points(accuracy.drop)}, from {points(accuracy.low)} to "
        f"{points(accuracy.high)}"
        for row, accuracy in judged
    )
    return to_svg(figure, "accuracy", "Drop of accuracy, in percentage points", f"{told}.")
