"""Half an hour under steady load: memory must not creep, and latency must stay flat.

``scripts/bench load soak`` prints JSON; exit code 1 where memory grows by 1 MB or more for
100,000 requests, or the last minutes are slower than the first.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
from tests.runtimes import tflite

from benchmarks.load.quota import group
from benchmarks.load.running import reported
from benchmarks.load.site import NAME, Site, serve
from benchmarks.serving.load import load, require_wrk
from benchmarks.serving.processes import Question, adopt_orphans, descendants, weigh

MIB: Final = 2**20
QUOTA_BYTES: Final = 512 * MIB
SIZES: Final = (784, 256, 10)
CLIENTS: Final = 8
EACH_S: Final = 30.0
MOST_GROWTH_BYTES: Final = 1_000_000
FOR_REQUESTS: Final = 100_000
MOST_SLOWER: Final = 1.25
# Pools and caches fill in the first minutes.
SETTLES: Final = 2


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench load soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    require_wrk()
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
    rows = []
    requests = 0.0
    until = time.monotonic() + options.minutes * 60
    with group(QUOTA_BYTES, "wherry-soak") as limits, serve(folder / "site", model, limits) as site:
        while time.monotonic() < until:
            seen = load(site.port, question, body, CLIENTS, EACH_S)
            requests += seen.requests_per_s * EACH_S
            rows.append((requests, _anonymous(site), seen.p50_ms, seen.p99_ms, seen.failed))
    return _judged(rows)


def _anonymous(site: Site) -> int:
    return weigh([site.process.pid, *descendants(site.process.pid)]).anonymous_bytes


def _judged(rows: list[tuple[float, int, float, float, int]]) -> dict[str, Any]:
    settled = rows[SETTLES:] if len(rows) > SETTLES + 1 else rows
    done = [row[0] for row in settled]
    slope = float(np.polyfit(done, [row[1] for row in settled], 1)[0]) * FOR_REQUESTS
    quarter = max(1, len(settled) // 4)
    first = float(np.median([row[2] for row in settled[:quarter]]))
    last = float(np.median([row[2] for row in settled[-quarter:]]))
    failed = sum(row[4] for row in rows)
    return {
        "requests": round(rows[-1][0]),
        "anonymous_bytes": {"first": settled[0][1], "last": settled[-1][1]},
        "growth_bytes_for_100000_requests": round(slope),
        "p50_ms": {"first quarter": round(first, 2), "last quarter": round(last, 2)},
        "p99_ms": {"first": settled[0][3], "last": settled[-1][3]},
        "failed": failed,
        "passed": slope < MOST_GROWTH_BYTES and last <= first * MOST_SLOWER and not failed,
    }


if __name__ == "__main__":
    sys.exit(main())
