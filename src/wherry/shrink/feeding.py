"""Bring samples of the original's signature into runs of a candidate, and its answers back.

A candidate may have lost the batch axis, keep it at one, name its only signature otherwise, or
take narrower integers than the original; runtimes differ in what they keep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from wherry.errors import ConversionFailed, InvalidInput
from wherry.tensors import Array, Signature, validate_inputs


class Mode(Enum):
    """What one run takes of samples that lie on axis 0."""

    BATCH = "any number, on axis 0"
    SINGLE = "one, on an axis 0 of size one"
    RUN = "one, without an axis for it"


@dataclass(frozen=True, slots=True)
class Feeding:
    """How a candidate is run on samples: its own signature, and what one run takes."""

    signature: Signature
    mode: Mode

    @property
    def batches(self) -> bool:
        """Whether one run takes several samples."""
        return self.mode is Mode.BATCH

    def inputs(self, samples: Mapping[str, Array], rows: Sequence[int] | slice) -> dict[str, Array]:
        """Return the inputs of one run on these rows (of one row, unless it takes batches).

        Raises:
            ConversionFailed: the candidate cannot hold the values.
        """
        taken: dict[str, Any] = {name: array[rows] for name, array in samples.items()}
        if self.mode is Mode.RUN:
            taken = {name: array[0] for name, array in taken.items()}
        try:
            return validate_inputs(self.signature, taken)
        except InvalidInput as error:
            raise ConversionFailed(f"It does not take these samples: {error}") from None

    def answers(self, outputs: Mapping[str, Array], count: int) -> dict[str, Array]:
        """Return a run's outputs with its ``count`` samples on axis 0.

        Raises:
            ConversionFailed: an output of a batch does not hold an answer for each.
        """
        if self.mode is Mode.RUN:
            return {name: np.asarray(array)[None] for name, array in outputs.items()}
        for name, array in outputs.items():
            if array.ndim == 0 or len(array) != count:
                raise ConversionFailed(
                    f"Its output {name!r} has the shape {list(array.shape)} for a batch of {count}."
                )
        return dict(outputs)


def feeding(
    own: Mapping[str, Signature], original: Signature, samples: Mapping[str, Array]
) -> Feeding:
    """Find how a candidate with its ``own`` signatures is run on samples of the original's.

    Raises:
        ConversionFailed: it has no such signature, or other inputs.
    """
    signature = own_signature(own, original.name)
    wanted, found = (sorted(spec.name for spec in s.inputs) for s in (original, signature))
    if wanted != found:
        raise ConversionFailed(f"It has the inputs {found} where the original has {wanted}.")
    lacking = {spec.name for spec in original.outputs} - {spec.name for spec in signature.outputs}
    if lacking:
        raise ConversionFailed(f"It lacks the outputs {sorted(lacking)} of the original.")
    if not original.batched:
        return Feeding(signature, Mode.RUN)
    # Two sizes, since a candidate may be fixed at either.
    if all(_takes(signature, samples, size) for size in (1, 2)):
        return Feeding(signature, Mode.BATCH)
    if _takes(signature, samples, 1):
        return Feeding(signature, Mode.SINGLE)
    told = ", ".join(f"{spec.name!r} ({spec})" for spec in signature.inputs)
    raise ConversionFailed(f"It takes other shapes than the original: {told}.")


def own_signature(signatures: Mapping[str, Signature], name: str) -> Signature:
    """Return the signature that is called ``name``, or the only one.

    Raises:
        ConversionFailed: there are several, and none is called so.
    """
    if name in signatures:
        return signatures[name]
    if len(signatures) == 1:
        return next(iter(signatures.values()))
    raise ConversionFailed(
        f"It has the signatures {sorted(signatures)}, and the original's is {name!r}."
    )


def _takes(signature: Signature, samples: Mapping[str, Array], size: int) -> bool:
    return all(spec.accepts((size, *samples[spec.name].shape[1:])) for spec in signature.inputs)
