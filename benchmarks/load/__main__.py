"""``scripts/bench load``: what servers do with more requests than they can answer.

``swaps``, ``kills``, ``soak`` and ``batching`` measure a hundred swaps, a hundred dead workers,
half an hour, and what running requests together brings.
"""

import argparse
import importlib
import json
import sys
from datetime import UTC, datetime
from typing import Any

from benchmarks.load import overload, page
from benchmarks.load.overload import NAMES, OURS, WORKS
from benchmarks.serving.environments import KEPT
from benchmarks.serving.load import require_wrk
from benchmarks.serving.machine import commit, machine
from benchmarks.serving.processes import ServerFailed, adopt_orphans

_APART = ("swaps", "kills", "soak", "batching")


def main() -> int:
    """Measure and print."""
    if len(sys.argv) > 1 and sys.argv[1] in _APART:
        name = sys.argv.pop(1)
        return int(importlib.import_module(f"benchmarks.load.{name}").main())
    options = _options()
    require_wrk()
    adopt_orphans()
    result: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "command": " ".join(("scripts/bench load", *sys.argv[1:])),
        "machine": machine(),
        "deadline_s": overload.DEADLINE_S,
        "seconds": options.seconds,
        "peer_seconds": options.peer_seconds,
        "works": {},
    }
    for name in options.work:
        work = overload.work_named(name)
        peers: dict[str, Any] = {}
        result["works"][name] = {"title": work.title, "peers": peers}
        for peer in options.only:
            print(f"  {name}: {peer} ...", file=sys.stderr, flush=True)
            seconds = options.seconds if peer == OURS else options.peer_seconds
            try:
                peers[peer] = overload.measure(peer, work, seconds)
            except ServerFailed as error:
                peers[peer] = {"failed": str(error)}
            print(*_lines(name, peer, peers[peer], seconds), sep="\n", flush=True)
    whole = set(options.work) == set(WORKS) and set(options.only) == set(NAMES)
    path = page.DATA if whole else KEPT / "results" / "load.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if whole:
        page.write()
    print(f"written to {path}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench load", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--work", nargs="+", choices=WORKS, default=WORKS)
    parser.add_argument("--seconds", type=float, default=60.0, help="at each rate")
    parser.add_argument("--peer-seconds", type=float, default=20.0, help="the others'")
    return parser.parse_args()


def _lines(work: str, peer: str, seen: dict[str, Any], seconds: float) -> list[str]:
    if "failed" in seen:
        return [f"{work} {peer}: {seen['failed']}"]
    capacity = seen["capacity_per_s"]
    lines = [f"{work} {peer}: capacity {capacity:,.1f} answers/s"]
    for run in seen["runs"]:
        share = run["in_time"] / capacity
        spent = seen["refusal_cpu_s"] * run["refused"] / seconds
        asked = f"{run['factor']:g} x" if "factor" in run else f"{run['clients']} clients"
        p99 = run.get("admitted_p99_s", run.get("p99_s", 0.0))
        refused = f"{run['refused']} refused"
        if "refused_p99_s" in run:
            refused += f" (p99 {run['refused_p99_s'] * 1e3:.0f} ms)"
        lines.append(
            f"  {asked:>11}: {share:4.0%} of it in time, p99 {p99 * 1e3:,.0f} ms; {refused}; "
            f"{run['unanswered']} unanswered; another page p99 {run['page_p99_s'] * 1e3:,.0f} ms"
            + (f"; {share / (1 - spent):.0%} of what refusals leave" if 0 < spent < 1 else "")
            + (f"; {run['others']}" if run.get("others") else "")
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
