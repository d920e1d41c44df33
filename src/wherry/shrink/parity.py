"""Whether a candidate gives the original's answers: run both on the samples, compare the outputs.

Outputs are arrays with the samples on axis 0.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from wherry.errors import ConversionFailed
from wherry.runtimes.protocol import LoadedModel
from wherry.shrink.feeding import feeding
from wherry.shrink.records import OutputParity, Parity, Samples
from wherry.tensors import Array, Signature

SAME_ANSWERS_RATIO = 1e-4
"""Of an output's range: what float32 computed in another order stays within."""
# "Varies" asks for so many times that, so that a model which ignores its inputs proves nothing.
_VARIATION = 1000
_RELATIVE_FROM_RATIO = 1e-3
# A range this small beside the numbers themselves is rounding, not an answer.
_NO_RANGE_RATIO = 1e-6
_KEPT_ERRORS = 10_000
_CHUNK = 32
_CHUNK_BYTES = 32 * 2**20


def run(loaded: LoadedModel, signature: Signature, samples: Samples) -> dict[str, Array]:
    """Run a loaded candidate on samples of the original's signature.

    The first sample goes alone and the rest in batches, so that both ways are compared with the
    original. Returns the original's outputs only, by name, the samples on axis 0.

    Raises:
        ConversionFailed: the candidate takes other inputs or gives other outputs.
        InvalidInput: it refuses the values.
        ExecutionFailed: its runtime failed.
    """
    way = feeding(loaded.signatures, signature, samples.inputs)
    parts: dict[str, list[Array]] = {spec.name: [] for spec in signature.outputs}
    for first, last in _chunks(samples, single=not way.batches):
        inputs = way.inputs(samples.inputs, slice(first, last))
        outputs = loaded.run(way.signature.name, inputs)
        answers = way.answers({name: outputs[name] for name in parts}, last - first)
        for name, part in parts.items():
            if part and part[0].shape[1:] != answers[name].shape[1:]:
                raise ConversionFailed(
                    f"Its output {name!r} changes its shape from sample to sample, from "
                    f"{list(part[0].shape[1:])} to {list(answers[name].shape[1:])}."
                )
            part.append(answers[name])
    return {name: np.concatenate(part) for name, part in parts.items()}


