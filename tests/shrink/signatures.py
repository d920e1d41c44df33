"""Signatures that several tests use."""

from wherry.tensors import Datatype, Signature, TensorSpec

FP32, INT64, BYTES = Datatype.FP32, Datatype.INT64, Datatype.BYTES


def signature(
    inputs: dict[str, tuple[Datatype, tuple[int, ...] | None]],
    outputs: dict[str, tuple[Datatype, tuple[int, ...] | None]] | None = None,
    name: str = "serving_default",
) -> Signature:
    """Return a signature; its output is ``y`` [n, 3] unless others are given."""
    outputs = {"y": (FP32, (-1, 3))} if outputs is None else outputs
    return Signature(
        name,
        tuple(TensorSpec(n, datatype, shape) for n, (datatype, shape) in inputs.items()),
        tuple(TensorSpec(n, datatype, shape) for n, (datatype, shape) in outputs.items()),
    )


FOUR = signature({"x": (FP32, (-1, 4))})
PAIR = signature({"a": (FP32, (-1, 2)), "b": (INT64, (-1,))})
TEXT = signature({"text": (BYTES, (-1, 1))})
"""Keras gives a text input an axis of one."""
UNBATCHED = signature({"x": (FP32, (3,))}, {"sum": (FP32, ())})
UNKNOWN_OUT = signature({"x": (FP32, (-1, 4))}, {"y": (FP32, None)})
"""As of old SavedModels: takes batches, but says nothing of what comes out."""
