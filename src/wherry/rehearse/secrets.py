"""Secrets that are known by their value: what config vars hold is in no log of a rehearsal."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urlsplit

from wherry.masking import MASK, mask
from wherry.rehearse.events import BuildLine, Event, LogLine, Remark, Sink, StepEnded

_SHORTEST: Final = 6
"""What is shorter is a word that stands elsewhere too; its name still masks it."""


class Secrets:
    """Hides the values of secret config vars, wherever they stand."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._known: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.add(variables)

    def add(self, variables: Mapping[str, str]) -> None:
        """Hide the values of these too."""
        found = {
            value
            for name, text in variables.items()
            for value in _secret(name, text)
            if len(value) >= _SHORTEST
        }
        self._known |= found
        if self._known:
            # The longest first: one may be the beginning of another.
            ordered = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, ordered)))

    def hide(self, text: str) -> str:
        """Return the text with every known value replaced."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def hiding(self, sink: Sink) -> Sink:
        """Return a sink that passes events on without the known values."""

        def pass_on(event: Event) -> None:
            match event:
                case LogLine() | BuildLine() if self._pattern is not None:
                    sink(replace(event, message=self.hide(event.message)))
                case Remark():
                    sink(replace(event, text=self.hide(event.text)))
                case StepEnded():
                    sink(replace(event, detail=self.hide(event.detail)))
                case _:
                    sink(event)

        return pass_on


def _secret(name: str, text: str) -> Iterator[str]:
    masked = mask(f"{name}={text}")
    if masked == f"{name}={text}":
        return
    if "://" not in text:
        yield text
        return
    try:
        password = urlsplit(text).password
    except ValueError:
        password = None
    if password:
        yield password
        yield unquote(password)
    else:
        yield text
