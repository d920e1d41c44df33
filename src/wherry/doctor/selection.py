"""Which causes the user wants to hear of: by code, beginning of a code, or name."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from wherry.causes.catalogue import CATALOGUE
from wherry.causes.cause import Cause
from wherry.errors import ConfigurationError

_PREFIX: Final = re.compile(r"(?i)wh[0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Selection:
    """The codes that count; every cause's where nothing was chosen."""

    codes: frozenset[str]

    def holds(self, cause: Cause) -> bool:
        """Whether the user wants to hear of it."""
        return cause.code in self.codes


def select(chosen: Iterable[str] = (), left_out: Iterable[str] = ()) -> Selection:
    """Return the selection that ``select`` and ``ignore`` describe.

    Raises:
        ConfigurationError: a word names no cause; the sentence says what is near.
    """
    wanted = codes(chosen) or frozenset(cause.code for cause in CATALOGUE)
    return Selection(wanted - codes(left_out))


def codes(words: Iterable[str]) -> frozenset[str]:
    """Return the codes that these words stand for: ``WH110``, ``WH6``, ``python-unpinned``.

    Raises:
        ConfigurationError: a word names no cause.
    """
    return frozenset(code for word in words for code in _codes(word))


def _codes(word: str) -> list[str]:
    key = word.strip().lower().replace("_", "-")
    found = [
        cause.code
        for cause in CATALOGUE
        if key in (cause.name, *cause.aliases)
        or (_PREFIX.fullmatch(key) and cause.code.lower().startswith(key))
    ]
    if found:
        return found
    near = difflib.get_close_matches(key, [cause.name for cause in CATALOGUE], n=2)
    told = f" Did you mean {' or '.join(near)}?" if near else ""
    raise ConfigurationError(
        f"There is no cause called {word!r}.{told} `wherry causes` lists all of them."
    )
