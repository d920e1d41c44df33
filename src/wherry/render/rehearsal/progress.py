"""A rehearsal while it goes on: the log as the platform prints it, and what stands below it."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol, Self, TextIO

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from wherry.masking import mask
from wherry.rehearse.events import (
    BuildLine,
    Event,
    LogLine,
    MemorySample,
    Remark,
    RequestServed,
    StepBegun,
    StepEnded,
)
from wherry.rehearse.overlay import Limits
from wherry.render import words
from wherry.render.rehearsal.quantities import seconds

type Clock = Callable[[], float]

_STEPS: Final = {
    "push": "push",
    "build": "build",
    "services": "services",
    "release": "release phase",
    "boot": "boot",
    "traffic": "traffic",
    "restart": "restart under load",
    "limit": "finding the limit",
    "shutdown": "shutdown",
}
MOST_A_SECOND: Final = 5
"""Lines of the log that are shown under load; the rest is counted, and in the file of --log."""
_LOADED: Final = frozenset(("traffic", "restart", "limit"))
_IMPORTANT: Final = re.compile(
    r"at=(?:error|warning)|Error [RHL]\d|State changed|Process exited|Traceback|Error:|Exception"
)
_REFRESH_HZ: Final = 8
_BAR: Final = 24  # columns
_BARS: Final = 4
_SEQUENCES: Final = re.compile(
    r"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b\n]{0,512}(?:\x07|\x1b\\)?|[@-Z\\^_])"
)
_CONTROLS: Final = {code: None for code in (*range(32), *range(127, 160)) if code != 9}


class Shown(Protocol):
    """What takes the events of a rehearsal and shows them."""

    def __call__(self, event: Event) -> None:
        """Take one."""
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(self, *error: object) -> None:
        """End."""
        ...


class _Log:
    """Chooses the lines that are shown, and how: under load they would drown the rest."""

    def __init__(self) -> None:
        self._loaded = False
        self._second = 0
        self._shown = 0
        self._left_out = 0

    def step(self, event: StepBegun) -> None:
        """Hear which step begins."""
        self._loaded = event.name in _LOADED

    def lines(self, event: Event) -> Iterator[str]:
        """Yield an event's lines, free of secrets and of what a terminal obeys."""
        match event:
            case BuildLine():
                yield printable(mask(event.message))
            case LogLine():
                yield from self._of_log(event)
            case Remark():
                yield f"wherry: {printable(mask(event.text))}"

    def _of_log(self, line: LogLine) -> Iterator[str]:
        second = int(line.at)
        if second != self._second:
            if self._left_out:
                yield f"... {words.count(self._left_out, 'more line')}"
            self._second, self._shown, self._left_out = second, 0, 0
        full = self._loaded and self._shown >= MOST_A_SECOND
        if full and not _IMPORTANT.search(line.message):
            self._left_out += 1
            return
        self._shown += 1
        yield printable(mask(line.text))


def printable(text: str) -> str:
    """Return a line without colours, and without what moves a cursor or changes a title."""
    return _SEQUENCES.sub("", text).translate(_CONTROLS)


