"""How long answers took, kind by kind: the median, and the slow ones."""

from collections.abc import Sequence
from typing import Final

from wherry.rehearse.overlay import Limits
from wherry.rehearse.rehearsal import RequestKind
from wherry.render.rehearsal.plots import scales
from wherry.render.rehearsal.plots.scales import Logarithmic
from wherry.render.rehearsal.plots.svg import Drawing, fitting
from wherry.render.rehearsal.quantities import seconds

_ROW: Final = 34.0
_LEFT, _RIGHT, _TOP = 12.0, 428.0, 26.0
_MOST: Final = 10
_LEAST_S: Final = 1e-4


def draw_latency(kinds: Sequence[RequestKind], limits: Limits) -> str:
    """Return the drawing; "" where there were no requests."""
    shown = list(kinds[:_MOST])
    if not shown:
        return ""
    values = [max(_LEAST_S, value) for kind in shown for value in (kind.p50_s, kind.max_s)]
    low, high = scales.decades(values)
    scale = Logarithmic(low, high, _LEFT, _RIGHT)
    height = _TOP + _ROW * len(shown) + 40
    bottom = _TOP + _ROW * len(shown)
    slowest = max(shown, key=lambda kind: kind.p99_s)
    drawing = Drawing(
        "latency",
        "Latency percentiles",
        f"The slowest is {slowest.method} {slowest.path}: median {seconds(slowest.p50_s)}, "
        f"99th percentile {seconds(slowest.p99_s)}.",
        height,
    )
    _axis(drawing, scale, bottom)
    for index, kind in enumerate(shown):
        _row(drawing, kind, scale, _TOP + _ROW * index)
    timeout = limits.request_timeout_s
    if timeout is not None and low <= timeout <= high:
        x = scale.at(timeout)
        drawing.line(x, _TOP - 6, x, bottom, "kill")
        drawing.text(x - 4, _TOP - 10, f"H12, {timeout:g} s", "kill-label", anchor="end")
    _legend(drawing, height)
    return drawing.render()


def _axis(drawing: Drawing, scale: Logarithmic, bottom: float) -> None:
    for value in scale.ticks():
        x = scale.at(value)
        drawing.line(x, _TOP - 6, x, bottom, "grid")
        anchor = "start" if x < _LEFT + 12 else "end" if x > _RIGHT - 12 else "middle"
        drawing.text(x, bottom + 15, seconds(value), "tick", anchor=anchor)


def _row(drawing: Drawing, kind: RequestKind, scale: Logarithmic, y: float) -> None:
    name = fitting(f"{kind.method} {kind.path}", _RIGHT - _LEFT - 80)
    drawing.text(_LEFT, y + 11, name, "label")
    drawing.text(_RIGHT, y + 11, f"{kind.count:,}", "tick", anchor="end")
    middle = y + 21
    drawing.line(scale.at(kind.p50_s), middle, scale.at(kind.max_s), middle, "whisker")
    drawing.line(scale.at(kind.p50_s), middle, scale.at(kind.p95_s), middle, "spread")
    for value, style, title in (
        # Of equal ones the last is seen.
        (kind.max_s, "dot max", "the slowest"),
        (kind.p95_s, "dot p95", "95th percentile"),
        (kind.p99_s, "dot p99", "99th percentile"),
        (kind.p50_s, "dot p50", "median"),
    ):
        radius = 5.0 if style == "dot p50" else 3.6
        drawing.circle(scale.at(value), middle, radius, style, tip=f"{title} {seconds(value)}")


def _legend(drawing: Drawing, height: float) -> None:
    x = _LEFT
    for style, title in (
        ("dot p50", "median"),
        ("dot p95", "p95"),
        ("dot p99", "p99"),
        ("dot max", "slowest"),
    ):
        drawing.circle(x + 4, height - 7, 4.0, style)
        drawing.text(x + 13, height - 3, title, "tick")
        x += 30 + 6.4 * len(title)
    drawing.text(_RIGHT, height - 3, "number of requests at the right", "tick", anchor="end")
