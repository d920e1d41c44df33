"""Load, made by wrk."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from benchmarks.serving.processes import Question, ServerFailed

ANSWER_TIMEOUT_S = 30
_SCRIPT = Path(__file__).with_name("post.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What a closed loop of clients saw. ``failed`` counts answers that were not 2xx or 3xx."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float
    failed: int
    socket_errors: int


def require_wrk() -> None:
    """Check that wrk is there.

    Raises:
        SystemExit: it is not; the sentence says how to get it.
    """
    if shutil.which("wrk") is None:
        raise SystemExit(
            "wrk makes the load and is not installed. It is a package of Debian, Ubuntu and"
            " Homebrew: `apt-get install wrk`, `brew install wrk`."
        )


def load(
    port: int,
    question: Question,
    body: Path,
    connections: int,
    duration_s: float,
    *,
    meanwhile: Callable[[int], None] | None = None,
) -> Load:
    """Ask the same question over so many connections, on each again as soon as it is answered.

    wrk counts in whole seconds: a part of one is made a whole one. ``body`` is the file that holds
    the question's body. ``meanwhile`` is called once, with wrk's process id, when two thirds of
    the time are over.
    """
    headers = [part for header in question.headers.items() for part in header]
    process = subprocess.Popen(
        [
            *("wrk", "--threads", "1", "--connections", str(connections), "--latency"),
            *("--duration", f"{ceil(duration_s)}s", "--timeout", f"{ANSWER_TIMEOUT_S}s"),
            *("--script", str(_SCRIPT), f"http://127.0.0.1:{port}{question.path}"),
            *("--", str(body), *headers),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        if meanwhile is not None:
            time.sleep(duration_s * 2 / 3)
            meanwhile(process.pid)
        said, _ = process.communicate(timeout=duration_s + ANSWER_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise ServerFailed("wrk did not come to an end") from error
    finally:
        process.kill()
        process.wait()
    return summary(said)


def summary(said: str) -> Load:
    """Read what wrk and the script said.

    Raises:
        ServerFailed: there is no result in it, or no answer was good.
    """
    line = next((line for line in said.splitlines() if line.startswith('{"duration_us"')), None)
    if line is None:
        raise ServerFailed(f"wrk failed: {' '.join(said.split())[-300:]}")
    seen = json.loads(line)
    good = seen["requests"] - seen["status_errors"]
    if good <= 0:
        raise ServerFailed(f"not one good answer under load: {line}")
    return Load(
        requests_per_s=good / (seen["duration_us"] / 1e6),
        p50_ms=seen["p50_us"] / 1e3,
        p99_ms=seen["p99_us"] / 1e3,
        failed=seen["status_errors"],
        socket_errors=seen["socket_errors"] + seen["timeouts"],
    )