class Lines:
    """For logs and CI: a line for each thing, nothing that moves."""

    def __init__(self, stream: TextIO, clock: Clock = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._begun = clock()
        self._log = _Log()

    def __call__(self, event: Event) -> None:
        """Print it."""
        if isinstance(event, StepBegun):
            self._log.step(event)
            detail = f" ({printable(mask(event.detail))})" if event.detail else ""
            self._print(f"[{self._clock() - self._begun:6.1f} s] {_title(event.name)}{detail}")
            return
        if isinstance(event, StepEnded) and not event.ok:
            self._print(f"[{self._clock() - self._begun:6.1f} s] {_title(event.name)}: failed")
            return
        for line in self._log.lines(event):
            self._print(line)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._stream.flush()

    def _print(self, line: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        print(line.encode(encoding, "backslashreplace").decode(encoding), file=self._stream)


class Live:
    """For terminals: the log scrolls, and below it stand the step, the memory, the requests."""

    def __init__(self, console: Console, limits: Limits, clock: Clock = time.monotonic) -> None:
        self._console = console
        self._limits = limits
        self._clock = clock
        self._log = _Log()
        self._step = ""
        self._since = clock()
        self._memory: dict[str, MemorySample] = {}
        self._answered = 0
        self._failed = 0
        self._worst_s = 0.0
        self._live = RichLive(
            console=console,
            get_renderable=self._render,
            refresh_per_second=_REFRESH_HZ,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._spinner = Spinner("dots" if "utf" in console.encoding.lower() else "line")

    def __call__(self, event: Event) -> None:
        """Show it."""
        match event:
            case StepBegun():
                self._log.step(event)
                self._step, self._since = event.name, self._clock()
            case StepEnded():
                self._ended(event)
            case MemorySample():
                self._memory[event.dyno] = event
            case RequestServed():
                self._request(event)
            case _:
                for line in self._log.lines(event):
                    self._print(Text(line, style=_style(event)))

    def __enter__(self) -> Self:
        """Begin."""
        self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the log, and nothing of what moved."""
        self._live.stop()

    def _request(self, event: RequestServed) -> None:
        self._answered += 1
        self._failed += event.status >= 500
        self._worst_s = max(self._worst_s, event.service_s)

    def _ended(self, event: StepEnded) -> None:
        mark, style = ("+", "green") if event.ok else ("x", "red")
        took = f"  {seconds(self._clock() - self._since)}"
        detail = f"  {printable(mask(event.detail))}" if event.detail else ""
        self._print(Text.assemble((f"{mark} ", style), _title(event.name), (took + detail, "dim")))
        self._step = ""

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)

    def _render(self) -> Group:
        rows: list[Table | Text] = []
        if self._step:
            rows.append(self._running())
        rows += [self._bar(dyno, self._memory[dyno]) for dyno in sorted(self._memory)[:_BARS]]
        if self._answered:
            rows.append(self._requests())
        return Group(*rows)

    def _running(self) -> Table:
        row = Table.grid(padding=(0, 1))
        took = seconds(self._clock() - self._since)
        row.add_row(self._spinner, Text(_title(self._step), "bold"), Text(took, "dim"))
        return row

    def _bar(self, dyno: str, sample: MemorySample) -> Table:
        row = Table.grid(padding=(0, 1))
        quota = self._limits.memory_bytes
        told = words.size(sample.total_bytes, 1024)
        if quota is None:
            row.add_row(Text(f"  {dyno}"), Text(told))
            return row
        share = sample.total_bytes / quota
        colour = "green" if share <= 0.8 else "yellow" if share <= 1 else "red"
        bar = ProgressBar(
            total=1.0, completed=min(1.0, share), width=_BAR, complete_style=colour,
            finished_style=colour,
        )  # fmt: skip
        row.add_row(
            Text(f"  {dyno}"),
            bar,
            Text(f"{told} of {words.size(quota, 1024)} ({share:.0%})", colour),
        )
        return row

    def _requests(self) -> Text:
        failed = (f", {self._failed} failed", "red") if self._failed else ("", "")
        return Text.assemble(
            f"  {words.count(self._answered, 'request')} answered",
            failed,
            (f", the slowest {seconds(self._worst_s)}", "dim"),
        )


class Silent:
    """Shows nothing."""

    def __call__(self, event: Event) -> None:
        """Take it, and say nothing."""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """End."""


def shown_on(stream: TextIO, limits: Limits) -> Live | Lines:
    """Return what suits a stream: alive on a terminal, lines elsewhere."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    if console.is_terminal and console.is_interactive:
        return Live(console, limits)
    return Lines(stream)


def _title(step: str) -> str:
    return _STEPS.get(step, step)


def _style(event: Event) -> str:
    if isinstance(event, BuildLine):
        return "red" if event.message.startswith(" !") else "dim"
    if isinstance(event, LogLine):
        if "Error R" in event.message or event.message.startswith("at=error"):
            return "red"
        return "dim" if event.source == "heroku" else ""
    return "yellow"
