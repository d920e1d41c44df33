"""Progress on long work: a stage at a time, on a terminal alive, in a log one line each."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from wherry.shrink.report.quantities import printable
from wherry.shrink.report.terminal import console_for, expressible, print_line, print_paragraph

type Clock = Callable[[], float]


class Progress(Protocol):
    """What long work tells while it goes on. Stages may stand in stages."""

    def stage(self, title: str) -> AbstractContextManager[None]:
        """Say that a stage begins; leaving the context ends it, by an exception as failed."""
        ...

    def note(self, text: str) -> None:
        """Say something that stays to be read."""
        ...


class Silent:
    """Says nothing."""

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Do nothing."""
        del title
        yield

    def note(self, text: str) -> None:
        """Do nothing."""


class Lines:
    """For logs: one line as each stage begins, with the seconds since the work began."""

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._begun = clock()
        self._depth = 0

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Print the stage's line."""
        self._print(title)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def note(self, text: str) -> None:
        """Print the note under its stage."""
        self._print(text)

    def _print(self, text: str) -> None:
        since = f"[{self._clock() - self._begun:7.1f} s] "
        print_line(self._console, Text(since + "  " * self._depth + printable(text)))


class Live:
    """For terminals: what runs has a spinner and a clock; what is done leaves a line behind."""

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._depth = 0
        self._bars = Bars(
            SpinnerColumn("line"),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            # Programs that the work starts have streams of their own; ours are left alone.
            redirect_stdout=False,
            redirect_stderr=False,
            get_time=clock,
        )

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Show the stage while it runs, and its time when it has ended."""
        shown = "  " * self._depth + expressible(self._console, printable(title))
        begun = self._clock()
        if self._depth == 0:
            self._bars.start()
        task = self._bars.add_task(shown, total=None)
        self._depth += 1
        ended = "stopped"
        try:
            yield
            ended = "done"
        finally:
            self._end(task, shown, self._clock() - begun, ended)

    def _end(self, task: TaskID, shown: str, seconds: float, ended: str) -> None:
        self._depth -= 1
        self._bars.remove_task(task)
        if self._depth == 0:
            self._bars.stop()
        mark, style = ("+", "green") if ended == "done" else ("x", "red")
        line = Text.assemble((f"{mark} ", style), shown, (f"  {seconds:.1f} s", "dim"))
        print_line(self._console, line)

    def note(self, text: str) -> None:
        """Print the note above what runs."""
        print_paragraph(self._console, printable(text), style="yellow", indent=2 * self._depth)


def progress_on(stream: TextIO) -> Live | Lines:
    """Return the progress that suits a stream: alive on a terminal, lines elsewhere."""
    console = console_for(stream)
    return Live(console) if console.is_terminal and console.is_interactive else Lines(console)
