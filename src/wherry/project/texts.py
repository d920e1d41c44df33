"""Text files, decoded as the tools that read them would, or as nearly as can be."""

import codecs
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from wherry.findings import FileSpan

LONGEST_TEXT_BYTES: Final = 8 * 1024 * 1024
"""Beyond this a file is data, whatever its name says; the longest lock files have 2 MB."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", True),
    (codecs.BOM_UTF16_LE, "utf-16-le", True),
    (codecs.BOM_UTF16_BE, "utf-16-be", True),
)


@dataclass(frozen=True)
class Text:
    """A text file.

    Attributes:
        path: Relative to the project.
        content: Without a byte-order mark; line endings as they are.
        encoding: ``utf-8``, ``utf-16-le``, ``utf-16-be`` or ``latin-1``.
        marked: Whether it begins with a byte-order mark.
    """

    path: str
    content: str
    encoding: str
    marked: bool

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its lines without their ends; the first one is number 1 for everybody else."""
        content = self.content.replace("\r\n", "\n").replace("\r", "\n")
        return tuple(content.split("\n"))

    @property
    def crlf(self) -> bool:
        """Whether its lines end as on Windows."""
        return "\r\n" in self.content

    def line(self, number: int) -> str:
        """Return a line by its number, counted from 1; "" where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def line_of(self, part: str, after: int = 0) -> int | None:
        """Return the number of the first line behind line ``after`` that holds ``part``."""
        for number, line in enumerate(self.lines[after:], after + 1):
            if part in line:
                return number
        return None

    def at(self, number: int | None) -> FileSpan:
        """Return the span of a line, or of the whole file, with what stands there."""
        quote = "" if number is None else self.line(number).strip()
        return FileSpan(self.path, number, quote=quote)


def decode(path: str, data: bytes) -> Text | None:
    """Return the text of a file's bytes; None where they are no text."""
    for mark, encoding, marked in _MARKS:
        if data.startswith(mark):
            content = data[len(mark) :].decode(encoding, errors="replace")
            return Text(path, content, encoding, marked)
    encoding = _wide(data)
    if encoding:
        return Text(path, data.decode(encoding, errors="replace"), encoding, marked=False)
    if b"\0" in data:
        return None
    try:
        return Text(path, data.decode("utf-8"), "utf-8", marked=False)
    except UnicodeDecodeError:
        return Text(path, data.decode("latin-1"), "latin-1", marked=False)


def _wide(data: bytes) -> str:
    """Return the encoding of UTF-16 without a mark, which shows in every other byte being zero."""
    head = data[:4096]
    if len(head) < 4 or len(data) % 2:
        return ""
    if head[1::2].count(0) > 0.8 * len(head[1::2]) and 0 not in head[0::2]:
        return "utf-16-le"
    if head[0::2].count(0) > 0.8 * len(head[0::2]) and 0 not in head[1::2]:
        return "utf-16-be"
    return ""
