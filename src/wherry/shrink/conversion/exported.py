"""A model in the form that everything else starts from: a SavedModel with the model's own names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wherry.inspection.precision import FLOAT32_STEP, coarsest_step
from wherry.inspection.report import Inspection
from wherry.shrink.conversion.sources import Source
from wherry.tensors import Signature


@dataclass(frozen=True, slots=True)
class Exported:
    """A model, ready to be converted and asked.

    Attributes:
        inspection: What the file says of itself.
        saved_model: The SavedModel's folder; None where the original is a .tflite or .onnx file.
        tags: Of the meta graph in it that is served.
        signatures: Those that can be called, by name.
        default_signature: The one that is compared and measured.
        versions: Of what loaded it, by name: ``python``, ``tensorflow``, ``keras``; may be empty.
        notes: What a person should know, a sentence each.
        source: The environment of a Keras file; None for all others.
        with_files: Python files that define its custom objects.
        allow_lambda: Whether code in the file may run.
    """

    inspection: Inspection
    saved_model: Path | None
    tags: tuple[str, ...]
    signatures: Mapping[str, Signature]
    default_signature: str
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    source: Source | None = None
    with_files: tuple[Path, ...] = ()
    allow_lambda: bool = False


def threads() -> int:
    """Return how many threads a task may use: as many as this process has CPUs."""
    return len(os.sched_getaffinity(0))


def original_step(exported: Exported) -> float:
    """Return the distance from 1 to the next number that the original computes with.

    Float32's for a .tflite or .onnx file: what it is compared with is made of its own numbers.
    """
    if exported.saved_model is None:
        return FLOAT32_STEP
    return coarsest_step(exported.saved_model)
