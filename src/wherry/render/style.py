"""Colour for terminals, and none for files, logs and those who do not want it."""

import os
from dataclasses import dataclass
from typing import Final, TextIO

from wherry.causes.cause import Severity

_CODES: Final = {
    Severity.ERROR: "1;31",
    Severity.WARNING: "1;33",
    Severity.NOTE: "1;36",
    "bold": "1",
    "dim": "2",
    "added": "32",
    "removed": "31",
}


@dataclass(frozen=True, slots=True)
class Style:
    """How text is shown.

    Attributes:
        width: In columns.
        colour: Whether the terminal understands colours.
    """

    width: int = 80
    colour: bool = False

    def paint(self, text: str, kind: Severity | str) -> str:
        """Return the text in the colour of its kind."""
        return f"\x1b[{_CODES[kind]}m{text}\x1b[0m" if self.colour and text else text


def style_of(stream: TextIO) -> Style:
    """Return what suits a stream: the terminal's width and colours, or plain text."""
    if not stream.isatty():
        return Style()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return Style(width=min(max(columns or 80, 40), 100), colour=colour)


def paint_diff(diff: str, style: Style) -> str:
    """Return a diff with its lines coloured."""
    if not style.colour:
        return diff
    return "".join(_diff_line(line, style) for line in diff.splitlines(keepends=True))


def _diff_line(line: str, style: Style) -> str:
    text = line.rstrip("\n")
    end = line[len(text) :]
    if text.startswith(("---", "+++")):
        return style.paint(text, "bold") + end
    if text.startswith("+"):
        return style.paint(text, "added") + end
    return (style.paint(text, "removed") if text.startswith("-") else text) + end
