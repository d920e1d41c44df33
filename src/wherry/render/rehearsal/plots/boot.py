"""The timeline of each dyno's start, against the time that the platform gives it."""

from collections.abc import Sequence
from typing import Final

from wherry.rehearse.overlay import Limits
from wherry.rehearse.rehearsal import Boot
from wherry.render.rehearsal.plots import scales
from wherry.render.rehearsal.plots.scales import Linear
from wherry.render.rehearsal.plots.svg import CHARACTER, Drawing
from wherry.render.rehearsal.quantities import seconds

_LEFT, _RIGHT, _TOP = 12.0, 424.0, 10.0
_HEAD, _LABEL_ROW, _BAR = 18.0, 15.0, 14.0
_MOST: Final = 5


def draw_boot(boots: Sequence[Boot], limits: Limits) -> str:
    """Return the drawing; "" where nothing was started."""
    shown = [boot for boot in boots if boot.moments][:_MOST]
    if not shown:
        return ""
    longest = max(boot.moments[-1].since_s for boot in shown)
    timeout = limits.boot_timeout_s
    near = timeout is not None and longest > 0.25 * timeout
    scale = Linear(max(longest * 1.05, (timeout or 0) * 1.05 if near else 0, 0.1), _LEFT, _RIGHT)
    bottom = _TOP + sum(_height(boot) for boot in shown)
    drawing = Drawing("boot", "How the dynos started", _told(shown, timeout), bottom + 24)
    for value in scales.time_ticks(scale.top):
        drawing.line(scale.at(value), _TOP, scale.at(value), bottom, "grid")
        anchor = "start" if value == 0 else "middle"
        drawing.text(scale.at(value), bottom + 16, seconds(value), "tick", anchor=anchor)
    y = _TOP
    for boot in shown:
        _row(drawing, boot, scale, y)
        y += _height(boot)
    if near and timeout is not None:
        x = scale.at(timeout)
        drawing.line(x, _TOP, x, bottom, "kill")
        drawing.text(x - 4, _TOP + 11, f"R10, {timeout:g} s", "kill-label", anchor="end")
    return drawing.render()


def _height(boot: Boot) -> float:
    return _HEAD + _BAR + _LABEL_ROW * len(boot.moments) + 8


def _row(drawing: Drawing, boot: Boot, scale: Linear, y: float) -> None:
    drawing.text(_LEFT, y + 12, f"{boot.dyno}: {boot.state}", "label")
    top = y + _HEAD
    before = 0.0
    for index, moment in enumerate(boot.moments):
        drawing.rect(
            scale.at(before),
            top,
            max(1.5, scale.at(moment.since_s) - scale.at(before)),
            _BAR,
            f"phase p{index % 5}",
            tip=f"{moment.name} after {seconds(moment.since_s)}",
        )
        before = moment.since_s
    for index, moment in enumerate(boot.moments):
        _label(drawing, moment.name, moment.since_s, scale, (top + _BAR, index))


def _label(
    drawing: Drawing, name: str, since_s: float, scale: Linear, place: tuple[float, int]
) -> None:
    top, index = place
    x, y = scale.at(since_s), top + _LABEL_ROW * (index + 1) - 3
    told = f"{name} {seconds(since_s)}"
    drawing.line(x, top, x, y - 9, "lead")
    # To the left of its moment, unless there is no room for it.
    left = x - CHARACTER * len(told) - 4 >= _LEFT
    drawing.text(x - 4 if left else x + 4, y, told, "tick", anchor="end" if left else "start")


def _told(boots: Sequence[Boot], timeout: float | None) -> str:
    told = "; ".join(
        f"{boot.dyno} was {boot.state}, {boot.moments[-1].name} after "
        f"{seconds(boot.moments[-1].since_s)}"
        for boot in boots
    )
    return f"{told}. The platform waits {timeout:g} s." if timeout is not None else f"{told}."
