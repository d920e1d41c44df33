"""An SVG drawing, written element by element; every text from outside is escaped."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Final

WIDTH: Final = 440.0
"""Of every drawing, in its own units: as wide as a phone, so that its text can be read there."""
CHARACTER: Final = 6.4
"""How wide a character is at the usual size, on the average; wide enough for the wider fonts."""


@dataclass(slots=True)
class Drawing:
    """One drawing.

    Attributes:
        name: Letters and hyphens; keeps its ids apart from those of the page's other drawings.
        title: What someone hears who cannot see it.
        description: What it shows, in a sentence with its main numbers.
    """

    name: str
    title: str
    description: str
    height: float
    width: float = WIDTH
    _parts: list[str] = field(default_factory=list)

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        kind: str,
        *,
        tip: str = "",
        radius: float = 0.0,
    ) -> None:
        """Draw a rectangle; ``kind`` is a class of the style sheet."""
        round_ = f' rx="{_n(radius)}"' if radius else ""
        self._element(
            f'rect class="{kind}" x="{_n(x)}" y="{_n(y)}" width="{_n(max(0.0, width))}" '
            f'height="{_n(max(0.0, height))}"{round_}',
            tip,
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """Draw a straight line."""
        self._element(
            f'line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
        )

    def path(
        self, points: Iterable[tuple[float, float]], kind: str, *, closed: bool = False
    ) -> None:
        """Draw a line through points, or the area that they enclose."""
        steps = " ".join(
            f"{'L' if index else 'M'}{_n(x)} {_n(y)}" for index, (x, y) in enumerate(points)
        )
        if steps:
            self._element(f'path class="{kind}" d="{steps}{" Z" if closed else ""}"')

    def circle(self, x: float, y: float, radius: float, kind: str, *, tip: str = "") -> None:
        """Draw a point."""
        self._element(f'circle class="{kind}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"', tip)

    def text(
        self, x: float, y: float, words: str, kind: str = "", *, anchor: str = "start"
    ) -> None:
        """Write one line."""
        style = f' class="{kind}"' if kind else ""
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._parts.append(
            f'<text{style} x="{_n(x)}" y="{_n(y)}"{where}>{escape(_clean(words))}</text>'
        )

    def _element(self, opening: str, tip: str = "") -> None:
        if tip:
            name = opening.partition(" ")[0]
            self._parts.append(f"<{opening}><title>{escape(_clean(tip))}</title></{name}>")
        else:
            self._parts.append(f"<{opening}/>")

    def render(self) -> str:
        """Return the element."""
        inner = "\n".join(self._parts)
        return (
            f'<svg class="plot" viewBox="0 0 {_n(self.width)} {_n(self.height)}" role="img" '
            f'aria-labelledby="{self.name}-title {self.name}-description">\n'
            f'<title id="{self.name}-title">{escape(_clean(self.title))}</title>\n'
            f'<desc id="{self.name}-description">{escape(_clean(self.description))}</desc>\n'
            f"{inner}\n</svg>"
        )


def fitting(words: str, room: float, size: float = 1.0) -> str:
    """Return as much of a text as fits, cut with an ellipsis; "" where nothing fits."""
    most = int(room / (CHARACTER * size))
    if len(words) <= most:
        return words
    return f"{words[: most - 1].rstrip()}…" if most >= 4 else ""


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _clean(words: str) -> str:
    """Leave out what XML does not allow."""
    return "".join(mark for mark in words if mark >= " " and not "\ud800" <= mark <= "\udfff")
