"""Half an hour under steady load: memory must not creep, and latency must stay flat.

``scripts/bench load soak`` prints JSON; exit code 1 where memory grows by 1 MB or more for
100,000 requests, or the last minutes are slower than the first. Requests leave at a steady rate;
with ``--clients`` so many ask as fast as they are answered, which is more requests in the same
time, and latencies that other work on the machine shows in.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from tests.runtimes import tflite

from benchmarks.load.quota import group
from benchmarks.load.running import reported
from benchmarks.load.site import NAME, Site, serve
from benchmarks.serving.load import load, require_wrk
from benchmarks.serving.processes import Question, adopt_orphans, descendants, weigh
from wherry.rehearse.traffic.ledger import Ledger
from wherry.rehearse.traffic.measures import percentile
from wherry.rehearse.traffic.planned import Plan, PlannedRequest
from wherry.rehearse.traffic.sending import Postman

MIB: Final = 2**20
QUOTA_BYTES: Final = 512 * MIB
SIZES: Final = (784, 256, 10)
RATE: Final = 500.0
EACH_S: Final = 30.0
GIVE_UP_S: Final = 30.0
MOST_GROWTH_BYTES: Final = 1_000_000
FOR_REQUESTS: Final = 100_000
MOST_SLOWER: Final = 1.25
# Pools and caches fill in the first minutes.
SETTLES: Final = 2


class Row(NamedTuple):
    """What half a minute showed: requests, their latencies, failures, and memory at its end."""

    requests: float
    p50_ms: float
    p99_ms: float
    failed: int
    anonymous_bytes: int = 0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench load soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--clients", type=int, default=0)
    adopt_orphans()
    return reported(measure, parser)


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return how memory and latency went."""
    model = {"PATH": str(tflite.dense(folder / "model.tflite", SIZES))}
    body = folder / "body"
    body.write_bytes(json.dumps({"instances": [[0.5] * SIZES[0]]}).encode())
    question = Question(
        f"/v1/models/{NAME}:predict", {"Content-Type": "application/json"}, body.read_bytes()
    )
    if options.clients:
        require_wrk()
    rows = []
    until = time.monotonic() + options.minutes * 60
    with group(QUOTA_BYTES, "wherry-soak") as limits, serve(folder / "site", model, limits) as site:
        while time.monotonic() < until:
            if options.clients:
                row = _as_fast_as_answered(site.port, question, body, options.clients)
            else:
                row = asyncio.run(_steadily(site.port, question))
            rows.append(row._replace(anonymous_bytes=_anonymous(site)))
    return _judged(rows)


def _as_fast_as_answered(port: int, question: Question, body: Path, clients: int) -> Row:
    seen = load(port, question, body, clients, EACH_S)
    return Row(seen.requests_per_s * EACH_S, seen.p50_ms, seen.p99_ms, seen.failed)


async def _steadily(port: int, question: Question) -> Row:
    request = PlannedRequest("POST", question.path, tuple(question.headers.items()), question.body)
    plan = Plan((request,), "this benchmark", host="127.0.0.1")
    postman = Postman(plan=plan, port=port, ledger=Ledger(), timeout_s=GIVE_UP_S)
    sent = (await postman.at_rate(RATE, EACH_S)).outcomes
    latencies_ms = [outcome.latency_s * 1e3 for outcome in sent]
    failed = sum(outcome.status != 200 for outcome in sent)
    return Row(len(sent), percentile(latencies_ms, 0.5), percentile(latencies_ms, 0.99), failed)


def _anonymous(site: Site) -> int:
    return weigh([site.process.pid, *descendants(site.process.pid)]).anonymous_bytes


def _judged(rows: list[Row]) -> dict[str, Any]:
    settled = rows[SETTLES:] if len(rows) > SETTLES + 1 else rows
    done = np.cumsum([row.requests for row in rows])[len(rows) - len(settled) :]
    memory = [row.anonymous_bytes for row in settled]
    slope = float(np.polyfit(done, memory, 1)[0]) * FOR_REQUESTS
    quarter = max(1, len(settled) // 4)
    first = float(np.median([row.p50_ms for row in settled[:quarter]]))
    last = float(np.median([row.p50_ms for row in settled[-quarter:]]))
    failed = sum(row.failed for row in rows)
    return {
        "requests": round(sum(row.requests for row in rows)),
        "anonymous_bytes": {"first": memory[0], "last": memory[-1]},
        "growth_bytes_for_100000_requests": round(slope),
        "p50_ms": {"first quarter": round(first, 2), "last quarter": round(last, 2)},
        "p99_ms": {"first": settled[0].p99_ms, "last": settled[-1].p99_ms},
        "failed": failed,
        "passed": slope < MOST_GROWTH_BYTES and last <= first * MOST_SLOWER and not failed,
    }


if __name__ == "__main__":
    sys.exit(main())
