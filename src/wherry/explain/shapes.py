"""A prefix that no platform is known for: the log shows it, before the lines of a traceback."""

import re
from collections.abc import Sequence
from typing import Final

from wherry.explain.prefixes import split_prefix

_HEADER: Final = "Traceback (most recent call last)"
_FRAME: Final = re.compile(r'  File "{1,2}[^"]{1,500}"{1,2}, line \d')
_PIECES: Final = re.compile(r"\w+|[ \t]+|.", re.DOTALL)
_LONGEST: Final = 160
_LOOKED_AT: Final = 4  # lines after the header; other processes may have said some of them


def shape_of(lines: Sequence[str]) -> re.Pattern[str] | None:
    """Return what stands before every line, or None where nothing does, or a platform's words."""
    for place, line in enumerate(lines):
        at = line.find(_HEADER)
        if not 3 <= at <= _LONGEST or split_prefix(line).text.lstrip().startswith(_HEADER):
            continue
        shape = _shape(line[:at])
        for after in lines[place + 1 : place + 1 + _LOOKED_AT]:
            found = shape.match(after)
            if found and _FRAME.match(after, found.end()):
                return shape
    return None


def without(shape: re.Pattern[str], line: str) -> str:
    """Return a line without its prefix; a table's field without its quotes as well."""
    found = shape.match(line)
    if found is None:
        return line
    rest = line[found.end() :]
    if found[0].endswith('"'):
        return rest.removesuffix('"').replace('""', '"')
    return rest


def _shape(prefix: str) -> re.Pattern[str]:
    """Words may be others in the next line; signs and the last blanks are the same."""
    told = prefix.rstrip(" \t")
    pieces = [
        r"\w+" if piece[0].isalnum() or piece[0] == "_" else _gap(piece)
        for piece in _PIECES.findall(told)
    ]
    return re.compile("".join(pieces) + re.escape(prefix[len(told) :]))


def _gap(piece: str) -> str:
    return r"[ \t]+" if piece.isspace() else re.escape(piece)