def _chunks(samples: Samples, *, single: bool) -> Iterator[tuple[int, int]]:
    total_bytes = sum(array.nbytes for array in samples.inputs.values())
    sample_bytes = max(1, total_bytes // samples.count)
    size = 1 if single else max(1, min(_CHUNK, _CHUNK_BYTES // sample_bytes))
    yield 0, 1
    for first in range(1, samples.count, size):
        yield first, min(first + size, samples.count)


def compare(
    original: Mapping[str, Array], candidate: Mapping[str, Array], signature: Signature
) -> tuple[Parity, dict[str, Array]]:
    """Compare a candidate's outputs with the original's.

    NaN or the same infinity on both sides is no error, on one side an infinite one. Text, integers
    and booleans are equal or not: their largest error is the ratio of items that differ, against a
    range of 1. An output that hardly varies is measured against its magnitude instead of its range.

    Returns the parity, and by output the absolute errors: float32, flat, at most 10,000 of them
    drawn evenly.

    Raises:
        ConversionFailed: an output is missing or has another shape.
    """
    outputs, errors = [], {}
    for spec in signature.outputs:
        name = spec.name
        if name not in candidate:
            raise ConversionFailed(f"It lacks the output {name!r} of the original.")
        ours, theirs = np.asarray(candidate[name]), np.asarray(original[name])
        if ours.shape != theirs.shape:
            raise ConversionFailed(
                f"Its output {name!r} has the shape {list(ours.shape)} for all samples, and the "
                f"original's {list(theirs.shape)}."
            )
        if theirs.dtype.kind in "fc" and ours.dtype.kind in "fciu":
            parity, error = _numbers(name, theirs, ours)
        else:
            parity, error = _items(name, theirs, ours)
        outputs.append(parity)
        errors[name] = _evenly(error)
    count = max((len(original[output.output]) for output in outputs), default=0)
    return Parity(tuple(outputs), count), errors


def varies(original: Mapping[str, Array]) -> dict[str, bool]:
    """Tell for each output whether it varies over the samples enough for parity to mean something.

    Some number of it must change by a thousand times what counts as the same answer; of text,
    integers and booleans any change will do.
    """
    return {name: _varies(np.asarray(array)) for name, array in original.items()}


def _varies(array: Array) -> bool:
    if array.size == 0 or len(array) < 2:
        return False
    if array.dtype.kind not in "fc":
        return bool((array != array[:1]).any())
    numbers = _real(array)
    finite = np.isfinite(numbers)
    if not finite.any():
        return False
    held = np.where(finite, numbers, np.nan)
    flat = held.reshape(len(held), -1)
    flat = flat[:, finite.reshape(len(held), -1).any(axis=0)]
    change = float((np.nanmax(flat, axis=0) - np.nanmin(flat, axis=0)).max())
    span = float(np.nanmax(flat) - np.nanmin(flat))
    needed = max(span * SAME_ANSWERS_RATIO * _VARIATION, _NO_RANGE_RATIO * np.nanmax(np.abs(flat)))
    return change > 0 and change >= needed


def _numbers(name: str, original: Array, candidate: Array) -> tuple[OutputParity, Array]:
    theirs, ours = _real(original), _real(candidate)
    error = _absolute_errors(theirs, ours)
    finite = np.isfinite(theirs)
    known = theirs[finite]
    span = float(known.max()) - float(known.min()) if known.size else 0.0
    magnitude = float(np.abs(known).max(initial=0.0))
    if span <= _NO_RANGE_RATIO * magnitude:
        span = magnitude
    large = finite & (np.abs(theirs) >= _RELATIVE_FROM_RATIO * span) & (theirs != 0)
    relative = error[large] / np.abs(theirs[large])
    parity = OutputParity(
        output=name,
        max_abs_error=float(error.max(initial=0.0)),
        median_abs_error=_median(error),
        max_rel_error=float(relative.max(initial=0.0)),
        median_rel_error=_median(relative),
        range=span,
        cosine=_cosine(theirs, ours),
        agreement=float((error == 0).mean()) if error.size else 1.0,
        top1_agreement=_top1(original, candidate),
    )
    return parity, error


def _items(name: str, original: Array, candidate: Array) -> tuple[OutputParity, Array]:
    differ = np.asarray(original != candidate, bool)
    ratio = float(differ.mean()) if differ.size else 0.0
    parity = OutputParity(
        output=name,
        max_abs_error=ratio,
        median_abs_error=0.0,
        max_rel_error=0.0,
        median_rel_error=0.0,
        range=1.0,
        cosine=1.0 - ratio,
        agreement=1.0 - ratio,
    )
    return parity, differ.astype(np.float64)


def _real(array: Array) -> Array:
    """Return float64 numbers; a complex one is two."""
    if array.dtype.kind == "c":
        wide = np.ascontiguousarray(array, np.complex128)
        return wide.view(np.float64).reshape(*array.shape, 2)
    return np.asarray(array, np.float64)


def _absolute_errors(original: Array, candidate: Array) -> Array:
    if original.shape != candidate.shape:  # complex against real
        return np.full(original.shape, np.inf)
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(candidate - original)
    same = (original == candidate) | (np.isnan(original) & np.isnan(candidate))
    error[same] = 0.0
    error[~same & ~(np.isfinite(original) & np.isfinite(candidate))] = np.inf
    return error


def _median(values: Array) -> float:
    if not values.size:
        return 0.0
    # The middle of infinite errors is one of them; numpy's mean of two would warn.
    middle = np.partition(values.reshape(-1), values.size // 2)[values.size // 2]
    return float(middle)


def _cosine(original: Array, candidate: Array) -> float:
    if original.shape != candidate.shape:
        return 0.0
    both = np.isfinite(original) & np.isfinite(candidate)
    # Scaled, so that squares neither overflow nor vanish.
    left, right = _scaled(original[both]), _scaled(candidate[both])
    norm = float(np.sqrt((left @ left) * (right @ right)))
    if norm == 0:
        return 1.0 if not left.any() and not right.any() else 0.0
    return float(np.clip(left @ right / norm, -1.0, 1.0))


def _scaled(values: Array) -> Array:
    largest = np.abs(values).max(initial=0.0)
    scaled: Array = values / largest if largest > 0 else values
    return scaled


def _top1(original: Array, candidate: Array) -> float | None:
    """Return how often the candidate's largest number stands where the original's does.

    Where the original has several largest numbers, each is as good.
    """
    if original.dtype.kind != "f" or original.ndim < 2 or original.shape[-1] < 2:
        return None
    if not original.size:
        return 1.0
    theirs, ours = np.nan_to_num(original), np.nan_to_num(candidate)
    picked = np.take_along_axis(theirs, ours.argmax(axis=-1)[..., None], axis=-1)[..., 0]
    return float((picked == theirs.max(axis=-1)).mean())


def _evenly(error: Array) -> Array:
    flat = error.reshape(-1)
    if flat.size > _KEPT_ERRORS:
        flat = flat[np.linspace(0, flat.size - 1, _KEPT_ERRORS).astype(np.int64)]
    with np.errstate(over="ignore"):
        return flat.astype(np.float32)
