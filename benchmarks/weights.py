"""Four processes that serve one large dense model: what they hold, and whether it costs speed.

``scripts/bench weights`` prints a table and writes the same as JSON. Each process loads the model
as a server's worker does, answers at batch 1 and 8 and is then weighed; speed is that of one
process alone, calls with private and with shared weights taking turns.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from tests import zoo
from tests.runtimes import tflite

from benchmarks.serving.environments import KEPT
from benchmarks.serving.machine import commit, machine
from benchmarks.serving.processes import Memory, weigh
from wherry.runtimes import load
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.tensors import Array

LARGE = (2048, 2048, 2048, 2048, 2048)
"""67 MB of float32 weights."""
DIGITS = (784, 256, 10)
BATCHES = (1, 8)
MODELS: dict[str, tuple[str, Callable[[Path, Sequence[int]], Path]]] = {
    "litert": ("tflite", tflite.dense),
    "onnx": ("onnx", zoo.dense),
}
BAR_BYTES = 100_000_000


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(prog="scripts/bench weights", description=__doc__)
    parser.add_argument("--processes", type=int, default=4, help="default: %(default)s")
    parser.add_argument("--calls", type=int, default=200, help="pairs per batch size")
    parser.add_argument(
        "--output",
        type=Path,
        default=KEPT / "results" / "weights.json",
        help="default: .wherry/bench/results/weights.json",
    )
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        rows = [
            row
            for runtime in MODELS
            for row in measured(Path(folder), runtime, options.processes, options.calls)
        ]
    result = {"commit": commit(), "machine": machine(), "rows": rows}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n")
    sys.stdout.write(table(rows) + f"\nSaved as {options.output}.\n")


def measured(folder: Path, runtime: str, processes: int, calls: int) -> Iterator[dict[str, Any]]:
    """Yield a row for digits, and for the large model with private and with shared weights."""
    suffix, write = MODELS[runtime]
    digits = write(folder / f"digits.{suffix}", DIGITS)
    large = write(folder / f"large.{suffix}", LARGE)
    cache = folder / f"weights-{runtime}"
    cache.mkdir(mode=0o700)
    base = held(runtime, digits, None, processes)
    yield row(runtime, "digits", base, base, {})
    private = load(runtime, large, LoadOptions())
    shared = load(runtime, large, LoadOptions(weight_cache=cache))
    speeds = compared(private, shared, calls)
    private.close()
    shared.close()
    for name, place in (("private", None), ("shared", cache)):
        memory = held(runtime, large, place, processes)
        yield row(runtime, f"67 MB, {name}", memory, base, speeds[name])


def row(
    runtime: str, what: str, memory: Memory, base: Memory, speeds: dict[int, float]
) -> dict[str, Any]:
    """Return one line of the result."""
    return {
        "runtime": runtime,
        "model": what,
        "pss_bytes": memory.pss_bytes,
        "anonymous_bytes": memory.anonymous_bytes,
        "more_than_digits_bytes": memory.pss_bytes - base.pss_bytes,
        "milliseconds": {str(batch): seconds * 1e3 for batch, seconds in speeds.items()},
    }


def compared(private: LoadedModel, shared: LoadedModel, calls: int) -> dict[str, dict[int, float]]:
    """Return the median seconds of a call by batch size; answers must be the same, bit for bit."""
    medians: dict[str, dict[int, float]] = {"private": {}, "shared": {}}
    for batch in BATCHES:
        x = np.random.default_rng(batch).standard_normal((batch, LARGE[0]), np.float32)
        times: dict[str, list[float]] = {"private": [], "shared": []}
        for _ in range(calls):
            answers = []
            for name, model in (("private", private), ("shared", shared)):
                started = time.perf_counter()
                answers.append(answer(model, x).tobytes())
                times[name].append(time.perf_counter() - started)
            assert answers[0] == answers[1]
        for name, taken in times.items():
            medians[name][batch] = median(taken)
    return medians


def answer(model: LoadedModel, x: Array) -> Array:
    """Run the one signature."""
    return model.run("serving_default", {"x": x})["y"]


def held(runtime: str, model: Path, cache: Path | None, processes: int) -> Memory:
    """Return the memory of processes that have loaded, run and trimmed the model."""
    with ExitStack() as stack:
        pids = [stack.enter_context(holding(runtime, model, cache)) for _ in range(processes)]
        return weigh(pids)


@contextmanager
def holding(runtime: str, model: Path, cache: Path | None) -> Iterator[int]:
    """Run ``holder`` in a process of its own; give its id once it is ready."""
    command = [sys.executable, "-m", "benchmarks.holder", runtime, str(model)]
    process = subprocess.Popen(
        [*command, str(cache or "")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise SystemExit(f"A process that was to hold {model} ended.")
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as a Markdown table."""
    heads = ("runtime", "model", "PSS, all, MB", "more than digits, MB", "batch 1, ms")
    lines = [f"| {' | '.join(heads)} | batch 8, ms |", "|---" * (len(heads) + 1) + "|"]
    for line in rows:
        times = [line["milliseconds"].get(str(batch)) for batch in BATCHES]
        shown = " | ".join("" if ms is None else f"{ms:.2f}" for ms in times)
        pss, more = line["pss_bytes"] / 1e6, line["more_than_digits_bytes"] / 1e6
        lines.append(f"| {line['runtime']} | {line['model']} | {pss:.0f} | {more:.0f} | {shown} |")
    shared = [line for line in rows if line["model"].endswith("shared")]
    kept = all(line["more_than_digits_bytes"] <= BAR_BYTES for line in shared)
    lines.append(f"\nAt most {BAR_BYTES / 1e6:.0f} MB more than digits: {'yes' if kept else 'no'}.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
