"""Errors that Pipenv and uv wrapped, put together again.

Pipenv marks each of pip's lines and wraps them at 80 columns; uv wraps its own at the terminal's
width. A continuation has no mark, so that no single line says what was said.
"""

import re
from typing import Final

from wherry.explain.prefixes import Said

_MARKED: Final = re.compile(r"\s*\[pipenv\.\w+\.\w+\]:? ?(.*)", re.DOTALL)
_BEGINS_ANEW: Final = re.compile(
    r"\s*(?:\[|!|-----|==>|Traceback|Package installation|Installation Failed|\Z"
    r"|(?:ERROR|Error|WARNING|Warning|Couldn't|Courtesy)\b|[\u2714\u2718])"
)
# uv's reasons and hints; what goes on with them is as far to the right.
_REASON: Final = re.compile(r"\s*(?:[\u2570\u251c]\u2500\u25b6 |hint: )\S")
_INDENTED: Final = re.compile(r"\s*(?:\u2502 )?\s{3,}(?!---|File \"|fatal: |hint: )\w")
_LONGEST: Final = 4000
_FULL_COLUMNS: Final = 76  # a line that is as long was cut in the middle of a word

WORDS: Final = frozenset((b"pipenv", b"hint"))
"""The words of lines that others may go on with."""
ARROW: Final = "\u25b6".encode()
"""What uv's reasons begin with."""


class Paragraphs:
    """Takes lines; hands them on whole, with the numbers of their first lines."""

    def __init__(self) -> None:
        self._held: Said | None = None
        self._number = 0
        self._full = False
        self._reason = False

    @property
    def holding(self) -> bool:
        """Whether a line waits for what goes on with it."""
        return self._held is not None

    def feed(self, said: Said, number: int) -> list[tuple[Said, int]]:
        """Take a line; return the lines that are whole."""
        marked = _MARKED.match(said.text)
        reason = marked is None and _REASON.match(said.text) is not None
        if marked is None and not reason and self._held is None:
            return [(said, number)]
        if marked is not None or reason:
            whole = self.finish()
            self._hold(said, said.text if marked is None else marked[1], number)
            self._reason = reason
            return whole
        if self._goes_on(said):
            self._append(said.text)
            return []
        return [*self.finish(), (said, number)]

    def finish(self) -> list[tuple[Said, int]]:
        """Return the line that waits."""
        if self._held is None:
            return []
        held, self._held = self._held, None
        return [(held, self._number)]

    def _hold(self, said: Said, text: str, number: int) -> None:
        self._held = Said(text, said.process, said.source, said.time)
        self._number = number
        self._full = len(said.text.strip()) >= _FULL_COLUMNS

    def _goes_on(self, said: Said) -> bool:
        held = self._held
        return (
            held is not None
            and (said.process, said.source) == (held.process, held.source)
            and len(held.text) < _LONGEST
            and not _BEGINS_ANEW.match(said.text)
            and (not self._reason or _INDENTED.match(said.text) is not None)
        )

    def _append(self, text: str) -> None:
        held = self._held
        if held is None:
            return
        more = text.strip(" \t\u2502")
        between = "" if (self._full and not self._reason) or held.text[-1:].isspace() else " "
        self._held = Said(held.text + between + more, held.process, held.source, held.time)
        self._full = len(more) >= _FULL_COLUMNS
