"""The candidates: which runtimes and number formats could carry a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from wherry.tensors import Signature


class NumberFormat(StrEnum):
    """In what numbers a candidate keeps its weights, and with int8 also its activations."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    DYNAMIC_INT8 = "dynamic-int8"
    INT8 = "int8"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Kind:
    """A runtime and a number format."""

    runtime: str
    number_format: NumberFormat

    @property
    def name(self) -> str:
        """As people call it: ``litert float16``."""
        return f"{self.runtime} {self.number_format}"


LITERT_FLOAT32 = Kind("litert", NumberFormat.FLOAT32)
LITERT_FLOAT16 = Kind("litert", NumberFormat.FLOAT16)
LITERT_DYNAMIC_INT8 = Kind("litert", NumberFormat.DYNAMIC_INT8)
LITERT_INT8 = Kind("litert", NumberFormat.INT8)
ONNX_FLOAT32 = Kind("onnx", NumberFormat.FLOAT32)
ONNX_INT8 = Kind("onnx", NumberFormat.INT8)
TENSORFLOW = Kind("tensorflow", NumberFormat.ORIGINAL)

KINDS = (
    LITERT_FLOAT32,
    LITERT_FLOAT16,
    LITERT_DYNAMIC_INT8,
    LITERT_INT8,
    ONNX_FLOAT32,
    ONNX_INT8,
    TENSORFLOW,
)
"""In the order in which candidates that measure alike are preferred."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model file (a SavedModel: its folder) that one of the runtimes loads.

    ``notes`` say what is special about it, a sentence each: layers that were kept in float.
    """

    kind: Kind
    model: Path
    signatures: Mapping[str, Signature]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A candidate that could not be made or did not run, and why in one sentence."""

    kind: Kind
    reason: str
