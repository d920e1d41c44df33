"""Comments that silence a finding where it stands: ``# wherry: ignore[WH601]``.

A comment behind a line is about that line; one that has a line to itself is about the next. One in
the first lines of a file, before anything else stands there, is also about the file as a whole.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from tokenize import COMMENT, TokenError, generate_tokens
from typing import Final

from wherry.doctor import selection
from wherry.errors import ConfigurationError
from wherry.findings import FileSpan, Finding, Span
from wherry.project.project import Project
from wherry.project.texts import Text

_COMMENT: Final = re.compile(r"#\s{0,9}wherry:\s{0,9}ignore(?![\w-])(?:\[([^\]\n]{0,500})\])?")
_WORD: Final = "wherry:"
# Files with comments that begin with a number sign, by their ending or their name.
_ENDINGS: Final = (".py", ".txt", ".in", ".toml", ".cfg", ".ini", ".yml", ".yaml", ".sh", ".env")
_NAMES: Final = ("Procfile", "Dockerfile", "Pipfile", "Aptfile", ".slugignore", ".python-version")
_LONGEST_BYTES: Final = 1024 * 1024  # a longer one is data


@dataclass(frozen=True, slots=True)
class Ignore:
    """One such comment.

    Attributes:
        codes: What it silences; None for everything.
        about: The number of the line that it is about.
        head: Whether it stands before everything else in its file.
        mistake: What is wrong with it, or "".
    """

    path: str
    line: int
    text: str
    codes: frozenset[str] | None
    about: int
    head: bool = False
    mistake: str = ""

    def silences(self, code: str, span: Span) -> bool:
        """Whether it is about this cause in this place."""
        if not isinstance(span, FileSpan) or span.path != self.path:
            return False
        if self.codes is not None and code not in self.codes:
            return False
        if span.line is None:
            return self.head
        return span.line <= self.about <= (span.end_line or span.line)


@dataclass(slots=True)
class Ignores:
    """All of a project's comments, and which of them were of use."""

    comments: tuple[Ignore, ...]
    used: set[Ignore] = field(default_factory=set)

    def left_of(self, finding: Finding) -> tuple[Span, ...]:
        """Return the places of a finding that no comment silences."""
        return tuple(span for span in finding.where if not self._silenced(finding, span))

    def unused(self, looked_for: Collection[str]) -> tuple[Ignore, ...]:
        """Return the comments that silence nothing; ``looked_for`` are the codes that were."""
        return tuple(
            comment
            for comment in self.comments
            if comment not in self.used
            and (comment.mistake or (comment.codes is None or comment.codes & set(looked_for)))
        )

    def _silenced(self, finding: Finding, span: Span) -> bool:
        found = [item for item in self.comments if item.silences(finding.cause.code, span)]
        self.used.update(found)
        return bool(found)


def read_ignores(project: Project) -> Ignores:
    """Return the comments of a project's own files, without reading its data."""
    comments = []
    for entry in project.files:
        if _may_hold_one(entry.name) and entry.size_bytes <= _LONGEST_BYTES and not entry.symlink:
            if not (entry.deployed and project.files.is_source(entry.path)):
                continue
            text = project.text(entry.path)
            if text is not None and _WORD in text.content:
                comments += list(comments_of(text))
    return Ignores(tuple(comments))


def comments_of(text: Text) -> Iterator[Ignore]:
    """Yield the comments of one file."""
    first = _next_line(text, 0)
    for number, found in _found(text):
        line = text.line(number)
        codes, mistake = _codes(found[1])
        yield Ignore(
            path=text.path,
            line=number,
            text=found[0],
            codes=codes,
            about=_next_line(text, number) if _is_bare(line) else number,
            head=not first or number < first,
            mistake=mistake,
        )


def _may_hold_one(name: str) -> bool:
    return name.endswith(_ENDINGS) or name.startswith(_NAMES)


def _is_bare(line: str) -> bool:
    """Whether a line holds a comment and nothing else."""
    return line.lstrip().startswith("#")


def _found(text: Text) -> Iterator[tuple[int, re.Match[str]]]:
    if text.path.endswith(".py"):
        yield from _found_in_python(text)
        return
    for number, line in enumerate(text.lines, 1):
        found = _COMMENT.search(line) if _WORD in line else None
        if found is not None:
            yield number, found


def _found_in_python(text: Text) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield what stands in comments, as against what only stands in a string."""
    tokens: Iterable[tuple[int, str]] = ()
    try:
        tokens = [
            (token.start[0], token.string)
            for token in generate_tokens(StringIO("\n".join(text.lines)).readline)
            if token.type == COMMENT
        ]
    except (TokenError, SyntaxError):
        tokens = enumerate(text.lines, 1)
    for number, string in tokens:
        found = _COMMENT.search(string) if _WORD in string else None
        if found is not None:
            yield number, found


def _next_line(text: Text, number: int) -> int:
    for after in range(number + 1, len(text.lines) + 1):
        line = text.line(after)
        if line.strip() and not _is_bare(line):
            return after
    return number


def _codes(words: str | None) -> tuple[frozenset[str] | None, str]:
    if words is None:
        return None, ""
    try:
        return selection.codes(word for word in words.split(",") if word.strip()), ""
    except ConfigurationError as error:
        return frozenset(), str(error)
