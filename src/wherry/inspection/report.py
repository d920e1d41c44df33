"""What an inspection finds: the format, who wrote it, what it takes and gives, what carries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from wherry.tensors import Signature


class Format(StrEnum):
    """The formats that models come in."""

    SAVED_MODEL = "savedmodel"
    KERAS = "keras"
    HDF5 = "h5"
    TFLITE = "tflite"
    ONNX = "onnx"
    FROZEN_GRAPH = "frozen-graph"


class Carries(StrEnum):
    """Whether a runtime can carry a model. ``MAYBE``: only a conversion can tell."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A runtime, whether it can carry the model, and why or why not in one sentence."""

    runtime: str
    carries: Carries
    reason: str


@dataclass(frozen=True, slots=True)
class Weights:
    """Parameters of one number format: how many, and the bytes they take in the file's terms."""

    datatype: str
    parameters: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a model file says of itself.

    Attributes:
        path: The file, or the SavedModel's folder.
        size_bytes: Of the file, or of all files of the folder.
        sha256: Of the file; of a folder, over the relative paths and hashes of its files.
        written_by: Versions of what wrote it, by name: ``tensorflow``, ``keras``, ``producer``.
        keras_generation: 1, 2 or 3 where Keras wrote it, or None.
        signatures: What can be called. Empty where only loading the model would tell.
        unsupported_signatures: Why each of the others cannot be called.
        operators: How often each operator occurs (of a Keras file, whose layers say the same in
            other words: empty).
        layers: How often each Keras layer class occurs; empty where there is no layer config.
        weights: Parameters by number format, largest first.
        custom_objects: Registered names of layers, functions and operators that neither Keras nor
            TensorFlow knows.
        lambdas: Names of Lambda layers, which hold code.
        carriers: Each runtime and whether it can carry the model.
        notes: Whatever else a person should know, a sentence each.
    """

    path: Path
    format: Format
    size_bytes: int
    sha256: str
    written_by: Mapping[str, str] = field(default_factory=dict)
    keras_generation: int | None = None
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    unsupported_signatures: Mapping[str, str] = field(default_factory=dict)
    operators: Mapping[str, int] = field(default_factory=dict)
    layers: Mapping[str, int] = field(default_factory=dict)
    weights: tuple[Weights, ...] = ()
    custom_objects: tuple[str, ...] = ()
    lambdas: tuple[str, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    notes: tuple[str, ...] = ()
