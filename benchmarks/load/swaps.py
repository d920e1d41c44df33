"""A model of 150 MB swapped a hundred times in a dyno of 512 MB while clients ask it.

``python -m benchmarks.load.swaps`` prints JSON; exit code 1 where a request failed, the memory did
not come back or the quota was passed.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import zoo
from tests.runtimes import tflite

from benchmarks.load.clients import asking
from benchmarks.load.quota import Group, group
from benchmarks.load.running import meanwhile, reported
from benchmarks.load.site import NAME, Site, serve
from wherry.platforms.usage import Usage
from wherry.serving.changes.ledger import Ledger
from wherry.serving.changes.order import Order, Outcome, Verb
from wherry.serving.changes.places import running
from wherry.serving.packing import pack

MIB = 2**20
QUOTA_BYTES = 512 * MIB
# 784 inputs, 10 outputs and 150 MB of float32 weights between them.
SIZES = (784, 4096, 4096, 4096, 10)
SMALL_SIZES = (784, 256, 10)
WRITERS: dict[str, tuple[str, Callable[..., Path]]] = {
    "litert": ("tflite", tflite.dense),
    "onnx": ("onnx", zoo.dense),
}
SWAP_WITHIN_S = 60
RETURNED_RATIO = 1.03
SAMPLE_S = 0.02
# A model that has just been loaded is tried with batches, which leaves it larger buffers.
SETTLES_S = 15.0


class Watch:
    """The most and the latest memory of a server's processes."""

    def __init__(self, site: Site, limits: Group) -> None:
        self._site, self._limits = site, limits
        self.peak_bytes = 0

    def now(self) -> Usage:
        """Return what is in use now."""
        return self._limits.usage(self._site.process.pid)

    def look(self) -> None:
        """Remember it if it is the most so far."""
        self.peak_bytes = max(self.peak_bytes, self.now().used_bytes)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench load swaps", description=__doc__)
    parser.add_argument("--swaps", type=int, default=100)
    parser.add_argument("--runtime", choices=WRITERS, default="litert")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--pause-s", type=float, default=0.02)
    parser.add_argument("--processes", default="1")
    parser.add_argument("--small", action="store_true", help="a model of 1 MB, to try it out")
    parser.add_argument("--quota-mib", type=int, default=QUOTA_BYTES // MIB)
    return reported(measure, parser)


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return what happened."""
    bundles = [_bundle(folder, options, version) for version in ("1", "2")]
    model = {"PATH": str(bundles[0]), "THREADS": 1}
    body = json.dumps({"instances": [[0.5] * SIZES[0]]}).encode()
    arguments = ("--processes", options.processes)
    with (
        group(options.quota_mib * MIB, "wherry-swaps") as limits,
        serve(folder / "site", model, limits, *arguments) as site,
        asking(
            site.port,
            f"/v1/models/{NAME}:predict",
            body,
            clients=options.clients,
            pause_s=options.pause_s,
        ) as tally,
        meanwhile((watch := Watch(site, limits)).look, SAMPLE_S),
    ):
        (server,) = running(site.folder)
        ledger = Ledger(server.folder)
        # What the first swaps leave is what the runtime keeps for good.
        swaps = [_swap(ledger, bundles[1 - index % 2], len(site.workers())) for index in (0, 1)]
        time.sleep(SETTLES_S)
        before_bytes = watch.now().used_bytes
        swaps += [
            _swap(ledger, bundles[1 - index % 2], len(site.workers()))
            for index in range(options.swaps)
        ]
        time.sleep(SETTLES_S)
        after_bytes = watch.now().used_bytes
        failures = limits.failures
    failed = sum(n for outcome, n in tally.outcomes.items() if outcome not in ("200", "503"))
    waited = tally.outcomes["503"]
    return {
        "runtime": options.runtime,
        "model_bytes": bundles[0].stat().st_size,
        "file_bytes": sum(each.stat().st_size for each in bundles[0].iterdir()),
        "quota_bytes": limits.quota_bytes,
        "limited_by": "cgroup" if limits.folder else "WHERRY['MEMORY_QUOTA_BYTES']",
        "swaps": options.swaps,
        "requests": tally.as_dict(),
        "before_bytes": before_bytes,
        "after_bytes": after_bytes,
        "ratio": round(after_bytes / before_bytes, 4),
        "peak_bytes": watch.peak_bytes,
        "limit_reached": failures,
        "swap_s": {
            "median": sorted(s["s"] for s in swaps)[len(swaps) // 2],
            "most": max(s["s"] for s in swaps),
        },
        "ways": sorted({each["way"] for each in swaps}),
        "passed": not failed
        and (not waited or "staged" in {each["way"] for each in swaps})
        and after_bytes <= before_bytes * RETURNED_RATIO
        and watch.peak_bytes <= limits.quota_bytes,
        "log": site.log.splitlines()[-5:],
    }


def _bundle(folder: Path, options: argparse.Namespace, version: str) -> Path:
    suffix, write = WRITERS[options.runtime]
    sizes = SMALL_SIZES if options.small else SIZES
    file = write(folder / f"model.{suffix}", sizes, seed=int(version))
    bundle = folder / f"model-{version}"
    pack(file, bundle, name=NAME, version=version)
    file.unlink()
    return bundle


def _swap(ledger: Ledger, bundle: Path, processes: int) -> dict[str, Any]:
    started = time.monotonic()
    order = ledger.append(Order(Verb.SWAP, NAME, path=bundle, version=bundle.name[-1]))
    while True:
        results = ledger.results(order.serial)
        ended = [each for each in results.values() if each.outcome is not Outcome.WORKING]
        if len(ended) >= processes:
            break
        if time.monotonic() - started > SWAP_WITHIN_S:
            raise RuntimeError(f"A swap was not done after {SWAP_WITHIN_S} s.")
        time.sleep(0.02)
    for each in ended:
        if each.outcome is not Outcome.DONE:
            raise RuntimeError(each.sentence)
    return {"s": round(time.monotonic() - started, 3), "way": ended[0].details["way"]}


if __name__ == "__main__":
    sys.exit(main())
