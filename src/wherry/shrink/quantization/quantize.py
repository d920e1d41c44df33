"""Make a candidate of smaller numbers from one of 32-bit floats."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wherry.errors import ConversionFailed
from wherry.shrink.candidates import (
    LITERT_DYNAMIC_INT8,
    LITERT_FLOAT16,
    LITERT_INT8,
    ONNX_INT8,
    Candidate,
    Kind,
)
from wherry.shrink.conversion.checking import made
from wherry.shrink.conversion.environments import Say, quiet
from wherry.shrink.conversion.exported import threads
from wherry.shrink.conversion.processes import TaskFailed, run_task
from wherry.shrink.quantization.calibration import calibration, ranges_file
from wherry.shrink.quantization.environment import quantizer_environment
from wherry.shrink.quantization.layers import Layer, as_layers, listed
from wherry.shrink.records import Samples

QUANTIZED = (LITERT_FLOAT16, LITERT_DYNAMIC_INT8, LITERT_INT8, ONNX_INT8)
"""What can be made here, of a candidate of the same runtime in 32-bit floats."""

_SUFFIXES = {"litert": ".tflite", "onnx": ".onnx"}
_NAMES = {"litert": "LiteRT's quantizer", "onnx": "ONNX Runtime's quantizer"}


@dataclass(frozen=True, slots=True)
class Quantized:
    """A quantized candidate, and the layers that are in smaller numbers."""

    candidate: Candidate
    layers: tuple[Layer, ...]


def quantize(
    candidate: Candidate,
    kind: Kind,
    samples: Samples,
    work: Path,
    *,
    keep_float: Iterable[Layer] = (),
    say: Say = quiet,
) -> Candidate:
    """Return the candidate in the kind's numbers, with its own signatures.

    Inputs and outputs stay as they are. ``samples`` tell the ranges of activations where the kind
    needs them; ``keep_float`` are layers (see ``layers_by_error``) that stay in 32-bit floats.

    Raises:
        ConversionFailed: nothing in it can be made smaller, or the quantizer refuses it.
    """
    return quantize_layers(candidate, kind, samples, work, tuple(keep_float), say).candidate


def quantize_layers(
    candidate: Candidate,
    kind: Kind,
    samples: Samples,
    work: Path,
    kept: Sequence[Layer] = (),
    say: Say = quiet,
) -> Quantized:
    """As ``quantize``, and tell the layers."""
    if kind not in QUANTIZED or kind.runtime != candidate.kind.runtime:
        raise ConversionFailed(f"{candidate.kind.name} cannot be made {kind.name}.")
    work.mkdir(parents=True, exist_ok=True)
    keys = sorted(layer.key for layer in kept)
    model = work.absolute() / f"{kind.number_format}{_suffix(keys)}{_SUFFIXES[kind.runtime]}"
    answer = run(candidate, kind, samples, work, {"quantized": str(model), "kept": keys}, say)
    before, after = candidate.model.stat().st_size, model.stat().st_size
    if after >= before:
        raise ConversionFailed(
            f"It would not be smaller: {after:,} bytes as {kind.number_format}, "
            f"{before:,} as {candidate.kind.number_format}."
        )
    layers = as_layers(answer["layers"])
    notes = (*candidate.notes, *_notes(answer, kept, layers))
    return Quantized(made(kind, model, candidate.signatures, notes), layers)


def run(
    candidate: Candidate,
    kind: Kind,
    samples: Samples,
    work: Path,
    particular: dict[str, Any],
    say: Say,
    task: str = "",
) -> dict[str, Any]:
    """Run a task of the quantizer's on the candidate, and return its answer.

    Raises:
        ConversionFailed: it refuses the model, or fails.
    """
    sampled = calibration(candidate, samples, work)
    request = {
        "model": str(candidate.model.absolute()),
        "format": kind.number_format.value,
        "signature": sampled.signature,
        "samples": str(sampled.folder),
        "mode": sampled.mode,
        "ranges": str(ranges_file(candidate, samples, work)),
        "threads": threads(),
        **particular,
    }
    name = f"quantizer.{task or kind.runtime}"
    try:
        return run_task(quantizer_environment(say), name, request, work)
    except TaskFailed as failure:
        first = next((line for line in str(failure).splitlines() if line.strip()), "no reason")
        raise ConversionFailed(
            f"{_NAMES[kind.runtime]} failed on the model: {failure.kind}: "
            f"{first.strip()[:300].rstrip('.: ')}."
        ) from None


def _suffix(keys: Sequence[str]) -> str:
    if not keys:
        return ""
    return f"-{hashlib.sha256(' '.join(keys).encode()).hexdigest()[:8]}"


def _notes(
    answer: dict[str, Any], kept: Sequence[Layer], layers: Sequence[Layer]
) -> tuple[str, ...]:
    notes = []
    if "static" in answer:
        notes.append(
            "Activations are 8-bit integers in ranges that the samples showed (QDQ)."
            if answer["static"]
            else "Weights are 8-bit integers; activations become so while it runs (dynamic)."
        )
    if kept:
        notes.append(
            f"{len(kept)} of {len(kept) + len(layers)} layers stay in float: {listed(kept)}."
        )
    return tuple(notes)
