"""What a slug is made of, as areas: the squarified treemap of Bruls, Huizing and van Wijk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wherry.rehearse.rehearsal import SlugFacts, SlugPart
from wherry.render import words
from wherry.render.rehearsal.plots.svg import WIDTH, Drawing, fitting

_MAP_HEIGHT: Final = 280.0
_KEY_ROW: Final = 18.0
_MOST: Final = 40
_LINE: Final = 15.0
_BOLD: Final = 1.15
_CLASSES: Final = {
    "package": "package",
    "interpreter": "python",
    "package manager": "tool",
    "app": "app",
    "static files": "static",
    "another buildpack": "tool",
}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the drawing."""

    x: float
    y: float
    width: float
    height: float


def draw_slug(slug: SlugFacts) -> str:
    """Return the drawing; "" where the parts are not known."""
    parts = _parts(slug)
    if not parts:
        return ""
    largest, rows = parts[0], _rows(parts)
    drawing = Drawing(
        "slug",
        "The slug, by what is in it",
        f"{words.size(slug.size_bytes)} compressed; the largest part is {largest.name} with "
        f"{words.size(largest.size_bytes)}.",
        _MAP_HEIGHT + 6 + _KEY_ROW * len(rows),
    )
    boxes = squarify([part.size_bytes for part in parts], Box(0, 0, WIDTH, _MAP_HEIGHT))
    for part, box in zip(parts, boxes, strict=True):
        _draw(drawing, part, box)
    _legend(drawing, rows)
    return drawing.render()


def _rows(parts: Sequence[SlugPart]) -> list[list[str]]:
    """Return the kinds of the parts, as many in a row as fit."""
    rows: list[list[str]] = [[]]
    used = 0.0
    for kind in dict.fromkeys(part.kind for part in parts):
        if used + _key_width(kind) > WIDTH and rows[-1]:
            rows.append([])
            used = 0.0
        rows[-1].append(kind)
        used += _key_width(kind)
    return rows


def _key_width(kind: str) -> float:
    return 32 + 6.2 * len(kind)


def _legend(drawing: Drawing, rows: list[list[str]]) -> None:
    y = _MAP_HEIGHT + 10
    for row in rows:
        x = 1.0
        for kind in row:
            drawing.rect(x, y, 11, 11, f"part {_class(kind)}", radius=2)
            drawing.text(x + 16, y + 9, kind, "tick")
            x += _key_width(kind)
        y += _KEY_ROW


def _class(kind: str) -> str:
    return _CLASSES.get(kind, "package")


def _parts(slug: SlugFacts) -> list[SlugPart]:
    known = sorted(
        (part for part in slug.parts if part.size_bytes > 0), key=lambda part: -part.size_bytes
    )
    rest = known[_MOST:]
    if not rest:
        return known
    together = SlugPart(
        "package",
        f"{len(rest)} more",
        "",
        sum(part.size_bytes for part in rest),
        sum(part.unpacked_bytes for part in rest),
    )
    return [*known[:_MOST], together]


def _draw(drawing: Drawing, part: SlugPart, box: Box) -> None:
    size = words.size(part.size_bytes)
    name = f"{part.name} {part.version}".strip()
    drawing.rect(
        box.x + 1,
        box.y + 1,
        box.width - 2,
        box.height - 2,
        f"part {_class(part.kind)}",
        tip=f"{name}: {size} compressed, {words.size(part.unpacked_bytes)} unpacked",
        radius=3,
    )
    if box.height < _LINE + 6:
        return
    title = fitting(part.name, box.width - 14, _BOLD)
    if title:
        drawing.text(box.x + 7, box.y + 17, title, "part-name")
        # A number that is cut is another number.
        if box.height >= 2 * _LINE + 8 and fitting(size, box.width - 12) == size:
            drawing.text(box.x + 7, box.y + 32, size, "part-size")


def squarify(sizes: Sequence[float], box: Box) -> list[Box]:
    """Return a rectangle for each size, largest first, filling the box with squares as can be."""
    total = sum(sizes)
    if total <= 0 or box.width <= 0 or box.height <= 0:
        return [Box(box.x, box.y, 0, 0) for _ in sizes]
    scale = box.width * box.height / total
    areas = [size * scale for size in sizes]
    placed: list[Box] = []
    free = box
    row: list[float] = []
    for area in areas:
        side = min(free.width, free.height)
        if row and _worst([*row, area], side) > _worst(row, side):
            boxes, free = _lay(row, free)
            placed += boxes
            row = []
        row.append(area)
    return placed + _lay(row, free)[0]


def _worst(row: list[float], side: float) -> float:
    """Return the largest ratio of sides that a row laid along a side would have."""
    total = sum(row)
    if total <= 0 or side <= 0:
        return float("inf")
    thickness = total / side
    return max(max(thickness * thickness / area, area / (thickness * thickness)) for area in row)


def _lay(row: list[float], free: Box) -> tuple[list[Box], Box]:
    """Return a row's rectangles along the shorter side, and what stays free."""
    total = sum(row)
    boxes = []
    if free.width >= free.height:
        width = total / free.height if free.height else 0.0
        y = free.y
        for area in row:
            height = area / width if width else 0.0
            boxes.append(Box(free.x, y, width, height))
            y += height
        return boxes, Box(free.x + width, free.y, max(0.0, free.width - width), free.height)
    height = total / free.width if free.width else 0.0
    x = free.x
    for area in row:
        width = area / height if height else 0.0
        boxes.append(Box(x, free.y, width, height))
        x += width
    return boxes, Box(free.x, free.y + height, free.width, max(0.0, free.height - height))
