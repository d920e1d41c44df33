"""Reports as they come of real models: a classifier of digits with labels, seven candidates."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from wherry.shrink.candidates import (
    LITERT_DYNAMIC_INT8,
    LITERT_FLOAT16,
    LITERT_FLOAT32,
    LITERT_INT8,
    ONNX_FLOAT32,
    ONNX_INT8,
    TENSORFLOW,
    Candidate,
    Failure,
    Kind,
)
from wherry.shrink.records import (
    Accuracy,
    Measurement,
    Outcome,
    OutputParity,
    Parity,
    Preference,
    Samples,
    ShrinkReport,
)
from wherry.tensors import Datatype, Signature, TensorSpec

MIB = 2**20
HOSTILE = "</title><script>alert(1)</script>$x^2$ \x1b[31m& \"'"

SIGNATURE = Signature(
    "serving_default",
    (TensorSpec("image", Datatype.FP32, (-1, 224, 224, 3)),),
    (
        TensorSpec("probabilities", Datatype.FP32, (-1, 1000)),
        TensorSpec("embedding", Datatype.FP32, (-1, 1280)),
    ),
)
REFUSED_INT8 = (
    "Its accuracy drops by 1.94 points, and --max-drop allows 0.50; with the 3 worst layers kept "
    "in float it still drops by 0.83 points and is larger than litert dynamic-int8."
)
WHY = (
    "litert float16 is chosen: it is the fastest of the candidates that stay within --max-drop 0.5 "
    "points and in the memory of a basic dyno, 2.9 ms a prediction where onnx float32 takes 3.6 ms."
)
# Kind; file, slug, load, anonymous, PSS in MiB; batch 1 and 8 in ms; rate, error, drop, low, high.
ROWS = (
    (LITERT_FLOAT32, 13.34, 44.0, 0.21, 41.2, 78.1, 2.98, 22.6, 334, 3.1e-7, 0.0, 0.0, 0.0),
    (LITERT_FLOAT16, 6.72, 44.0, 0.24, 54.5, 84.9, 2.91, 22.9, 341, 4.2e-4, 0.0, -0.0011, 0.0014),
    (LITERT_DYNAMIC_INT8, 3.62, 44.0, 0.19, 29.9, 61.0, 6.53, 51.8, 153, .019, 0.0028, -2e-3, 8e-3),
    (LITERT_INT8, 3.71, 44.0, 0.18, 24.4, 52.3, 2.10, 15.9, 477, 0.071, 0.0194, 0.011, 0.028),
    (ONNX_FLOAT32, 13.41, 61.0, 0.38, 58.0, 103.2, 3.60, 26.1, 278, 4.4e-7, 0.0, 0.0, 0.0),
    (ONNX_INT8, 3.79, 61.0, 0.41, 47.7, 88.8, 3.93, 30.2, 251, 0.024, 0.0033, -0.001, 0.0078),
    (TENSORFLOW, 14.02, 172.0, 1.31, 143.0, 402.0, 19.2, 88.0, 52, 0.0, 0.0, 0.0, 0.0),
)  # fmt: skip


def classifier(*, labelled: bool = True, synthetic: bool = False) -> ShrinkReport:
    """Return the report on a MobileNetV2 with two outputs: seven candidates, one refused."""
    outcomes = tuple(_outcome(row, labelled=labelled) for row in ROWS)
    return ShrinkReport(
        model="models/mobilenet_v2.keras",
        model_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        platform="heroku basic",
        prefer=Preference.LATENCY,
        samples=samples(labelled=labelled, synthetic=synthetic),
        outcomes=outcomes,
        failures=(),
        pareto=(LITERT_FLOAT32, LITERT_FLOAT16, LITERT_DYNAMIC_INT8, LITERT_INT8),
        chosen=LITERT_FLOAT16,
        why=WHY,
        original_bytes=round(14.21 * MIB),
        versions={"wherry": "0.1.0", "tensorflow": "2.21.0", "ai-edge-litert": "2.3.0"},
        options={"prefer": "latency", "max_drop": 0.005, "model": Path("mobilenet_v2.keras")},
        seconds={"export": 21.3, "convert": 38.5, "quantize": 17.0, "measure": 61.2},
    )


def samples(*, labelled: bool = True, synthetic: bool = False) -> Samples:
    """Return 360 tiny images."""
    return Samples(
        signature="serving_default",
        inputs={"image": np.zeros((360, 2, 2, 3), np.float32)},
        labels=np.zeros(360, np.int64) if labelled else None,
        synthetic=synthetic,
        source="the signature" if synthetic else "held_back.npz",
        sha256="2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    )


def _outcome(row: tuple[Any, ...], *, labelled: bool) -> Outcome:
    kind, file, slug, load, anonymous, pss, one, eight, rate, error, drop, low, high = row
    ranges = {"probabilities": 0.98, "embedding": 6.1}
    refused = REFUSED_INT8 if kind == LITERT_INT8 else None
    notes = ("3 layers are kept in float: conv_1, conv_2, dense.",) if kind == LITERT_INT8 else ()
    return Outcome(
        candidate=Candidate(kind, Path(kind.runtime), {SIGNATURE.name: SIGNATURE}, notes),
        parity=Parity(
            tuple(_parity(name, error, width, kind) for name, width in ranges.items()), 360
        ),
        measurement=Measurement(
            file_bytes=round(file * MIB),
            slug_bytes=round(slug * MIB),
            load_s=load,
            anonymous_bytes=round(anonymous * MIB),
            pss_bytes=round(pss * MIB),
            latency_s={1: one / 1000, 8: eight / 1000},
            predictions_per_s=rate,
            spread=0.04,
            fits=True,
        ),
        accuracy=Accuracy(0.975, 0.975 - drop, drop, low, high, 360) if labelled else None,
        errors={name: _errors(error, width) for name, width in ranges.items()},
        refused=refused,
    )


def _parity(name: str, error: float, width: float, kind: Kind) -> OutputParity:
    exact = error < 1e-5
    return OutputParity(
        output=name,
        max_abs_error=error * width,
        median_abs_error=error * width * 0.04,
        max_rel_error=error * 3,
        median_rel_error=error * 0.1,
        range=width,
        cosine=1.0 - error**2,
        agreement=1.0 if kind == TENSORFLOW else 0.04,
        top1_agreement=(1.0 if exact else 1 - error / 4) if name == "probabilities" else None,
    )


def _errors(error: float, width: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    if error == 0:
        return np.zeros(2000, np.float32)
    drawn = np.random.default_rng(7).lognormal(0, 1.1, 2000)
    return (drawn / drawn.max() * error * width).astype(np.float32)


def nothing_worked() -> ShrinkReport:
    """Return a report without a single candidate that could be measured."""
    return replace(
        classifier(labelled=False),
        outcomes=(),
        failures=(
            Failure(LITERT_FLOAT32, "The operator Lgamma is not one that LiteRT has."),
            Failure(ONNX_FLOAT32, "The operator Lgamma is not one that ONNX has."),
        ),
        pareto=(),
        chosen=None,
        why="Nothing is written: no runtime carries this model.",
    )


def hostile() -> ShrinkReport:
    """Return a report in which every text from outside tries to be more than text."""
    report = classifier()
    return replace(
        report,
        model=HOSTILE,
        why=HOSTILE,
        platform=HOSTILE,
        model_sha256=HOSTILE,
        samples=replace(report.samples, source=HOSTILE, inputs={HOSTILE: np.zeros((3, 1))}),
        outcomes=tuple(_hostile(outcome) for outcome in report.outcomes),
        failures=(Failure(Kind(HOSTILE, LITERT_INT8.number_format), HOSTILE),),
        versions={HOSTILE: HOSTILE},
        options={HOSTILE: HOSTILE},
    )


def _hostile(outcome: Outcome) -> Outcome:
    parity = Parity(
        tuple(replace(output, output=HOSTILE + output.output) for output in outcome.parity.outputs),
        outcome.parity.samples,
    )
    kind = outcome.candidate.kind
    if kind != LITERT_FLOAT16:
        kind = Kind(HOSTILE + kind.runtime, kind.number_format)
    return replace(
        outcome,
        candidate=replace(outcome.candidate, kind=kind, notes=(HOSTILE,)),
        parity=parity,
        errors={HOSTILE + name: errors for name, errors in outcome.errors.items()},
        refused=outcome.refused and HOSTILE,
    )
