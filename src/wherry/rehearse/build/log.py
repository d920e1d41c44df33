"""The build's log: line by line to whoever looks on, and kept, masked and within bounds."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from wherry.buildrules import layout
from wherry.buildrules.refusal import Caution, Refusal
from wherry.masking import mask
from wherry.rehearse.build.failed import THIS_MACHINE, BuildFailed
from wherry.rehearse.events import BuildLine, Remark, Sink
from wherry.rehearse.secrets import Secrets

_MOST_LINES: Final = 20_000
_LONGEST_LINE: Final = 10_000


def nowhere(_: object) -> None:
    """Take an event and do nothing with it."""


class BuildLog:
    """What the build says.

    Attributes:
        lines: All of it, as far as ``_MOST_LINES``.
        remarks: What is not as on the platform.
        cautions: What the buildpack warned of.
    """

    def __init__(
        self,
        sink: Sink = nowhere,
        variables: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._secrets = Secrets(variables or {})
        self.lines: list[str] = []
        self.remarks: list[str] = []
        self.cautions: list[Caution] = []
        self._dropped = 0
        self._renamed: dict[str, str] = {}

    def name_folders(self, folders: Mapping[Path, str]) -> None:
        """Show folders of this machine under the names that the platform has for them."""
        self._renamed = {str(folder): name for folder, name in folders.items()}

    def line(self, text: str) -> None:
        """Print a line as it is."""
        masked = self._masked(text[:_LONGEST_LINE].rstrip("\r\n"))
        if len(self.lines) >= _MOST_LINES:
            self._dropped += 1
            if self._dropped > 1:
                return
            masked = layout.indented("... more lines than are kept follow; they are left out.")
        self.lines.append(masked)
        self._sink(BuildLine(self._clock(), masked))

    def step(self, text: str) -> None:
        """Print the line that begins a step."""
        self.line(layout.step(text))

    def indent(self, text: str) -> None:
        """Print a line of what a program said."""
        self.line(layout.indented(text))

    def caution(self, caution: Caution) -> None:
        """Print a warning of the buildpack's."""
        self.cautions.append(caution)
        for line in layout.marked(caution.lines):
            self.line(line)

    def remark(self, about: str, text: str) -> None:
        """Tell what is not as on the platform; it is no line of the platform's log."""
        text = self._masked(text)
        if text not in self.remarks:
            self.remarks.append(text)
            self._sink(Remark(self._clock(), about, text))

    def replay(self, lines: tuple[str, ...]) -> None:
        """Print what an earlier build said."""
        for line in lines:
            self.lines.append(line)
            self._sink(BuildLine(self._clock(), line))

    def refuse(self, refusal: Refusal) -> BuildFailed:
        """Print why the buildpack stops, and return the error to raise."""
        # Its last words are wanted however long the log is.
        del self.lines[_MOST_LINES - 500 :]
        for line in layout.marked(refusal.lines):
            self.line(line)
        first = refusal.first_line.removeprefix("Error: ")
        return BuildFailed(
            f"The platform refuses to build it: {first}",
            lines=tuple(self.lines),
            cause=refusal.cause,
            kind=refusal.kind,
            values=refusal.values,
            files=refusal.files,
        )

    def stop(self, sentence: str, cause: str = "") -> BuildFailed:
        """Return the error for what is wrong with this machine, and not with the project."""
        return BuildFailed(
            self._masked(sentence), lines=tuple(self.lines), cause=cause, kind=THIS_MACHINE
        )

    def _masked(self, text: str) -> str:
        for folder, name in self._renamed.items():
            text = text.replace(folder, name)
        return mask(self._secrets.hide(text))
