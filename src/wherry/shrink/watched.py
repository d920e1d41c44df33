"""Run the process that measures a candidate: hear its events, watch its memory, end it in time."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wherry.errors import WherryError
from wherry.shrink.measured_process import Job

_MODULE = "wherry.shrink.measured_process"
_LOOK_S = 0.05
_TAIL_CHARACTERS = 300


class Broke(WherryError):
    """The process that ran the candidate broke."""


@dataclass(slots=True)
class Watched:
    """What one process told, and what was seen of it.

    ``peak_bytes`` is the most anonymous memory and swap seen; ``over_quota`` whether the process
    was stopped for that, so that the rest is what was known until then.
    """

    load_s: float = 0.0
    added_bytes: int = 0
    pss_bytes: int = 0
    per_s: float = 0.0
    runs_s: dict[int, list[float]] = field(default_factory=dict)
    peak_bytes: int = 0
    wall_s: float = 0.0
    over_quota: bool = False
    done: bool = False


def watch(job: Job, quota_bytes: int, timeout_s: float, work: Path) -> Watched:
    """Run one job in a fresh process.

    Raises:
        Broke: it crashed, failed or took too long; the sentence says which.
    """
    watched = Watched()
    started = time.monotonic()
    messages = work / "messages.txt"
    with _process(messages) as process:
        _send(process, job)
        for line in _lines(process, watched, quota_bytes, started + timeout_s):
            _hear(watched, json.loads(line))
        watched.wall_s = time.monotonic() - started
        if watched.over_quota:
            watched.load_s = watched.load_s or watched.wall_s
            watched.added_bytes = watched.added_bytes or watched.peak_bytes
            watched.pss_bytes = watched.pss_bytes or watched.peak_bytes
            return watched
        if not watched.done:
            raise Broke(_ending(process.wait(), messages))
    return watched


@contextmanager
def _process(messages: Path) -> Iterator[subprocess.Popen[bytes]]:
    # -P: nothing is imported from the folder that the user happens to be in.
    with (
        messages.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def _send(process: subprocess.Popen[bytes], job: Job) -> None:
    if process.stdin is not None:
        try:
            process.stdin.write(job.to_json().encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return  # it is gone; how it ended tells why


def _lines(
    process: subprocess.Popen[bytes], watched: Watched, quota_bytes: int, deadline: float
) -> Iterator[bytes]:
    """Yield whole lines of output until it ends or the process exceeds a limit."""
    if process.stdout is None:
        return
    output = process.stdout.fileno()
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            ready = selector.select(_LOOK_S)
            watched.peak_bytes = max(watched.peak_bytes, _anonymous_bytes(process.pid))
            if watched.peak_bytes > quota_bytes:
                watched.over_quota = True
                return
            if time.monotonic() > deadline:
                raise Broke("It took too long to be measured, and was stopped.")
            if not ready:
                continue
            content = os.read(output, 2**16)
            if not content:
                return
            *lines, pending = (pending + content).split(b"\n")
            yield from lines


def _anonymous_bytes(pid: int) -> int:
    """Return anonymous memory and swap, from counters that cost the process nothing to read."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", errors="replace").splitlines()
    except OSError:
        return 0
    values = dict(line.split(":", 1) for line in lines if ":" in line)
    return 1024 * sum(int(values.get(key, "0").split()[0]) for key in ("RssAnon", "VmSwap"))


def _hear(watched: Watched, event: Mapping[str, Any]) -> None:
    match event["event"]:
        case "loaded":
            watched.load_s = event["load_s"]
        case "timed":
            watched.runs_s[event["batch"]] = event["runs_s"]
        case "memory":
            watched.added_bytes = event["added_bytes"]
            watched.pss_bytes = event["pss_bytes"]
        case "rate":
            watched.per_s = event["per_s"]
        case "done":
            watched.done = True
        case "failed":
            raise Broke(event["reason"])


def _ending(code: int, messages: Path) -> str:
    """Say how a process ended that was not done."""
    if code == -signal.SIGKILL:
        return "It was killed while it ran, most likely since this machine ran out of memory."
    if code < 0:
        return f"Its runtime crashed while it ran it ({signal.Signals(-code).name})."
    said = messages.read_text("utf-8", errors="replace").strip().splitlines()
    last = said[-1][:_TAIL_CHARACTERS] if said else f"exit code {code}"
    return f"Its process ended before it was measured: {last}"
