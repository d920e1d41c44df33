"""Memory over time, against the lines at which the platform complains and kills."""

from collections.abc import Sequence
from typing import Final

from wherry.rehearse.overlay import Limits
from wherry.rehearse.rehearsal import MemoryCurve, MemoryPoint, Step
from wherry.render import words
from wherry.render.rehearsal.plots import scales
from wherry.render.rehearsal.plots.scales import Linear
from wherry.render.rehearsal.plots.svg import Drawing, fitting

_MIB: Final = 1024 * 1024
_LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 52.0, 430.0, 22.0, 226.0, 268.0
_CURVES: Final = 6
_SHOWN_STEPS: Final = ("boot", "traffic", "limit", "restart", "shutdown")
_MOST_POINTS: Final = 400
_GAP_S: Final = 1.5


def draw_memory(curves: Sequence[MemoryCurve], limits: Limits, steps: Sequence[Step]) -> str:
    """Return the drawing; "" where nothing was measured."""
    shown = [curve for curve in curves if len(curve.points) > 1][:_CURVES]
    if not shown:
        return ""
    peak = max(curve.peak_bytes for curve in shown)
    begin = min(curve.points[0].since_s for curve in shown)
    end = max(curve.points[-1].since_s for curve in shown)
    time = Linear(max(end - begin, 1.0), _LEFT, _RIGHT)
    high = Linear(_top(peak, limits) / _MIB, _BOTTOM, _TOP)
    drawing = Drawing("memory", "Memory over time", _told(shown, limits), _HEIGHT)
    _axes(drawing, time, high)
    _steps(drawing, time, steps, begin)
    for index, curve in enumerate(shown):
        _curve(drawing, curve, time, high, begin, index)
    _limits(drawing, high, limits)
    _legend(drawing, shown)
    return drawing.render()


def _top(peak: int, limits: Limits) -> float:
    """Return the value at the top: the quota is always there, the kill only where it is near."""
    quota, kill = limits.memory_bytes or 0, limits.kill_bytes or 0
    highest = max(peak, quota) * 1.12
    if kill and peak > 0.8 * kill:
        highest = max(highest, kill * 1.08)
    return highest


def _axes(drawing: Drawing, time: Linear, high: Linear) -> None:
    for value in high.ticks():
        y = high.at(value)
        drawing.line(_LEFT, y, _RIGHT, y, "grid")
        drawing.text(_LEFT - 6, y + 4, f"{value:,.0f}", "tick", anchor="end")
    drawing.text(2, 12, "MB", "tick")
    for value in scales.time_ticks(time.top):
        drawing.text(time.at(value), _BOTTOM + 16, _clock(value), "tick", anchor="middle")


def _clock(value: float) -> str:
    if value >= 120:
        return f"{value / 60:g} min"
    return f"{value:g} s"


def _steps(drawing: Drawing, time: Linear, steps: Sequence[Step], begin: float) -> None:
    """Say what went on, above the lines of the limits, which lie near the top."""
    for index, step in enumerate(one for one in steps if one.name in _SHOWN_STEPS):
        start = max(0.0, step.since_s - begin)
        stop = min(time.top, step.since_s + step.seconds - begin)
        if stop <= start:
            continue
        x, width = time.at(start), time.at(stop) - time.at(start)
        drawing.rect(x, _TOP, width, _BOTTOM - _TOP, "band" if index % 2 == 0 else "band odd")
        label = fitting(step.name, width - 4, 0.9)
        if label:
            drawing.text(x + 3, _TOP - 5, label, "tick small")


def _curve(
    drawing: Drawing, curve: MemoryCurve, time: Linear, high: Linear, begin: float, index: int
) -> None:
    for life in _lives(curve.points):
        every = max(1, len(life) // _MOST_POINTS)
        points = [
            max(life[at : at + every], key=lambda point: point.total_bytes)
            for at in range(0, len(life), every)
        ]
        line = [
            (time.at(point.since_s - begin), high.at(point.total_bytes / _MIB)) for point in points
        ]
        if index == 0:
            area = [(line[0][0], _BOTTOM), *line, (line[-1][0], _BOTTOM)]
            drawing.path(area, "area", closed=True)
        drawing.path(line, f"curve c{index}")


def _lives(points: Sequence[MemoryPoint]) -> list[list[MemoryPoint]]:
    """Cut where nothing was measured: one dyno was gone, and the next one not there yet."""
    lives: list[list[MemoryPoint]] = []
    for point in points:
        if not lives or point.since_s - lives[-1][-1].since_s > _GAP_S:
            lives.append([])
        lives[-1].append(point)
    return lives


def _limits(drawing: Drawing, high: Linear, limits: Limits) -> None:
    for value, label, kind in (
        (limits.memory_bytes, "R14: the quota" if limits.logs_r14 else "the quota", "quota"),
        (limits.kill_bytes, "R15: killed" if limits.logs_r14 else "killed", "kill"),
    ):
        if value is None or value / _MIB > high.top:
            continue
        if kind == "kill" and value == limits.memory_bytes:
            continue
        y = high.at(value / _MIB)
        drawing.line(_LEFT, y, _RIGHT, y, kind)
        told = f"{label}, {words.size(value, 1024)}"
        drawing.text(_RIGHT - 2, y - 5, told, f"{kind}-label", anchor="end")


def _legend(drawing: Drawing, curves: Sequence[MemoryCurve]) -> None:
    x = _LEFT
    for index, curve in enumerate(curves):
        drawing.line(x, _HEIGHT - 8, x + 18, _HEIGHT - 8, f"curve c{index}")
        drawing.text(x + 23, _HEIGHT - 4, curve.dyno, "tick")
        x += 40 + 6.4 * len(curve.dyno)


def _told(curves: Sequence[MemoryCurve], limits: Limits) -> str:
    told = ", ".join(
        f"{curve.dyno} {words.size(curve.peak_bytes, 1024)} at its most" for curve in curves
    )
    if limits.memory_bytes is None:
        return f"{told}."
    return f"{told}; the quota is {words.size(limits.memory_bytes, 1024)}."
