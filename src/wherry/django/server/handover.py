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
        lifeline: A pipe that is closed when the supervisor is gone.
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


def watch_lifeline(descriptor: int) -> None:
    """End this process, gracefully, once the other end of the pipe is closed.

    A supervisor that is killed cannot stop its workers, which would keep the port and the memory.
    """

    def watch() -> None:
        os.read(descriptor, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="wherry-lifeline", daemon=True).start()


def say(sentence: str) -> None:
    """Print a line for the log."""
    print(f"wherry: {sentence}", file=sys.stderr, flush=True)
