"""Options of a command, told apart from what they are given."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

_SHORT: Final = re.compile(r"^-[A-Za-z]$")
_SHORT_WITH_VALUE: Final = re.compile(r"^-([A-Za-z])(.+)$", re.DOTALL)
_DEFAULTED: Final = re.compile(r"^\$\{([A-Za-z_]\w*):?-([^}]*)\}$")


@dataclass(frozen=True, slots=True)
class Options:
    """What a command was given.

    Attributes:
        values: By the long name without dashes; the last one of each counts, save for ``all``.
        every: Every value of each name, in order.
        positional: What is no option.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    every: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    positional: tuple[str, ...] = ()

    def get(self, *names: str) -> str | None:
        """Return the value of the first of these names that is given; "" for a bare flag."""
        return next((self.values[name] for name in names if name in self.values), None)

    def has(self, *names: str) -> bool:
        """Whether one of these names is given."""
        return any(name in self.values for name in names)

    def number(self, *names: str) -> int | None:
        """Return a whole number that is given; None where none is, or a variable holds it."""
        return whole(self.get(*names))


def whole(value: str | None) -> int | None:
    """Return the number that a text is, or that a shell falls back to."""
    if value is None:
        return None
    found = _DEFAULTED.match(value)
    if found is not None and found[1] != "WEB_CONCURRENCY":
        value = found[2]
    return int(value) if re.fullmatch(r"\d{1,9}", value) else None


def parse(words: Collection[str], *, short: Mapping[str, str], flags: Collection[str]) -> Options:
    """Return the options of a command.

    Args:
        words: Its arguments.
        short: The long names of single letters.
        flags: The long names of what takes no value.
    """
    found: dict[str, list[str]] = {}
    positional: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            positional += rest
            break
        name, value = _named(word, short)
        if not name:
            positional.append(word)
            continue
        if value is None and name not in flags:
            value = rest.pop(0) if rest and not _is_option(rest[0]) else ""
        found.setdefault(name, []).append(value or "")
    return Options(
        {name: values[-1] for name, values in found.items()},
        {name: tuple(values) for name, values in found.items()},
        tuple(positional),
    )


def _is_option(word: str) -> bool:
    return bool(re.match(r"^--?[A-Za-z]", word))


def _named(word: str, short: Mapping[str, str]) -> tuple[str, str | None]:
    if word.startswith("--"):
        name, sign, value = word[2:].partition("=")
        return name.replace("_", "-"), value if sign else None
    if _SHORT.match(word):
        return short.get(word[1], word[1]), None
    found = _SHORT_WITH_VALUE.match(word)
    if found is not None and found[1] in short:
        return short[found[1]], found[2].removeprefix("=")
    return ("", None) if not word.startswith("-") or word == "-" else (word.lstrip("-"), None)
