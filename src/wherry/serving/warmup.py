"""Run a model before its first caller does, so that nobody pays for the first time."""

import logging
import time
from collections.abc import Mapping

import numpy as np

from wherry.bundle.folder import Bundle
from wherry.errors import BundleError, ExecutionFailed, InvalidInput
from wherry.runtimes.protocol import LoadedModel
from wherry.tensors import VARIABLE, Array, Datatype, Signature, TensorSpec, validate_inputs

logger = logging.getLogger("wherry")


def warm_up(
    model: LoadedModel, bundle: Bundle, signatures: Mapping[str, Signature]
) -> float | None:
    """Run the bundle's warm-up samples, or one made from each signature, twice.

    Returns the seconds of the slowest second run: what one warm run takes. None when nothing
    could be run.

    Raises:
        BundleError: the bundle's own sample does not fit its signature, or fails.
    """
    slowest: float | None = None
    if bundle.warmup:
        for sample in bundle.warmup:
            try:
                inputs = validate_inputs(signatures[sample.signature], sample.inputs)
                seconds = _second_run(model, sample.signature, inputs)
            except (InvalidInput, ExecutionFailed) as error:
                raise BundleError(
                    f"The warm-up sample for {sample.signature!r} fails: {error} "
                    "Write the bundle anew."
                ) from error
            slowest = max(slowest or 0.0, seconds)
        return slowest
    for name, signature in signatures.items():
        try:
            seconds = _second_run(model, name, made_up_inputs(signature))
        except (InvalidInput, ExecutionFailed) as error:
            # Zeros are not a sensible input to every model; its callers may still have some.
            logger.info("Not warmed up with made-up inputs for %r: %s", name, error)
            continue
        slowest = max(slowest or 0.0, seconds)
    return slowest


def made_up_inputs(signature: Signature) -> dict[str, Array]:
    """Return zeros (empty strings) of the signature's shapes, 1 where a dimension is open."""
    return {spec.name: _zeros(spec) for spec in signature.inputs}


def _zeros(spec: TensorSpec) -> Array:
    shape = tuple(1 if size == VARIABLE else size for size in spec.shape or ())
    if spec.datatype is Datatype.BYTES:
        return np.full(shape, b"", dtype=object)
    return np.zeros(shape, dtype=spec.datatype.numpy)


def _second_run(model: LoadedModel, signature: str, inputs: dict[str, Array]) -> float:
    model.run(signature, inputs)
    started = time.perf_counter()
    model.run(signature, inputs)
    return time.perf_counter() - started
