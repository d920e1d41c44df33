"""The samples that the quantizer sees: some of them, as the candidate takes them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wherry.errors import ConversionFailed
from wherry.shrink.candidates import Candidate
from wherry.shrink.conversion.scripts.wherry_tasks.tensor_files import write_tensors
from wherry.shrink.feeding import own_signature
from wherry.shrink.records import Samples
from wherry.tensors import VARIABLE, Array, Signature

MOST_SAMPLES = 128
"""Ranges hardly widen with more; each costs a run of the float model with everything kept."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Samples in a folder, and what one run takes of them (batch, single or run)."""

    folder: Path
    signature: str
    mode: str


def calibration(candidate: Candidate, samples: Samples, work: Path) -> Calibration:
    """Write at most ``MOST_SAMPLES``, drawn evenly, into a folder of their own in ``work``.

    Raises:
        ConversionFailed: the candidate does not take them.
    """
    signature = own_signature(candidate.signatures, samples.signature)
    mode = _mode(signature, samples.inputs)
    folder = work.absolute() / f"samples-{_digest(candidate, samples)}"
    if not folder.exists():
        write_tensors(folder, _some(signature, samples))
    return Calibration(folder, signature.name, mode)


def ranges_file(candidate: Candidate, samples: Samples, work: Path) -> Path:
    """Return where the model's ranges on these samples are kept between tries."""
    return work.absolute() / f"ranges-{_digest(candidate, samples)}.json"


def _digest(candidate: Candidate, samples: Samples) -> str:
    with candidate.model.open("rb") as file:
        model = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{model} {samples.sha256}".encode()).hexdigest()[:16]


def _some(signature: Signature, samples: Samples) -> dict[str, Array]:
    count = samples.count
    taken = np.linspace(0, count - 1, min(count, MOST_SAMPLES)).astype(np.int64)
    datatypes = {spec.name: spec.datatype.numpy for spec in signature.inputs}
    return {
        name: np.ascontiguousarray(array[taken], dtype=datatypes[name])
        for name, array in samples.inputs.items()
    }


def _mode(signature: Signature, inputs: Mapping[str, Array]) -> str:
    if sorted(inputs) != sorted(spec.name for spec in signature.inputs):
        raise ConversionFailed(
            f"The samples are for the inputs {sorted(inputs)}, and the model has "
            f"{sorted(spec.name for spec in signature.inputs)}."
        )
    shapes = {spec.name: spec.shape for spec in signature.inputs}
    ranks = {
        array.ndim - len(shape)
        for name, array in inputs.items()
        if (shape := shapes[name]) is not None
    }
    if not ranks:
        return "batch" if signature.batched else "run"
    if ranks == {1}:
        return "run"
    first = {shape[0] for shape in shapes.values() if shape}
    return "batch" if first == {VARIABLE} and signature.batched else "single"
