"""Whether what came of a case is what should: a servable bundle with parity, or the sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.corpus.cases import Case
from wherry.tensors import Array

EXACT = ("litert float32", "onnx float32", "tensorflow original")
"""The candidates that must give the original's own answers."""
MAX_SENTENCES = 4


@dataclass(slots=True)
class Run:
    """What one run of ``wherry shrink`` left."""

    status: int
    seconds: float
    said: str
    report: Mapping[str, Any] | None = None
    bundle_left: bool = False
    answers: Mapping[str, Array] | None = None
    asking_failed: str | None = None
    problems: list[str] = field(default_factory=list)


def problems(case: Case, run: Run, expected: Mapping[str, Array]) -> list[str]:
    """Return what is wrong, a sentence each; nothing where the case is as it should be."""
    if "Traceback (most recent call last)" in run.said:
        return [f"It ended in a trace: {run.said.strip().splitlines()[-1][:300]}"]
    return _refused(case, run) if case.refused else _shrunk(case, run, expected)


def _refused(case: Case, run: Run) -> list[str]:
    found = []
    if run.status == 0:
        found.append("It was to be refused, and was not.")
    if run.bundle_left:
        found.append("A bundle was left behind.")
    said = sentence(run)
    missing = [word for word in case.refused if word.lower() not in said.lower()]
    if missing:
        found.append(f"The sentence does not say {', '.join(missing)}: {said}")
    return found


def _shrunk(case: Case, run: Run, expected: Mapping[str, Array]) -> list[str]:
    if run.status != 0 or run.report is None:
        return [f"Exit status {run.status}: {sentence(run)}"]
    found = [
        f"{name} strays by {'more than any number' if ratio is None else f'{ratio:.1e}'} "
        "of the range."
        for name, ratio in exact_errors(run.report).items()
        if ratio is None or ratio >= case.tolerance_ratio
    ]
    if run.answers is None:
        return [*found, f"The bundle does not answer: {run.asking_failed}"]
    error = own_error(run.answers, expected)
    chosen = run.report["chosen"]
    if chosen in EXACT and not error < case.tolerance_ratio:
        found.append(f"The bundle's answers stray by {error:.1e} from the writer's own.")
    return found


def sentence(run: Run) -> str:
    """Return what the command said last."""
    if run.report is not None and run.report.get("chosen") is None:
        return str(run.report["why"])
    lines = [line for line in run.said.splitlines() if line.startswith("wherry: ")]
    return lines[-1].removeprefix("wherry: ") if lines else run.said.strip()[-300:]


def exact_errors(report: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the error, as a part of the output's range, of each float32 candidate."""
    return {
        row["candidate"]: row["parity"]["error_ratio"]
        for row in report["candidates"]
        if row["candidate"] in EXACT
    }


def own_error(answers: Mapping[str, Array], expected: Mapping[str, Array]) -> float:
    """Return how far a bundle strays from what the model itself answered where it was made.

    It is infinite where the bundle lacks an output.
    """
    pairs = matched(answers, expected)
    if len(pairs) < len(expected):
        return float("inf")
    return max(_error(answers[ours], expected[theirs]) for theirs, ours in pairs)


def matched(answers: Mapping[str, Array], expected: Mapping[str, Array]) -> list[tuple[str, str]]:
    """Pair the outputs: by name, or where names differ by shape and kind in their order."""
    if all(name in answers and answers[name].shape == expected[name].shape for name in expected):
        return [(name, name) for name in expected]
    left = sorted(answers)
    pairs = []
    for name in expected:
        wanted = expected[name]
        like = [
            other
            for other in left
            if answers[other].shape == wanted.shape
            and (answers[other].dtype.kind == "f") == (wanted.dtype.kind == "f")
        ]
        if not like:
            continue
        best = min(like, key=lambda other: _error(answers[other], wanted))
        left.remove(best)
        pairs.append((name, best))
    return pairs


def _error(answer: Array, expected: Array) -> float:
    if answer.shape != expected.shape:
        return float("inf")
    if expected.dtype.kind != "f":
        return float((answer != expected).mean())
    wide = expected.astype(np.float64)
    spread = float(wide.max() - wide.min())
    error = float(np.abs(answer.astype(np.float64) - wide).max())
    return error / spread if spread else float(error > 0)
