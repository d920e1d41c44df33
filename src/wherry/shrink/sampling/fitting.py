"""Bring what a source gave into the shapes that a signature takes, or say why it does not fit.

Samples lie on axis 0. Where the signature has a batch axis that is its own axis 0; where it has
none, each index is one run, and a first axis of any size (or of one) that the source left out is
put in, since people think of it as the batch.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from wherry.errors import InvalidInput
from wherry.tensors import VARIABLE, Array, Datatype, Signature, TensorSpec, to_array, validate


def fit(signature: Signature, inputs: Mapping[str, Any], where: str) -> dict[str, Array]:
    """Return an array for each input, the samples on axis 0, all of one count.

    Raises:
        InvalidInput: a datatype, shape or count does not fit; the sentence starts with ``where``.
    """
    arrays = {}
    for spec in signature.inputs:
        try:
            arrays[spec.name] = fit_input(signature, spec, inputs[spec.name])
        except InvalidInput as error:
            raise InvalidInput(f"{where}: {error}") from None
    counts = {name: len(array) for name, array in arrays.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name!r}: {count}" for name, count in counts.items())
        raise InvalidInput(f"{where} holds different numbers of samples ({told}).")
    return arrays


def fit_sample(signature: Signature, spec: TensorSpec, value: Any) -> Array:
    """Return the array of one sample of one input.

    Raises:
        InvalidInput: it does not fit.
    """
    array = to_array(spec, value)
    try:
        fitted = fit_input(signature, spec, array[None])[0]
    except InvalidInput:
        # Once more for a sentence about one sample, without the axis of them all.
        whole = stacked(signature, spec).shape
        validate(TensorSpec(spec.name, spec.datatype, whole and whole[1:]), array)
        raise
    return _scalar_kept(spec, fitted)


def fit_input(signature: Signature, spec: TensorSpec, value: Any) -> Array:
    """Return the array of all samples of one input.

    Raises:
        InvalidInput: it does not fit.
    """
    array = to_array(spec, value)
    if array.ndim == 0:
        raise InvalidInput(
            f"Input {spec.name!r} is a single value; the first axis must hold samples."
        )
    wanted = stacked(signature, spec)
    for shaped in _readings(signature, spec, array):
        if wanted.accepts(shaped.shape):
            return validate(wanted, shaped)
    return validate(wanted, array)


def stacked(signature: Signature, spec: TensorSpec) -> TensorSpec:
    """Return the specification of an input (or output) with the samples on axis 0."""
    if signature.batched or spec.shape is None:
        return spec
    return TensorSpec(spec.name, spec.datatype, (VARIABLE, *spec.shape))


def _readings(signature: Signature, spec: TensorSpec, array: Array) -> Iterator[Array]:
    """Yield the array as it is, then with axes put in that people leave out."""
    shape = spec.shape
    if shape is None:
        # Of a model that takes any shape, nearly always the first axis is a batch.
        yield array[:, None]
        return
    yield array
    if not signature.batched and shape and shape[0] in (VARIABLE, 1):
        yield array[:, None]
    if shape and shape[-1] == 1 and len(shape) > 1:
        yield array[..., None]
        if not signature.batched and shape[0] in (VARIABLE, 1):
            yield array[:, None, ..., None]


def _scalar_kept(spec: TensorSpec, value: Any) -> Array:
    # Indexing an array of objects gives the object itself where no axis is left.
    if spec.datatype is Datatype.BYTES and not isinstance(value, np.ndarray):
        scalar = np.empty((), dtype=object)
        scalar[()] = value
        return scalar
    return np.asarray(value, dtype=spec.datatype.numpy)
