r"""The words without which a pattern cannot match: what a line is looked at for first.

Most lines of a log have none of them, and are done with after one look into a set. They are read
off the pattern itself, so that nobody has to keep two lists in step: only whole words that stand
outside groups and are not repeated count, and an alternation at the top gives one set for each
branch.
"""

import re
from typing import Final

TABLE: Final = bytes(
    code if (chr(code).isalnum() and code < 128) or code in b"_\n" else 32 for code in range(256)
)
"""Makes everything that belongs to no word a blank; keeps the lengths and the line ends."""

_TOKEN: Final = re.compile(
    r"""
      (?P<escaped>\\[^\w\s])            # an escaped sign stands for itself
    | (?P<kind>\\[A-Za-z0-9])           # \d, \s, \b ...
    | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<open>\((?:\?(?:P<\w+>|:|=|!|<=|<!))?)
    | (?P<close>\))
    | (?P<bar>\|)
    | (?P<repeat>[*+?]\??\+?|\{\d*,?\d*\}[?+]?)
    | (?P<any>[.^$])
    | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_GAP: Final = "\0"


def split_words(text: str) -> set[bytes]:
    """Return the words of a text, as ``required_words`` has them."""
    return set(text.encode("utf-8", "replace").translate(TABLE).split())


def required_words(pattern: str) -> tuple[frozenset[bytes], ...]:
    """Return the words that each branch of a pattern demands.

    Raises:
        ValueError: a branch demands none, so that it would have to be tried on every line.
    """
    found = tuple(_words("".join(branch)) for branch in _branches(pattern))
    if not all(found):
        raise ValueError(f"This pattern demands no whole word: {pattern}")
    return found


def _branches(pattern: str) -> list[list[str]]:
    """Return the literal parts of each branch; a gap stands for whatever is not literal."""
    branches: list[list[str]] = [[" "]]
    depth = 0
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        if depth or kind == "close":
            if kind in ("open", "close"):
                branches[-1].append(_GAP)
        elif kind == "bar":
            branches[-1].append(" ")
            branches.append([" "])
        else:
            _add(branches[-1], kind or "", token[0])
    branches[-1].append(" ")
    return branches


def _add(branch: list[str], kind: str, text: str) -> None:
    if kind == "repeat":
        if branch[-1] == " " and (text[0] == "+" or text[:2] > "{0"):
            return
        if text[0] != "+":
            branch.pop()
        branch.append(_GAP)
    elif kind == "plain":
        branch.append(text)
    elif kind == "escaped":
        branch.append(text[1])
    elif text in (r"\b", r"\s", "^", "$"):
        branch.append(" ")
    else:
        branch.append(_GAP)


def _words(literal: str) -> frozenset[bytes]:
    """Return the whole words: those that no gap touches."""
    return frozenset(
        word.encode() for word in re.findall(r"(?<![\w\0])\w+(?![\w\0])", literal, re.ASCII)
    )
