"""The lines of a requirements file, joined and told apart as pip does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_COMMENT: Final = re.compile(r"(?:^|\s)#.*$")
# pip takes what stands before the first option for the requirement, and passes most options over.
_PER_REQUIREMENT: Final = re.compile(r"\s--?[A-Za-z].*$")
_HASH: Final = re.compile(r"--hash[=\s]\s*(\S+)")
_OPTION: Final = re.compile(r"(--?[A-Za-z][A-Za-z-]*)(?:[=\s]\s*|(?=[./\w]))?(.*)", re.DOTALL)
_SHORT: Final = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "-f": "--find-links",
}
_LONGEST_LINE: Final = 20_000


@dataclass(frozen=True, slots=True)
class PipLine:
    """One logical line.

    Attributes:
        number: Of its first physical line, from 1.
        option: The long name of the option that it is; "" for a requirement.
        text: The requirement, or the option's value.
        raw: The line as it is written, without its comment.
        hashes: What ``--hash`` demands.
    """

    number: int
    option: str
    text: str
    raw: str
    hashes: tuple[str, ...] = ()


def pip_lines(lines: Sequence[str]) -> Iterator[PipLine]:
    """Yield what stands in a requirements file: no comments, no empty lines."""
    for number, joined in _joined(lines):
        raw = _COMMENT.sub("", joined[:_LONGEST_LINE]).strip()
        if raw:
            yield _line(number, raw)


def _joined(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    parts: list[str] = []
    first = 1
    for number, line in enumerate(lines, 1):
        if not parts:
            first = number
        comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not comment:
            parts.append(line[:-1])
            continue
        # As pip: a comment ends a continued line, and is no part of it.
        parts.append("" if comment and parts else line)
        yield first, " ".join(part.strip() for part in parts)
        parts = []
    if parts:
        yield first, " ".join(part.strip() for part in parts)


def _line(number: int, raw: str) -> PipLine:
    if raw.startswith("-"):
        found = _OPTION.match(raw)
        if found is not None:
            name = _SHORT.get(found[1], found[1])
            return PipLine(number, name, found[2].strip().strip("\"'"), raw)
    hashes = tuple(_HASH.findall(raw)) if "--hash" in raw else ()
    text = _PER_REQUIREMENT.sub("", raw).strip()
    return PipLine(number, "", text, raw, hashes)
