"""One way in which a cause shows itself in a log."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from wherry.signatures.events import Event
from wherry.signatures.words import required_words

LONGEST_TEXT: Final = 8000
"""How far a line is looked at; pip's longest list of versions ends before that."""
MARK: Final = "~"
"""Begins the name of what is no cause and no symptom, but settles which one it is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an event is a sign of.

    Attributes:
        name: A cause's name, a symptom's code, or a mark: ``~booting-worker``.
        values: What fills the cause's text.
        alternatives: Names of causes that fit as well.
        settled_by: What would tell them apart.
        sure: Whether nothing else looks like it.
    """

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    settled_by: str = ""
    sure: bool = True


type Judge = Callable[[Event, re.Match[str]], Verdict | None]
type Condition = Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class Signature:
    """A pattern, and what it is a sign of.

    Attributes:
        names: What it may be a sign of; the first one, where no ``judge`` decides.
        pattern: Searched in an event's text; its named groups are the finding's values.
        types: The exceptions that it is looked for in, by class name; () for lines as well.
        when: What else must hold of the event.
        judge: Decides between several names, or that it is none of them.
        words: The words without which the pattern cannot match.
    """

    names: tuple[str, ...]
    pattern: re.Pattern[str]
    words: frozenset[bytes]
    types: tuple[str, ...] = ()
    when: Condition | None = None
    judge: Judge | None = None

    @property
    def marks(self) -> bool:
        """Whether it may be no more than a mark."""
        return self.names[0].startswith(MARK)

    def _fits(self, event: Event) -> bool:
        """Whether it is an exception of these types, or one whose type was left out."""
        return event.raised is not None and event.raised.name in (*self.types, "")

    def read(self, event: Event) -> Verdict | None:
        """Return what the event is a sign of, or None."""
        if self.types and not self._fits(event):
            return None
        found = self.pattern.search(event.text, 0, LONGEST_TEXT)
        if found is None or (self.when is not None and not self.when(event)):
            return None
        if self.judge is not None:
            return self.judge(event, found)
        return Verdict(self.names[0], values_of(found))


def values_of(found: re.Match[str]) -> dict[str, str]:
    """Return the named groups that matched."""
    return {name: value for name, value in found.groupdict().items() if value}


def sees(
    names: str,
    *patterns: str,
    types: str = "",
    when: Condition | None = None,
    judge: Judge | None = None,
) -> tuple[Signature, ...]:
    """Return a signature for each pattern.

    A pattern begins and ends where a word does. ``names`` and ``types`` are separated by blanks.
    """
    return tuple(
        Signature(
            names=tuple(names.split()),
            pattern=re.compile(_bounded(pattern), re.DOTALL),
            words=words,
            types=tuple(types.split()),
            when=when,
            judge=judge,
        )
        for pattern in patterns
        for words in required_words(pattern)
    )


def _bounded(pattern: str) -> str:
    front = r"(?<![A-Za-z0-9_])" if pattern[0].isalnum() else ""
    back = r"(?![A-Za-z0-9_])" if pattern[-1].isalnum() and pattern[-2:-1] != "\\" else ""
    return f"{front}(?:{pattern}){back}"
