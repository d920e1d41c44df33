"""Where labels stand beside their points without covering one another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_LETTER_EM = 0.58
_LINE_EM = 1.15


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the drawing, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def covers(self, other: "Box") -> float:
        """Return the area that both share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)

    @property
    def area(self) -> float:
        """Its own area."""
        return (self.right - self.left) * (self.top - self.bottom)


@dataclass(frozen=True, slots=True)
class Label:
    """A text, in lines, whose middle stands at a place."""

    x: float
    y: float
    far: bool
    """Whether a line must show which point it belongs to."""


def place(
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    frame: Box,
    size: float,
    radius: float,
    line: Sequence[tuple[float, float]] = (),
) -> list[Label]:
    """Choose a place for each point's text: near it, in the frame, on nothing else.

    ``size`` is the font's, ``radius`` the points' own; all in points. ``line`` is one of level and
    upright pieces, by its corners, that labels keep off too. Where there is no free place
    the one that covers least is taken.
    """
    taken = [Box(x - radius, y - radius, x + radius, y + radius) for x, y in points]
    taken += [_around(start, end) for start, end in pairwise(line)]
    labels = []
    for point, text in zip(points, texts, strict=True):
        lines = text.split("\n")
        width = max(map(len, lines)) * _LETTER_EM * size
        height = len(lines) * _LINE_EM * size + 2 * _CLEAR
        found = min(
            _places(point, width, height, radius), key=lambda place: _cost(place, frame, taken)
        )
        taken.append(found.box)
        box = found.box
        labels.append(
            Label((box.left + box.right) / 2, (box.bottom + box.top) / 2, found.penalty >= _FAR)
        )
    return labels


def _around(start: tuple[float, float], end: tuple[float, float]) -> Box:
    (x1, x2), (y1, y2) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return Box(x1 - _CLEAR, y1 - _CLEAR, x2 + _CLEAR, y2 + _CLEAR)


_FAR = 30.0
_CLEAR = 2.0


@dataclass(frozen=True, slots=True)
class _Place:
    box: Box
    penalty: float


def _cost(place: _Place, frame: Box, taken: Iterable[Box]) -> float:
    outside = place.box.area - place.box.covers(frame)
    return place.penalty + 4 * outside + 2 * sum(place.box.covers(other) for other in taken)


def _places(
    point: tuple[float, float], width: float, height: float, radius: float
) -> Iterable[_Place]:
    """Yield places around a point, the most usual first: right, left, above, below, corners."""
    x, y = point
    for gap, penalty in ((radius + 3, 0.0), (radius + 16, _FAR), (radius + 34, 2 * _FAR)):
        right, up = gap + width / 2, gap + height / 2
        offsets = (
            (right, 0.0),
            (-right, 0.0),
            (0.0, up),
            (0.0, -up),
            (right, up),
            (right, -up),
            (-right, up),
            (-right, -up),
        )
        for rank, (dx, dy) in enumerate(offsets):
            box = Box(
                x + dx - width / 2, y + dy - height / 2, x + dx + width / 2, y + dy + height / 2
            )
            yield _Place(box, penalty + rank)
