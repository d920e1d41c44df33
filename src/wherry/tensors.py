"""Tensor specifications and signatures, and the check of arrays against them.

Datatypes carry the names of the Open Inference Protocol v2 (``FP32``, ``INT64``, ``BYTES`` ...).
Two need a word, since numpy has no type for them:

* ``BYTES`` (strings): arrays of dtype ``object`` whose items are ``bytes``.
* ``BF16``: arrays of dtype ``float32`` that hold values which bfloat16 can represent;
  a runtime rounds what it is given to the nearest one.

``COMPLEX64`` and ``COMPLEX128`` are not in the protocol: they work from Python, not over HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wherry.errors import InvalidInput

type Array = NDArray[Any]

VARIABLE = -1
"""A dimension that may take any size."""


class Datatype(StrEnum):
    """Element types, by their Open Inference Protocol names."""

    BOOL = "BOOL"
    INT8 = "INT8"
    INT16 = "INT16"
    INT32 = "INT32"
    INT64 = "INT64"
    UINT8 = "UINT8"
    UINT16 = "UINT16"
    UINT32 = "UINT32"
    UINT64 = "UINT64"
    FP16 = "FP16"
    BF16 = "BF16"
    FP32 = "FP32"
    FP64 = "FP64"
    BYTES = "BYTES"
    COMPLEX64 = "COMPLEX64"
    COMPLEX128 = "COMPLEX128"

    @property
    def numpy(self) -> np.dtype[Any]:
        """The numpy dtype of arrays of this datatype (see the module's two exceptions)."""
        return _NUMPY[self]

    @classmethod
    def of(cls, dtype: np.dtype[Any]) -> "Datatype":
        """Return the datatype of a numpy dtype.

        Raises:
            InvalidInput: no datatype corresponds to it.
        """
        if dtype.kind in "OSU":
            return cls.BYTES
        try:
            return _BY_NUMPY[dtype.newbyteorder("=")]
        except KeyError:
            raise InvalidInput(f"Arrays of dtype {dtype} cannot be given to a model.") from None


_NUMPY: dict[Datatype, np.dtype[Any]] = {
    Datatype.BOOL: np.dtype(np.bool_),
    Datatype.INT8: np.dtype(np.int8),
    Datatype.INT16: np.dtype(np.int16),
    Datatype.INT32: np.dtype(np.int32),
    Datatype.INT64: np.dtype(np.int64),
    Datatype.UINT8: np.dtype(np.uint8),
    Datatype.UINT16: np.dtype(np.uint16),
    Datatype.UINT32: np.dtype(np.uint32),
    Datatype.UINT64: np.dtype(np.uint64),
    Datatype.FP16: np.dtype(np.float16),
    Datatype.BF16: np.dtype(np.float32),
    Datatype.FP32: np.dtype(np.float32),
    Datatype.FP64: np.dtype(np.float64),
    Datatype.BYTES: np.dtype(object),
    Datatype.COMPLEX64: np.dtype(np.complex64),
    Datatype.COMPLEX128: np.dtype(np.complex128),
}
_BY_NUMPY = {
    dtype: datatype for datatype, dtype in _NUMPY.items() if datatype is not Datatype.BF16
}


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Name, datatype and shape of one input or output.

    ``shape`` holds ``VARIABLE`` (-1) where a dimension may take any size, and is None where even
    the number of dimensions is open.
    """

    name: str
    datatype: Datatype
    shape: tuple[int, ...] | None

    def accepts(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of this shape fits."""
        return self.shape is None or (
            len(shape) == len(self.shape)
            and all(
                want in (VARIABLE, got) for want, got in zip(self.shape, shape, strict=True)
            )
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """One entry point of a model: its inputs and outputs in the order the model declares them."""

    name: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]

    @property
    def batched(self) -> bool:
        """Whether the first axis of every input and output is a batch of any size."""
        return all(
            spec.shape is not None and len(spec.shape) > 0 and spec.shape[0] == VARIABLE
            for spec in (*self.inputs, *self.outputs)
        )
