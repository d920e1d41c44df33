"""Run a command of the build: its output line by line, bounded in time, and ended with all that
it started.
"""

import contextlib
import errno
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CHUNK_BYTES: Final = 65536
_LONGEST_LINE_BYTES: Final = 100_000
_MISSING: Final = 127
_NOT_RUN: Final = (errno.ENOENT, errno.EACCES, errno.ENOTDIR, errno.ENOEXEC)
_LEAST_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the build has to be done."""

    at: float
    length_s: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the deadline so many seconds from now."""
        return cls(time.monotonic() + seconds, seconds)

    @property
    def left_s(self) -> float:
        """How much is left; never less than nothing."""
        return max(0.0, self.at - time.monotonic())


class TimedOut(Exception):
    """The deadline passed while a command ran; it was ended."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Where commands run, and what they see.

    Attributes:
        folder: The working directory.
        variables: All of it: nothing of this process's own environment is added.
    """

    folder: Path
    variables: Mapping[str, str]

    def having(self, **variables: str) -> "Environment":
        """Return it with more variables."""
        return Environment(self.folder, {**self.variables, **variables})


def run(
    command: Sequence[str | Path],
    environment: Environment,
    say: Callable[[str], None],
    deadline: Deadline,
) -> int:
    """Run a command; return its exit status, 127 where there is no such program.

    Raises:
        TimedOut: it was not done in time.
    """
    try:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=environment.folder,
            env=dict(environment.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        if error.errno not in _NOT_RUN:
            raise
        say(f"{command[0]}: {error.strerror}")
        return _MISSING
    try:
        _read(process, say, deadline)
        return process.wait(max(deadline.left_s, _LEAST_S))
    except subprocess.TimeoutExpired:
        raise TimedOut from None
    finally:
        _end(process)
        if process.stdout is not None:
            process.stdout.close()


def end_strays(mark: str) -> None:
    """End what left its session and went on: every process in whose environment ``mark`` stands."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(folder.name)
            if pid != os.getpid() and mark.encode() in (folder / "environ").read_bytes():
                os.kill(pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Take the whole group down, also after Ctrl-C, and whatever it started and left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(process: subprocess.Popen[bytes], say: Callable[[str], None], deadline: Deadline) -> None:
    pipe = process.stdout
    if pipe is None:
        return
    rest = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        # Whoever holds the output open need not be a child that can be waited for.
        while deadline.left_s and waiting.select(deadline.left_s):
            chunk = os.read(pipe.fileno(), _CHUNK_BYTES)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                say(line.decode("utf-8", "replace").rstrip("\r"))
            if len(rest) > _LONGEST_LINE_BYTES:
                say(rest[:_LONGEST_LINE_BYTES].decode("utf-8", "replace"))
                rest = b""
        else:
            raise TimedOut
    if rest:
        say(rest.decode("utf-8", "replace"))
