"""Accuracy on labelled samples, and how much of it a candidate loses."""

import math
from collections.abc import Mapping

import numpy as np

from wherry.errors import InvalidInput
from wherry.shrink.records import Accuracy
from wherry.tensors import Array

_Z_95 = 1.959963984540054
"""The normal distribution's 97.5 % quantile."""


def compare(
    original: Mapping[str, Array],
    candidate: Mapping[str, Array],
    labels: Array,
    output: str | None = None,
) -> Accuracy:
    """Compare how often the original and a candidate answer rightly.

    The class is the place of the largest number on the last axis; of an output with one number for
    each sample it is whether that is above 0.5 (above 0 where the original's numbers leave 0..1,
    and so are logits); of integers it is the number itself. ``output`` is the one that answers;
    None takes the first that can.

    Raises:
        InvalidInput: the labels do not fit the output, or no output can answer.
    """
    name = output_for(original, labels) if output is None else output
    if name not in original:
        raise InvalidInput(f"There is no output {name!r}; the model has {sorted(original)}.")
    theirs = classes(original[name], original[name])
    if theirs is None or theirs.shape != labels.shape:
        raise InvalidInput(
            f"The output {name!r} of shape {list(original[name].shape)} does not answer with one "
            f"class for each of {len(labels)} labels; name another output."
        )
    _check_range(name, original[name], labels)
    ours = classes(candidate[name], original[name])
    right, still = theirs == labels, ours == labels
    return paired(
        both=int((right & still).sum()),
        lost=int((right & ~still).sum()),
        gained=int((~right & still).sum()),
        neither=int((~right & ~still).sum()),
    )


def output_for(original: Mapping[str, Array], labels: Array) -> str:
    """Return the first output that answers with one class for each label, and has all classes.

    Raises:
        InvalidInput: none does.
    """
    fitting = []
    for name, array in original.items():
        found = classes(array, array)
        if found is not None and found.shape == labels.shape:
            fitting.append(name)
    if fitting:
        # Where none has all of them, the first will be the one to say so of.
        return next((n for n in fitting if _has_classes(original[n], labels)), fitting[0])
    told = ", ".join(f"{name!r} {list(array.shape)}" for name, array in original.items())
    raise InvalidInput(
        f"No output answers with one class for each of the {len(labels)} labels; the outputs are "
        f"{told}. Leave the labels out, or label what the model answers."
    )


def classes(array: Array, original: Array) -> Array | None:
    """Return the class of each sample, int64, or None where an output holds no classes.

    ``original`` is the same output of the original: whether a single number is a probability is
    decided by that one, for all candidates alike.
    """
    if array.dtype.kind == "f" and array.ndim >= 2 and array.shape[-1] >= 2:
        return _squeezed(np.nan_to_num(array).argmax(axis=-1).astype(np.int64))
    if array.dtype.kind == "f":
        probabilities = original.size == 0 or bool(original.min() >= 0 and original.max() <= 1)
        return _squeezed((array > (0.5 if probabilities else 0.0)).astype(np.int64))
    if array.dtype.kind in "biu":
        return _squeezed(array.astype(np.int64))
    return None


def _squeezed(found: Array) -> Array:
    """Drop axes of one beside the samples: the run's own batch axis, say."""
    return found.reshape(len(found)) if found.ndim > 1 and found.size == len(found) else found


def _check_range(name: str, array: Array, labels: Array) -> None:
    if not _has_classes(array, labels):
        raise InvalidInput(
            f"The labels go up to {labels.max()}, and the output {name!r} has "
            f"{_class_count(array)} classes, which count from 0."
        )


def _has_classes(array: Array, labels: Array) -> bool:
    return array.dtype.kind != "f" or not labels.size or labels.max() < _class_count(array)


def _class_count(array: Array) -> int:
    return max(2, array.shape[-1] if array.ndim >= 2 else 1)


def paired(*, both: int, lost: int, gained: int, neither: int) -> Accuracy:
    """Return the accuracies and the drop with a 95 % interval, from the counts of a paired table.

    ``lost`` are samples that only the original answers rightly, ``gained`` those that only the
    candidate does. The interval is Newcombe's square-and-add one, which does not shrink to nothing
    where the two never differ.

    Source: R. G. Newcombe, "Improved confidence intervals for the difference between binomial
    proportions based on paired data", Statistics in Medicine 17 (1998), method 10; recommended by
    M. W. Fagerland, S. Lydersen, P. Laake, "Recommended tests and confidence intervals for paired
    binomial proportions", Statistics in Medicine 33 (2014).
    """
    count = both + lost + gained + neither
    if count == 0:
        raise InvalidInput("There is no labelled sample to compare.")
    first, second = (both + lost) / count, (both + gained) / count
    drop = (lost - gained) / count
    low_1, high_1 = _wilson(both + lost, count)
    low_2, high_2 = _wilson(both + gained, count)
    phi = _correlation(both, lost, gained, neither)
    below = _distance(first - low_1, high_2 - second, phi)
    above = _distance(high_1 - first, second - low_2, phi)
    return Accuracy(
        original=first,
        candidate=second,
        drop=drop,
        low=max(-1.0, drop - below),
        high=min(1.0, drop + above),
        samples=count,
    )


def _distance(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def _correlation(both: int, lost: int, gained: int, neither: int) -> float:
    product = (both + lost) * (gained + neither) * (both + gained) * (lost + neither)
    if product == 0:
        return 0.0
    covariance = float(both * neither - lost * gained)
    if covariance > 0:  # Newcombe's correction for continuity
        covariance = max(0.0, covariance - (both + lost + gained + neither) / 2)
    return covariance / math.sqrt(product)


def _wilson(successes: int, count: int) -> tuple[float, float]:
    """Return Wilson's score interval of a proportion."""
    ratio, z = successes / count, _Z_95
    middle = ratio + z * z / (2 * count)
    half = z * math.sqrt(ratio * (1 - ratio) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
