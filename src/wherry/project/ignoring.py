"""Ignore files: .gitignore where git itself cannot be asked, .slugignore, .dockerignore."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

_LONGEST_PATTERN: Final = 500
_LONGEST_FILE_LINES: Final = 5000
_TOKEN: Final = re.compile(r"\*+|\?|\[[!^]?\]?[^\]]*\]|\\.|[^*?\[\\]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of an ignore file.

    Attributes:
        segments: What its parts between slashes match; None for ``**``.
        floating: Whether it may begin in any folder.
        folders_only: Whether it ends in a slash.
        keeps: Whether it begins with ``!`` and takes a file back in.
    """

    text: str
    line: int
    segments: tuple[re.Pattern[str] | None, ...]
    floating: bool
    folders_only: bool
    keeps: bool

    def matches(self, parts: Sequence[str]) -> bool:
        """Whether it names a path, given in parts, or a folder that the path is in."""
        last = len(parts) - 1 if self.folders_only else len(parts)
        if self.floating:
            expression = self.segments[0]
            return expression is not None and any(map(expression.fullmatch, parts[:last]))
        return any(0 < end <= last for end in _ends(self.segments, parts))


def _ends(segments: Sequence[re.Pattern[str] | None], parts: Sequence[str]) -> set[int]:
    """Return how many parts of a path the segments may take up, each counted once."""
    reached = {0}
    for index, segment in enumerate(segments):
        if segment is not None:
            reached = {at + 1 for at in reached if at < len(parts) and segment.fullmatch(parts[at])}
        elif reached:
            # At the end it stands for something; before another part it may stand for nothing.
            first = min(reached) + (index == len(segments) - 1)
            reached = set(range(first, len(parts) + 1))
    return reached


@dataclass(frozen=True)
class IgnoreFile:
    """The patterns of an ignore file, which hold below ``folder``."""

    path: str
    folder: str
    patterns: tuple[Pattern, ...]
    _seen: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    def deciding(self, path: str) -> Pattern | None:
        """Return the last pattern that matches a path relative to the root; None where none does.

        Files in an ignored folder match, and cannot be taken back in, as in git.
        """
        if self.folder:
            if not path.startswith(f"{self.folder}/"):
                return None
            path = path[len(self.folder) + 1 :]
        parts = path.split("/")
        if not self._rooted and not any(map(self._may_match, parts)):
            return None
        return next(
            (pattern for pattern in reversed(self.patterns) if pattern.matches(parts)), None
        )

    def ignores(self, path: str) -> bool:
        """Whether it keeps the path out."""
        pattern = self.deciding(path)
        return pattern is not None and not pattern.keeps

    @cached_property
    def _rooted(self) -> bool:
        return any(not pattern.floating for pattern in self.patterns)

    def _may_match(self, part: str) -> bool:
        # The names of folders come again with every file in them.
        if part not in self._seen:
            self._seen[part] = any(
                segment is not None and segment.fullmatch(part)
                for pattern in self.patterns
                for segment in pattern.segments
            )
        return self._seen[part]


def read_patterns(
    path: str, lines: Iterable[str], *, negation: bool = True, anchored: bool = False
) -> IgnoreFile:
    """Return the patterns of an ignore file.

    Args:
        path: Where it lies, relative to the root.
        lines: What stands in it.
        negation: Whether ``!`` takes back in; Heroku's .slugignore does not know it.
        anchored: Whether every pattern counts from the file's folder, as in .dockerignore.
    """
    patterns = []
    for number, raw in enumerate(lines, 1):
        if number > _LONGEST_FILE_LINES:
            break
        pattern = _pattern(raw, number, negation=negation, anchored=anchored)
        if pattern is not None:
            patterns.append(pattern)
    return IgnoreFile(path, path.rpartition("/")[0], tuple(patterns))


def _pattern(raw: str, number: int, *, negation: bool, anchored: bool) -> Pattern | None:
    text = raw.rstrip("\r\n")
    text = text if text.endswith("\\ ") else text.rstrip()
    if not text or text.startswith("#") or len(text) > _LONGEST_PATTERN:
        return None
    keeps = text.startswith("!")
    if keeps and not negation:
        return None
    body = (text[1:] if keeps else text).rstrip("/")
    rooted = anchored or "/" in body
    body = body.removeprefix("/")
    body = body.removeprefix("./") if anchored else body
    if not body:
        return None
    pieces = body.split("/")
    segments = [None if piece == "**" else _segment(piece) for piece in pieces]
    floating = not rooted and segments[0] is not None
    return Pattern(text, number, tuple(segments), floating, text.endswith("/"), keeps)


def _segment(piece: str) -> re.Pattern[str]:
    """Return what matches one name; each star takes as little as it can, and never gives back."""
    between: list[str] = [""]
    for part in _TOKEN.findall(piece):
        if part.startswith("*"):
            between.append("")
        elif part == "?":
            between[-1] += "."
        elif part.startswith("[") and len(part) > 2:
            between[-1] += _class(part[1:-1])
        elif part == "[":
            # A class that is never closed matches nothing, as in git.
            return re.compile(r"(?!)")
        else:
            between[-1] += re.escape(part[1] if part[0] == "\\" and len(part) == 2 else part)
    if len(between) == 1:
        return re.compile(between[0], re.DOTALL)
    first, *middle, last = between
    stars = "".join(f"(?>.*?{piece})" for piece in middle if piece)
    return re.compile(f"{first}{stars}.*{last}", re.DOTALL)


def _class(inside: str) -> str:
    negated = inside[:1] in ("!", "^")
    body = inside[1:] if negated else inside
    body = body.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace("^", "\\^")
    candidate = f"[{'^' if negated else ''}{body}]"
    try:
        re.compile(candidate)
    except re.error:
        return "(?!)"
    return candidate
