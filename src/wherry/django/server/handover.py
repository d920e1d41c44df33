"""What supervisor and workers tell each other."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from wherry.django.server.options import ServeOptions

# The exit code with which a worker says that a restart would not help (sysexits.h, EX_CONFIG).
EXIT_MISCONFIGURED = 78

_SEPARATOR = "\t"


@dataclass(frozen=True, slots=True)
class Decision:
    """How many processes and threads there are to be, and the sentence that says why."""

    processes: int
    threads: int
    turns: bool
    sentence: str

    def line(self) -> bytes:
        """Return the decision as one line for ``from_line``."""
        numbers = (self.processes, self.threads, int(self.turns))
        words = (*map(str, numbers), self.sentence.replace("\n", " "))
        return _SEPARATOR.join(words).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """Read what ``line`` wrote."""
        processes, threads, turns, sentence = line.decode().rstrip("\n").split(_SEPARATOR, 3)
        return cls(int(processes), int(threads), bool(int(turns)), sentence)


@dataclass(frozen=True, slots=True)
class WorkerStart:
    """What a worker process is given when it starts.

    Attributes:
        options: What was asked for.
        listener: The worker's own socket, bound; the first worker's listens already.
        decision: None for the worker that is to measure itself and decide.
        weight_cache: Where weights may be kept for all processes; None where there is one.
        report: Where the worker writes its decision's line once its models are loaded.
        lifeline: A pipe that is closed when the supervisor stops, or is gone.
        region: Where the worker shows which models it is being asked (see ``serving.inside``).
    """

    options: ServeOptions
    listener: socket.socket
    decision: Decision | None
    weight_cache: Path | None
    report: int
    lifeline: int
    region: memoryview | None = None


# Any WSGI application.
type Application = Callable[..., Any]
# Called with granian's protocol object and a request's scope (a WSGI environ); gives the answer to
# the former.
type Answerer = Callable[[Any, dict[str, Any]], object]
type WorkerMain = Callable[[WorkerStart], int]


class Lifeline:
    """The worker's end of a pipe that the supervisor closes when the worker is to end.

    A signal alone does not do: a supervisor that is killed sends none, and its workers would keep
    the port and the memory; and a library in native code may have taken the signal for itself.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._end: Callable[[], object] = lambda: os.kill(os.getpid(), signal.SIGTERM)

    def end_with(self, end: Callable[[], object]) -> None:
        """Call this, in a thread of its own, in place of sending this process a signal."""
        self._end = end

    def watch(self) -> None:
        """Begin to wait for the end."""
        threading.Thread(target=self._wait, name="wherry-lifeline", daemon=True).start()

    def _wait(self) -> None:
        os.read(self._descriptor, 1)
        self._end()


def say(sentence: str) -> None:
    """Print a line for the log."""
    print(f"wherry: {sentence}", file=sys.stderr, flush=True)
