"""Consoles: what to print on, with or without colours, in whatever the stream can express."""

import os
from typing import TextIO

from rich.console import Console
from rich.text import Text

# A log has no width of its own; this one shows every column of the usual table.
LOG_COLUMNS = 120
_PLAIN = str.maketrans({"µ": "u", "∞": "inf"})


def console_for(stream: TextIO) -> Console:
    """Return a console on a stream: as wide as its window, or as a log where it has none."""
    wide = None if stream.isatty() or "COLUMNS" in os.environ else LOG_COLUMNS
    return Console(file=stream, width=wide, highlight=False, markup=False, emoji=False)


def plain_console(stream: TextIO, width: int) -> Console:
    """Return a console of a given width that writes no escape codes, whatever the environment."""
    return Console(
        file=stream,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        color_system=None,
        force_terminal=False,
        force_interactive=False,
        legacy_windows=False,
    )


def expressible(console: Console, text: str) -> str:
    """Return the text with what the console's encoding lacks written otherwise."""
    encoding = console.encoding
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    return text


def print_line(console: Console, text: Text) -> None:
    """Print one line as it is, never wrapped or cut."""
    text.plain = expressible(console, text.plain)
    console.print(text, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)


def print_paragraph(console: Console, text: str, style: str = "", indent: int = 0) -> None:
    """Print a sentence or more, wrapped at the console's width, none of it cut."""
    whole = Text(expressible(console, text), style=style)
    for line in whole.wrap(console, max(console.width - indent, 1), overflow="fold"):
        line.rstrip()
        print_line(console, Text(" " * indent) + line)
