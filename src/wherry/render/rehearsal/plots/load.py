"""Throughput against latency: what a rising rate of requests met."""

from collections.abc import Sequence
from typing import Final

from wherry.rehearse.rehearsal import LoadPoint
from wherry.render.rehearsal.plots import scales
from wherry.render.rehearsal.plots.scales import Linear, Logarithmic
from wherry.render.rehearsal.plots.svg import Drawing
from wherry.render.rehearsal.quantities import rate, seconds

_LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 58.0, 424.0, 20.0, 216.0, 272.0
_LEAST_S: Final = 1e-4


def draw_load(points: Sequence[LoadPoint]) -> str:
    """Return the drawing; "" where the rate did not change."""
    shown = sorted(points, key=lambda point: point.rate)
    if len(shown) < 2:
        return ""
    values = [max(_LEAST_S, value) for point in shown for value in (point.p50_s, point.p99_s)]
    low, high = scales.decades(values)
    time = Logarithmic(low, high, _BOTTOM, _TOP)
    across = Linear(scales.above(max(point.rate for point in shown)), _LEFT, _RIGHT)
    drawing = Drawing("load", "Throughput against latency", _told(shown), _HEIGHT)
    for value in time.ticks():
        drawing.line(_LEFT, time.at(value), _RIGHT, time.at(value), "grid")
        drawing.text(_LEFT - 6, time.at(value) + 4, seconds(value), "tick", anchor="end")
    for value in across.ticks():
        drawing.text(across.at(value), _BOTTOM + 16, rate(value), "tick", anchor="middle")
    drawing.text((_LEFT + _RIGHT) / 2, _BOTTOM + 33, "requests a second", "tick", anchor="middle")
    for name, kind in (("p99_s", "curve c1"), ("p50_s", "curve c0")):
        drawing.path(
            [(across.at(point.rate), time.at(getattr(point, name))) for point in shown], kind
        )
    for point in shown:
        _dots(drawing, point, across.at(point.rate), time)
    _legend(drawing)
    return drawing.render()


def _dots(drawing: Drawing, point: LoadPoint, x: float, time: Logarithmic) -> None:
    codes = "".join(f", {code} x {count}" for code, count in point.codes.items())
    failed = f", {point.failed} failed{codes}" if point.failed else ""
    tip = f"{rate(point.rate)} a second: median {seconds(point.p50_s)}, p99 {seconds(point.p99_s)}"
    style = "dot failed" if point.failed else "dot p99"
    drawing.circle(x, time.at(point.p50_s), 3.4, "dot p50", tip=tip + failed)
    drawing.circle(x, time.at(point.p99_s), 3.8, style, tip=tip + failed)


def _legend(drawing: Drawing) -> None:
    x = _LEFT
    for style, title in (
        ("dot p50", "median"),
        ("dot p99", "p99"),
        ("dot failed", "with failures"),
    ):
        drawing.circle(x + 4, _HEIGHT - 8, 4.0, f"dot {style}")
        drawing.text(x + 13, _HEIGHT - 4, title, "tick")
        x += 32 + 6.4 * len(title)


def _told(points: Sequence[LoadPoint]) -> str:
    failed = next((point for point in points if point.failed), None)
    good = [point for point in points if not point.failed]
    told = ""
    if good:
        told = f"Up to {rate(good[-1].rate)} a second, p99 {seconds(good[-1].p99_s)}. "
    if failed is not None:
        told += f"The first failures came at {rate(failed.rate)} a second."
    return told.strip()
