"""What the build prints, in the form that hosts show: steps, lines, warnings; secrets masked."""

import sys
from dataclasses import dataclass, field
from typing import TextIO

from wherry.masking import mask

_STEP = "-----> "
_LINE = "       "
_WARNING = " !     "


@dataclass(frozen=True, slots=True)
class Output:
    """Prints to a stream, line by line."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)

    def step(self, text: str) -> None:
        """Say what begins."""
        self._write(_STEP, text)

    def line(self, text: str) -> None:
        """Say what was done."""
        self._write(_LINE, text)

    def caution(self, text: str) -> None:
        """Say what the owner should know."""
        self._write(_WARNING, text)

    def _write(self, beginning: str, text: str) -> None:
        for line in mask(text).splitlines() or [""]:
            print(f"{beginning}{line}".rstrip(), file=self.stream, flush=True)
