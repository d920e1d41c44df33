"""How a log was handed over: wrapped by a terminal, numbered by a web page, quoted in a mail."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from wherry.explain.reading import decoded
from wherry.explain.shapes import shape_of, without

_SAMPLE_LINES: Final = 400
_NUMBERED: Final = re.compile(r"\s{0,6}(\d{1,6})(?:[:.|\t]|\s*\|)? ?(.*)", re.DOTALL)
_QUOTED: Final = re.compile(r"> ?(.*)", re.DOTALL)
_ALIKE: Final = 6  # two lines that begin so are of one kind, and the second is no end of the first
_TERMINALS: Final = (80, 100, 120, 132)
_NARROWEST: Final = 60
_WIDEST: Final = 250
_STAMPED: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_MARKS: Final = (
    _STAMPED,
    re.compile(r"remote:|To https?:| ! |error: "),
    re.compile(r"[A-Za-z][\w.-]{0,40} {0,20}\| "),
    re.compile(r"#\d+ |-{6}| > |\d+\.\d+ "),
    re.compile(r"[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d"),
)
_BEGINS_ANEW: Final = re.compile(
    r"\s{2}|\s?\Z|\d{4}-\d\d-\d\d|remote:|Traceback|\[|-----|==>|During|[A-Z][a-z]{2} \d"
    r"|[A-Z]\w+: "
    r"|(?:ERROR|WARNING|INFO|DEBUG|CRITICAL|DEPRECATION|NOTE)\b|(?:Collecting|Building|Download"
    r"|Successfully|Requirement|Installing|Using|Preparing|Getting)"
)


class Layout:
    """Undoes what the hand-over did to the lines; ``plain`` where it did nothing."""

    def __init__(self) -> None:
        self.plain = True
        self.looked = False
        self._numbered = False
        self._quoted = False
        self._width = 0
        self._held = ""
        self._shape: re.Pattern[str] | None = None
        self._anew = _BEGINS_ANEW

    def look(self, lines: Sequence[bytes]) -> None:
        """Judge by the first lines."""
        self.looked = True
        sample = [decoded(line[:2000]).rstrip("\r") for line in lines[:_SAMPLE_LINES]]
        sample = [line for line in sample if line.strip()]
        if len(sample) < 3:
            self._quoted = bool(sample) and all(line.startswith("> ") for line in sample)
            self.plain = not self._quoted
            return
        self._numbered = _are_numbered(sample)
        self._quoted = all(line.startswith(">") for line in sample)
        # Where a platform marks every line, one without a mark goes on with the one before.
        for mark in _MARKS:
            if sum(bool(mark.match(line)) for line in sample) * 3 >= len(sample):
                self._anew = mark
                break
        self._width = 0 if self._numbered else _wrapped_at(sample, self._anew)
        if not (self._numbered or self._quoted or self._width):
            self._shape = _foreign(lines)
        self.plain = not (self._numbered or self._quoted or self._width or self._shape)

    def join(self, line: str) -> Iterator[str]:
        """Return the lines that are whole, as they were written."""
        if self.plain:
            yield line
            return
        if self._shape is not None:
            yield without(self._shape, line)
            return
        if self._numbered:
            found = _NUMBERED.match(line)
            line = found[2] if found else line
        if self._quoted:
            found = _QUOTED.match(line)
            line = found[1] if found else line
        if not self._width:
            yield line
            return
        yield from self._joined(line)

    def last(self) -> Iterator[str]:
        """Return what was held back."""
        if self._held:
            yield self._held
            self._held = ""

    def _joined(self, line: str) -> Iterator[str]:
        full = len(line) == self._width
        if self._held and not self._anew.match(line):
            line, self._held = self._held + line, ""
        else:
            yield from self.last()
        if full:
            self._held = line
        else:
            yield line


def _foreign(lines: Sequence[bytes]) -> re.Pattern[str] | None:
    """Return the prefix that stands before a traceback, where no platform is known for it."""
    for place, line in enumerate(lines):
        if b"Traceback (most" in line and not line.startswith((b"Traceback", b"{", b" ")):
            near = [decoded(other[:2000]).rstrip("\r") for other in lines[place : place + 5]]
            shape = shape_of(near)
            if shape is not None:
                return shape
    return None


def _are_numbered(sample: Sequence[str]) -> bool:
    """Whether the lines begin with numbers that count them."""
    numbers = []
    for line in sample[:60]:
        found = _NUMBERED.match(line)
        if not found:
            return False
        numbers.append(int(found[1]))
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    return len(steps) >= 2 and all(1 <= step <= 5 for step in steps)


def _wrapped_at(sample: Sequence[str], anew: re.Pattern[str]) -> int:
    """Return the width that a terminal wrapped at, or 0.

    Then no line is longer, several are exactly as long, and what follows those goes on with them.
    """
    width = max(map(len, sample))
    if not _NARROWEST <= width <= _WIDEST:
        return 0
    full = [place for place, line in enumerate(sample[:-1]) if len(line) == width]
    going_on = [place for place in full if not anew.match(sample[place + 1])]
    inside = [place for place in going_on if _goes_on(sample[place], sample[place + 1])]
    # What is wrapped ends in a shorter piece; lines of one length are a table or an access log.
    ends = sum(len(sample[place + 1]) < width for place in inside)
    if not ends:
        return 0
    enough = len(inside) >= 2 or (len(inside) == 1 and width in _TERMINALS)
    return width if enough and len(going_on) * 2 >= len(full) else 0


def _goes_on(line: str, after: str) -> bool:
    """Whether a line was cut inside a word or a path, as terminals do."""
    if line[:_ALIKE] == after[:_ALIKE]:
        return False
    return not line[-1].isspace() and not after[0].isspace() and not after[0].isupper()
