"""How far the original's own answers are determined: what one rounding of its inputs moves.

A model may be so steep on a sample (a logarithm near zero) that float32 itself does not settle its
answer: computed in another order, the same TensorFlow gives another. No candidate can be asked to
agree better than that.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from wherry.shrink import parity
from wherry.shrink.records import Samples
from wherry.tensors import Array, Signature

# An answer is the sum of many roundings, this trial moves it by one for each input.
ROUNDINGS = 4
_MOST_SAMPLES = 32


def floor_ratio(
    ask: Callable[[Samples], Mapping[str, Array]],
    samples: Samples,
    answers: Mapping[str, Array],
    signature: Signature,
    step: float,
    *,
    seed: int = 0,
) -> float:
    """Return the error, of an output's range, below which nothing can be told.

    ``ask`` answers samples as ``answers`` were; ``step`` is the distance from 1 to the next number
    that the original computes with. Zero for a model without float inputs.
    """
    if not any(array.dtype.kind == "f" for array in samples.inputs.values()):
        return 0.0
    few = slice(0, _MOST_SAMPLES)
    draw = np.random.default_rng(seed)
    inputs = {name: _moved(array[few], step, draw) for name, array in samples.inputs.items()}
    moved = ask(replace(samples, inputs=inputs, labels=None))
    compared, _ = parity.compare(
        {name: array[few] for name, array in answers.items()}, moved, signature
    )
    whole, _ = parity.compare(answers, answers, signature)
    ratios = [
        one.max_abs_error / all_.range
        for one, all_ in zip(compared.outputs, whole.outputs, strict=True)
        if all_.range > 0 and np.isfinite(one.max_abs_error)
    ]
    return ROUNDINGS * max(ratios, default=0.0)


def _moved(array: Array, step: float, draw: np.random.Generator) -> Array:
    if array.dtype.kind != "f":
        return array
    signs = draw.choice(np.array([-1.0, 1.0]), size=array.shape)
    with np.errstate(over="ignore"):
        return (array * (1 + signs * step)).astype(array.dtype)
