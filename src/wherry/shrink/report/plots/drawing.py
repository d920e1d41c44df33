"""Figures to draw on, and how they become SVG that is part of a page.

The SVG takes the page's font and colours: each colour drawn here is a sign that becomes a variable
of the style sheet, so that one drawing serves light and dark. Equal drawings give equal bytes.
"""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wherry.shrink.report.quantities import printable

WIDTH_POINTS = 350
POINTS_PER_INCH = 72


class Colour(StrEnum):
    """Signs for the style sheet's colours; no two are alike, and none is one of matplotlib's."""

    INK = "#010203"
    SOFT = "#010204"
    LINE = "#010205"
    CARD = "#010206"
    ACCENT = "#010207"
    BAR = "#010208"
    WARN = "#010209"
    LITERT = "#01020a"
    ONNX = "#01020b"
    TENSORFLOW = "#01020c"
    ERROR_1 = "#01020d"
    ERROR_2 = "#01020e"
    ERROR_3 = "#01020f"
    ERROR_4 = "#010210"

    @property
    def variable(self) -> str:
        """The style sheet's word for it."""
        return f"var(--{self.name.lower().replace('_', '-')})"


_LOOK = {
    "font.family": "DejaVu Sans",  # matplotlib brings it: text is measured alike everywhere
    "font.size": 10.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "wherry",
    "text.parse_math": False,
    "text.color": Colour.INK.value,
    "axes.labelcolor": Colour.SOFT.value,
    "axes.edgecolor": Colour.LINE.value,
    "axes.labelsize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": Colour.LINE.value,
    "grid.linewidth": 0.7,
    "xtick.color": Colour.LINE.value,
    "ytick.color": Colour.LINE.value,
    "xtick.labelcolor": Colour.SOFT.value,
    "ytick.labelcolor": Colour.SOFT.value,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
}
_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_COLOURS = {colour.value: colour.variable for colour in Colour}
_SIGN = re.compile("|".join(_COLOURS))
_FONT = re.compile(r"font: ([^;]*?)([\d.]+)px [^;]*")
_REFERENCE = re.compile(r"url\(#")


@contextmanager
def looks() -> Iterator[None]:
    """Draw in the report's looks, whatever the machine's matplotlib is set to."""
    with (
        mpl.style.context(["default", _LOOK]),
        warnings.catch_warnings(),
    ):
        # Names may hold letters that the measuring font lacks; the reader's font shows them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        yield


def new_figure(height_points: float, rows: int = 1) -> tuple[Figure, Any]:
    """Return a figure as wide as a phone, and its axes."""
    figure = Figure(
        figsize=(WIDTH_POINTS / POINTS_PER_INCH, height_points / POINTS_PER_INCH),
        dpi=POINTS_PER_INCH,  # a pixel is a point
        layout="constrained",
        facecolor="none",
    )
    axes = figure.subplots(rows, 1)
    for one in figure.axes:
        one.set_facecolor("none")
        one.tick_params(length=0, pad=4)
    return figure, axes


def only(axes: Axes, grid: str) -> None:
    """Leave the grid lines of one axis."""
    axes.grid(visible=False, axis="y" if grid == "x" else "x")


def to_svg(figure: Figure, name: str, title: str, description: str) -> str:
    """Return the figure as an ``<svg>`` element for a page.

    ``name`` (letters and hyphens) keeps its ids apart from those of the page's other drawings;
    ``title`` and ``description`` are what someone hears who cannot see it.
    """
    written = io.BytesIO()
    figure.savefig(written, format="svg")
    # What is read here was written the line before.
    root = ElementTree.fromstring(written.getvalue())  # noqa: S314
    # The metadata holds the date, the style would hold for the whole page.
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{_SVG}metadata", f"{_SVG}style") or not isinstance(child.tag, str):
                parent.remove(child)
    for element in root.iter():
        _adapt(element, name)
    _describe(root, name, title, description)
    return ElementTree.tostring(root, encoding="unicode")


def _adapt(element: ElementTree.Element, name: str) -> None:
    element.tag = element.tag.removeprefix(_SVG)
    attributes = {key.removeprefix(_XLINK): value for key, value in element.attrib.items()}
    if "id" in attributes:
        attributes["id"] = f"{name}-{attributes['id']}"
    if attributes.get("href", "").startswith("#"):
        attributes["href"] = f"#{name}-{attributes['href'][1:]}"
    for key in ("style", "clip-path", "fill", "stroke"):
        if key in attributes:
            value = _REFERENCE.sub(f"url(#{name}-", attributes[key])
            value = _SIGN.sub(lambda sign: _COLOURS[sign[0]], value)
            attributes[key] = _FONT.sub(_font, value)
    element.attrib.clear()
    element.attrib.update(attributes)


def _font(found: re.Match[str]) -> str:
    """Keep a font's weight and size, and leave its family to the page."""
    weight = "bold" if "bold" in found[1] or "700" in found[1] else "normal"
    return f"font-weight: {weight}; font-size: {found[2]}px"


def _describe(root: ElementTree.Element, name: str, title: str, description: str) -> None:
    view = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update(
        {
            "class": "plot",
            "viewBox": view,
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-description",
        }
    )
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        suffix = "title" if tag == "title" else "description"
        element = ElementTree.Element(tag, {"id": f"{name}-{suffix}"})
        element.text = printable(text)
        root.insert(place, element)
