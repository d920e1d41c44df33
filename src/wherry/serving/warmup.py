"""Run a model before its first caller does, so that nobody pays for the first time."""

import logging
import math
import time
from collections.abc import Mapping, Sequence

import numpy as np

from wherry.bundle.folder import Bundle, Warmup
from wherry.errors import BundleError, ExecutionFailed, InvalidInput
from wherry.runtimes.protocol import LoadedModel
from wherry.tensors import VARIABLE, Array, Datatype, Signature, TensorSpec, validate_inputs

logger = logging.getLogger("wherry")

# A boot has other work on the same CPUs: the fastest of several runs is the model's own time. A
# slow model is timed once, since that already takes longer than any disturbance.
MOST_TIMED_RUNS = 10
TIMING_BUDGET_S = 0.02
# A file may bring a thousand requests; the first ones have warmed up all there is to warm up.
SAMPLES_BUDGET_S = 10.0


def warm_up(
    model: LoadedModel, bundle: Bundle, signatures: Mapping[str, Signature]
) -> float | None:
    """Run the bundle's warm-up samples, or one made from each signature.

    Samples beyond ``SAMPLES_BUDGET_S`` are left out. Returns the seconds that one warm run takes,
    of the slowest sample. None when nothing could be run.

    Raises:
        BundleError: the bundle's own sample does not fit its signature, or fails.
    """
    slowest: float | None = None
    if bundle.warmup:
        return _run_samples(model, bundle.warmup, signatures)
    for name, signature in signatures.items():
        try:
            seconds = _warm_run_s(model, name, made_up_inputs(signature))
        except (InvalidInput, ExecutionFailed) as error:
            # Zeros are not a sensible input to every model; its callers may still have some.
            logger.info("Not warmed up with made-up inputs for %r: %s", name, error)
            continue
        slowest = max(slowest or 0.0, seconds)
    return slowest


def _run_samples(
    model: LoadedModel, samples: Sequence[Warmup], signatures: Mapping[str, Signature]
) -> float:
    slowest = 0.0
    started = time.monotonic()
    for number, sample in enumerate(samples):
        if time.monotonic() - started > SAMPLES_BUDGET_S:
            logger.info("Warmed up with the first %d of %d samples.", number, len(samples))
            break
        if sample.signature not in signatures:
            raise BundleError(
                f"A warm-up sample is for the signature {sample.signature!r}, which the model does "
                f"not have (it has {', '.join(map(repr, sorted(signatures)))})."
            )
        try:
            inputs = validate_inputs(signatures[sample.signature], sample.inputs)
            slowest = max(slowest, _warm_run_s(model, sample.signature, inputs))
        except (InvalidInput, ExecutionFailed) as error:
            raise BundleError(
                f"The warm-up sample for {sample.signature!r} fails: {error} Write the bundle anew."
            ) from error
    return slowest


def made_up_inputs(signature: Signature) -> dict[str, Array]:
    """Return zeros (empty strings) of the signature's shapes, 1 where a dimension is open."""
    return {spec.name: _zeros(spec) for spec in signature.inputs}


def _zeros(spec: TensorSpec) -> Array:
    shape = tuple(1 if size == VARIABLE else size for size in spec.shape or ())
    if spec.datatype is Datatype.BYTES:
        return np.full(shape, b"", dtype=object)
    return np.zeros(shape, dtype=spec.datatype.numpy)


def _warm_run_s(model: LoadedModel, signature: str, inputs: dict[str, Array]) -> float:
    """Run once to warm up, then until it is known what one run takes on an undisturbed CPU."""
    model.run(signature, inputs)
    best_s = math.inf
    spent_s = 0.0
    for _ in range(MOST_TIMED_RUNS):
        started = time.perf_counter()
        model.run(signature, inputs)
        run_s = time.perf_counter() - started
        best_s = min(best_s, run_s)
        spent_s += run_s
        if spent_s > TIMING_BUDGET_S:
            break
    return best_s
