"""Samples drawn from the signature alone, for want of real ones.

They show whether a candidate computes the same function, not how far it strays on what the model
will see: most models send noise to one answer.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from wherry.errors import InvalidInput
from wherry.shrink.sampling.drawing import Drawn, Wanted, sample_bytes
from wherry.shrink.sampling.fitting import stacked
from wherry.tensors import VARIABLE, Array, Datatype, TensorSpec

OPEN_SIZES = {3: (16,), 4: (96, 96), 5: (8, 32, 32)}
"""Of dimensions that may take any size, after the batch, by the number of dimensions: a sequence,
a picture, a film."""
_OPEN_SIZE = 16
_UNKNOWN_RANK = (4,)
_MAX_WORDS = 6
_TEXT = (
    "the river was high and brown after rain but small boat crossed before night came over hills "
    "a man who had never seen water like this said he would not go again bad good film loved it "
    "boring great terrible acting wonderful plot price quality service fast slow Paris 42 ok"
)
_WORDS = _TEXT.split()

type Random = np.random.Generator


def draw(wanted: Wanted, open_sizes: Mapping[int, int] | None = None) -> Drawn:
    """Draw ``wanted.count`` samples, the same for the same seed.

    ``open_sizes`` gives the size of dimensions that may take any, by their place after the batch;
    the rest take a usual one. All inputs agree in such sizes, as sequences and their masks do.

    Raises:
        InvalidInput: one sample is too large.
    """
    signature = wanted.signature
    shapes = {
        spec.name: _sample_shape(signature.batched, spec, open_sizes or {})
        for spec in signature.inputs
    }
    rows = wanted.choose(wanted.count, sample_bytes(signature, shapes))
    random = np.random.default_rng(wanted.seed)
    inputs: dict[str, Any] = {}
    for spec in signature.inputs:
        whole = stacked(signature, spec)
        values = _values(random, whole, (len(rows), *shapes[spec.name]), wanted.integers_below)
        # fit() puts the run's own first axis back into inputs of unknown rank.
        inputs[spec.name] = values
    return Drawn(inputs, None, "drawn from the signature", len(rows), rows, len(rows))


def _sample_shape(batched: bool, spec: TensorSpec, sizes: Mapping[int, int]) -> tuple[int, ...]:
    if spec.shape is None:
        return _UNKNOWN_RANK
    usual = OPEN_SIZES.get(len(spec.shape), ())
    shape = []
    for place, size in enumerate(spec.shape):
        if place == 0 and batched:
            continue
        if size != VARIABLE:
            shape.append(size)
        elif place == 0:
            shape.append(1)
        else:
            plain = usual[place - 1] if place <= len(usual) else _OPEN_SIZE
            shape.append(sizes.get(place, plain))
    if any(size < 1 for size in shape):
        raise InvalidInput(f"No sample can be drawn for {spec.name!r}, which is {spec}.")
    return tuple(shape)


def _values(random: Random, spec: TensorSpec, shape: tuple[int, ...], below: int) -> Array:
    dtype = spec.datatype.numpy
    if dtype.kind == "f":
        return _floats(random, shape).astype(dtype)
    if dtype.kind == "c":
        return (_floats(random, shape) + 1j * _floats(random, shape)).astype(dtype)
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(dtype)
    if spec.datatype is Datatype.BYTES:
        return _texts(random, shape)
    if spec.datatype in (Datatype.UINT8, Datatype.INT8):
        limits = np.iinfo(dtype)
        return random.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    # Most integers are indices into a table, and an index beyond it is an error.
    return random.integers(0, max(1, below), shape).astype(dtype)


def _floats(random: Random, shape: tuple[int, ...]) -> Array:
    """Draw each sample in one of the scales that inputs come in."""
    normal = random.standard_normal(shape)
    uniform = random.random(shape)
    drawn = np.empty(shape)
    for sample in range(shape[0]):
        drawn[sample] = (
            normal[sample],
            uniform[sample],
            2 * uniform[sample] - 1,
            0.05 * normal[sample],
            20 * normal[sample],
            255 * uniform[sample],
        )[sample % 6]
    return drawn


def _texts(random: Random, shape: tuple[int, ...]) -> Array:
    texts = np.empty(shape, dtype=object)
    flat = texts.reshape(-1)
    for place in range(flat.size):
        words = random.choice(_WORDS, random.integers(1, _MAX_WORDS, endpoint=True))
        flat[place] = " ".join(words.tolist()).encode()
    return texts
