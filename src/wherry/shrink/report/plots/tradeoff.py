"""Size against latency, with the error as colour, and the front that none beats in both."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from wherry.shrink.report.plots import scales
from wherry.shrink.report.plots.drawing import Colour, new_figure, to_svg
from wherry.shrink.report.plots.kinds import short
from wherry.shrink.report.plots.labels import Box, place
from wherry.shrink.report.quantities import BYTES, SECONDS, error, with_unit
from wherry.shrink.report.table import Row

ERROR_STEPS = (
    (1e-4, Colour.ERROR_1, "< 0.01 %"),
    (1e-3, Colour.ERROR_2, "< 0.1 %"),
    (1e-2, Colour.ERROR_3, "< 1 %"),
    (math.inf, Colour.ERROR_4, "≥ 1 %"),
)
"""Upper ends of the ranges of error that have a colour each; lightness alone tells them apart."""
_RADIUS = 5.5
_LABEL_SIZE = 9.0


def draw_tradeoff(rows: tuple[Row, ...], batch: int) -> str | None:
    """Draw each candidate at its latency and file size; None where nothing was measured."""
    shown = [
        row for row in rows if math.isfinite(row.outcome.measurement.latency_s.get(batch, math.nan))
    ]
    if not shown:
        return None
    seconds = [row.outcome.measurement.latency_s[batch] for row in shown]
    sizes = [float(row.outcome.measurement.file_bytes) for row in shown]
    time, size = scales.unit_of(seconds, SECONDS), scales.unit_of(sizes, BYTES)
    points = [
        (second / time.size, bytes_ / size.size)
        for second, bytes_ in zip(seconds, sizes, strict=True)
    ]
    figure, axes = new_figure(300)
    scales.fit(axes, "x", [x for x, _ in points])
    scales.fit(axes, "y", [y for _, y in points])
    axes.set_xlabel(f"latency of batch {batch}, {time.name}")
    axes.set_ylabel(f"file, {size.name}")
    corners = _draw_front(
        axes, [point for point, row in zip(points, shown, strict=True) if not row.refused]
    )
    for index, (point, row) in enumerate(zip(points, shown, strict=True)):
        _draw_point(axes, point, row, f"point-{index}")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # the labels are placed on the axes as they lie now
    _draw_labels(axes, points, shown, corners)
    told = "; ".join(
        f"{row.name} {with_unit(second, SECONDS)}, {with_unit(bytes_, BYTES)}, "
        f"error {error(row.outcome.parity.error_ratio)}"
        for row, second, bytes_ in zip(shown, seconds, sizes, strict=True)
    )
    return to_svg(figure, "tradeoff", "File size against latency", f"{told}.")


def front(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points that none beats in both coordinates, from left to right."""
    found: list[tuple[float, float]] = []
    for point in sorted(points):
        if not found or point[1] < found[-1][1]:
            found.append(point)
    return found


def error_colour(ratio: float) -> Colour:
    """Return the colour of an error, a part of the range."""
    return next((colour for end, colour, _ in ERROR_STEPS if ratio < end), Colour.ERROR_4)


def _draw_front(axes: Axes, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Draw the front and return its corners."""
    best = front(points)
    if not best:
        return []
    # From the upper edge down and out to the right edge: all that lies above it is beaten.
    corners = [(best[0][0], axes.get_ylim()[1]), best[0]]
    for point in best[1:]:
        corners += [(point[0], corners[-1][1]), point]
    corners.append((axes.get_xlim()[1], best[-1][1]))
    xs, ys = zip(*corners, strict=True)
    axes.plot(xs, ys, color=Colour.ACCENT, linewidth=1.2, dashes=(4, 3), gid="front", zorder=2)
    return corners


def _draw_point(axes: Axes, point: tuple[float, float], row: Row, gid: str) -> None:
    colour = error_colour(row.outcome.parity.error_ratio)
    if row.chosen:
        axes.plot(
            *point,
            marker="o",
            markersize=2 * _RADIUS + 8,
            color=Colour.ACCENT,
            markerfacecolor="none",
            markeredgewidth=1.8,
            gid="chosen",
        )
    axes.plot(
        *point,
        marker="X" if row.refused else "o",
        markersize=2 * _RADIUS,
        color=colour,
        markeredgecolor=Colour.INK,
        markeredgewidth=0.6,
        zorder=3,
        gid=gid,
    )


def _draw_labels(
    axes: Axes,
    points: list[tuple[float, float]],
    rows: list[Row],
    corners: list[tuple[float, float]],
) -> None:
    places = [tuple(axes.transData.transform(point)) for point in points]
    window = axes.get_window_extent()
    frame = Box(
        window.x0 + 2,
        window.y0 + 2,
        # Beyond the right and upper edge of the axes nothing stands but the drawing's margin.
        window.x1 + 4,
        window.y1 + 4,
    )
    texts = [f"{short(row.name)}\n{error(row.outcome.parity.error_ratio)}" for row in rows]
    line = [tuple(axes.transData.transform(corner)) for corner in corners]
    labels = place(places, texts, frame, _LABEL_SIZE, _RADIUS + 3, line)
    for (x, y), text, label, row in zip(places, texts, labels, rows, strict=True):
        axes.annotate(
            text,
            xy=(x, y),
            xycoords="figure pixels",
            xytext=(label.x, label.y),
            textcoords="figure pixels",
            ha="center",
            va="center",
            fontsize=_LABEL_SIZE,
            fontweight="bold" if row.chosen else "normal",
            color=Colour.SOFT if row.refused else Colour.INK,
            arrowprops=(
                {"arrowstyle": "-", "color": Colour.SOFT, "linewidth": 0.6, "shrinkB": _RADIUS}
                if label.far
                else None
            ),
            annotation_clip=False,
        )
