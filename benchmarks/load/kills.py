"""A worker killed a hundred times, by SIGKILL, while clients ask it: nobody waits in vain.

``python -m benchmarks.load.kills`` prints JSON; exit code 1 where a request hung, got another
answer than 200 or 503, or had to wait longer than a second for the next worker.
"""

import argparse
import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from tests.runtimes import tflite

from benchmarks.load.clients import Tally, asking
from benchmarks.load.quota import group
from benchmarks.load.running import reported
from benchmarks.load.site import NAME, Site, serve
from wherry.serving.changes.ledger import Ledger
from wherry.serving.changes.places import running

MIB = 2**20
QUOTA_BYTES = 512 * MIB
SIZES = (784, 256, 10)
# A connection that a killed process held ends with it.
CLOSED_WITHIN_S = 0.2
SERVED_WITHIN_S = 1.0
BETWEEN_S = 0.5
LOOK_S = 0.005
GIVES_UP_S = 30.0
# 503: while one worker is away the others may have more to do than they can.
ANSWERED = ("200", "503", "closed")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench load kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--pause-s", type=float, default=0.005)
    parser.add_argument("--processes", default="2")
    parser.add_argument("--signal", choices=("KILL", "ABRT", "SEGV"), default="KILL")
    return reported(measure, parser)


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return what happened."""
    model = {"PATH": str(tflite.dense(folder / "model.tflite", SIZES))}
    body = json.dumps({"instances": [[0.5] * SIZES[0]]}).encode()
    number = signal.Signals[f"SIG{options.signal}"]
    with (
        group(QUOTA_BYTES, "wherry-kills") as limits,
        serve(folder / "site", model, limits, "--processes", options.processes) as site,
    ):
        path = f"/v1/models/{NAME}:predict"
        processes = int(options.processes)
        _wait_for_workers(site, processes)
        with asking(
            site.port, path, body, clients=options.clients, pause_s=options.pause_s
        ) as tally:
            time.sleep(1)
            served = [_kill(site, tally, number, processes) for _ in range(options.kills)]
        counted = _crashes(site)
        log = site.log
    failed = sum(n for outcome, n in tally.outcomes.items() if outcome not in ANSWERED)
    return {
        "kills": options.kills,
        "signal": options.signal,
        "processes": processes,
        "requests": tally.as_dict(),
        "all_served_again_s": {
            "median": round(median(each["all_s"] for each in served), 3),
            "most": round(max(each["all_s"] for each in served), 3),
        },
        "replaced_s": {
            "median": round(median(each["replaced_s"] for each in served), 3),
            "most": round(max(each["replaced_s"] for each in served), 3),
        },
        "crashes_counted": counted,
        "crashes_logged": log.count(f"was killed by SIG{options.signal}"),
        "models_named": len(re.findall(rf"while models held these requests: '{NAME}'", log)),
        "passed": not failed
        and tally.closed_after_s <= CLOSED_WITHIN_S
        and counted == options.kills
        and (processes == 1 or max(each["all_s"] for each in served) <= SERVED_WITHIN_S),
    }


def _kill(site: Site, tally: Tally, number: signal.Signals, processes: int) -> dict[str, float]:
    """Kill a worker; return how long until every client was answered, and until it was replaced."""
    victim = max(site.workers())
    killed = time.monotonic()
    os.kill(victim, number)
    served_s = replaced_s = None
    while served_s is None or replaced_s is None:
        now = time.monotonic()
        if now - killed > GIVES_UP_S:
            raise RuntimeError(f"Not all clients are served again:\n{site.log[-2000:]}")
        with tally.lock:
            waiting = [at for at in tally.answered_at.values() if at <= killed]
        if served_s is None and not waiting:
            served_s = now - killed
        if replaced_s is None:
            workers = site.workers()
            if victim not in workers and len(workers) == processes:
                replaced_s = now - killed
        time.sleep(LOOK_S)
    _wait_for_workers(site, processes)
    return {"all_s": served_s, "replaced_s": replaced_s}


def _wait_for_workers(site: Site, processes: int) -> None:
    """Wait until all workers have their model: one that is killed at its boot proves nothing."""
    (server,) = running(site.folder)
    ledger = Ledger(server.folder)
    deadline = time.monotonic() + GIVES_UP_S
    while time.monotonic() < deadline:
        found = ledger.statuses()
        states = [model["state"] for each in found.values() for model in each["models"]]
        if set(found) == set(site.workers()) and states == ["ready"] * processes:
            break
        time.sleep(LOOK_S)
    time.sleep(BETWEEN_S)


def _crashes(site: Site) -> int:
    _, text = site.get("/monitoring/prometheus/metrics")
    found = re.search(r"^wherry_worker_crashes(?:_total)? (\d+)", text.decode(), re.MULTILINE)
    return int(found[1]) if found else -1


if __name__ == "__main__":
    sys.exit(main())
