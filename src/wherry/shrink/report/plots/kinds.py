"""How each candidate is drawn: the runtime gives the colour, the number format line and marker.

So nobody has to tell seven colours apart, and the plots can be read without any.
"""

from dataclasses import dataclass

from wherry.shrink.candidates import Kind, NumberFormat
from wherry.shrink.report.plots.drawing import Colour

_COLOURS = {"litert": Colour.LITERT, "onnx": Colour.ONNX}
_DASHES: dict[NumberFormat, tuple[float, ...]] = {
    NumberFormat.FLOAT32: (),
    NumberFormat.FLOAT16: (6, 2),
    NumberFormat.DYNAMIC_INT8: (6, 2, 1.5, 2),
    NumberFormat.INT8: (1.5, 2),
    NumberFormat.ORIGINAL: (),
}
_MARKERS = {
    NumberFormat.FLOAT32: "o",
    NumberFormat.FLOAT16: "s",
    NumberFormat.DYNAMIC_INT8: "^",
    NumberFormat.INT8: "D",
    NumberFormat.ORIGINAL: "o",
}


_MOST_LETTERS = 22


@dataclass(frozen=True, slots=True)
class Look:
    """Colour, dashes (lengths of line and gap in points; none: solid) and marker."""

    colour: Colour
    dashes: tuple[float, ...]
    marker: str


def look_of(kind: Kind) -> Look:
    """Return how a kind is drawn, in every plot alike."""
    return Look(
        _COLOURS.get(kind.runtime, Colour.TENSORFLOW),
        _DASHES[kind.number_format],
        _MARKERS[kind.number_format],
    )


def short(name: str) -> str:
    """Return a candidate's name cut to what has room in a plot; the table has it in full."""
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
