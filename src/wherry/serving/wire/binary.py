"""Binary tensors: the bytes behind the JSON of an Open Inference Protocol message.

Numbers are little-endian in row-major order, a bool is a byte, bfloat16 is the upper half of a
float32, and a string stands behind its length as four bytes.

Source: "Binary Tensor Data Extension" of the Triton Inference Server's documentation.
"""

import math
import struct
from typing import Any

import numpy as np

from wherry.errors import InvalidInput
from wherry.tensors import Array, Datatype, TensorSpec, quoted

# Stored otherwise than in their numpy dtype; a byte that is neither 0 nor 1 must not become a bool.
_STORED: dict[Datatype, np.dtype[Any]] = {
    Datatype.BF16: np.dtype("<u2"),
    Datatype.BOOL: np.dtype("u1"),
}


class Reader:
    """The binary tensors of a request, which follow each other in the order of the inputs."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def take(self, name: str, size: object) -> memoryview:
        """Return the bytes of the next tensor."""
        if type(size) is not int or size < 0:
            raise InvalidInput(
                f"'binary_data_size' of {name!r} is {quoted(size)}; it must be a number of bytes."
            )
        if size > len(self._data) - self._at:
            raise InvalidInput(
                f"Input {name!r} claims {size} bytes of binary data; "
                f"{len(self._data) - self._at} bytes are left in the body."
            )
        self._at += size
        return self._data[self._at - size : self._at]

    def finish(self) -> None:
        """Raise InvalidInput where bytes are left over."""
        if self._at != len(self._data):
            raise InvalidInput(
                f"{len(self._data) - self._at} bytes of binary data belong to no input: check "
                "Inference-Header-Content-Length and each 'binary_data_size'."
            )


def decode(spec: TensorSpec, shape: tuple[int, ...], data: memoryview) -> Array:
    """Return the tensor; its array may share the memory of ``data``.

    Raises:
        InvalidInput: the data is not of the size that the shape asks for, or cannot be it.
    """
    count = math.prod(shape)
    if spec.datatype is Datatype.BYTES:
        return _strings(spec, count, data).reshape(shape)
    stored = _STORED.get(spec.datatype) or spec.datatype.numpy.newbyteorder("<")
    if len(data) != count * stored.itemsize:
        raise InvalidInput(
            f"Input {spec.name!r} of shape {list(shape)} needs {count * stored.itemsize} bytes, "
            f"but its 'binary_data_size' is {len(data)}."
        )
    array = np.frombuffer(data, stored)
    if spec.datatype is Datatype.BF16:
        return (array.astype(np.uint32) << 16).view(np.float32).reshape(shape)
    if spec.datatype is Datatype.BOOL:
        if (array > 1).any():
            raise InvalidInput(f"Input {spec.name!r} is BOOL, but a byte of it is neither 0 nor 1.")
        return array.view(np.bool_).reshape(shape)
    return array.reshape(shape)


def _strings(spec: TensorSpec, count: int, data: memoryview) -> Array:
    """Read strings, each behind its length as four bytes, little-endian."""
    if count * 4 > len(data):
        raise InvalidInput(
            f"Input {spec.name!r} claims {count} strings, but its binary data has only "
            f"{len(data)} bytes."
        )
    found = np.empty(count, object)
    at = 0
    for index in range(count):
        if at + 4 > len(data):
            raise _wrong_strings(spec, count)
        (size,) = struct.unpack_from("<I", data, at)
        at += 4
        if size > len(data) - at:
            raise _wrong_strings(spec, count)
        found[index] = bytes(data[at : at + size])
        at += size
    if at != len(data):
        raise _wrong_strings(spec, count)
    return found


def _wrong_strings(spec: TensorSpec, count: int) -> InvalidInput:
    return InvalidInput(
        f"The binary data of input {spec.name!r} is not {count} strings, each behind its length "
        "as four bytes (little-endian)."
    )


def encode(spec: TensorSpec, array: Array) -> bytes:
    """Return the tensor's bytes."""
    if array.dtype.kind == "O":
        return b"".join(
            part for item in array.reshape(-1) for part in (struct.pack("<I", len(item)), item)
        )
    if spec.datatype is Datatype.BF16:
        upper = np.ascontiguousarray(array, np.float32).view(np.uint32) >> 16
        return upper.astype("<u2").tobytes()
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
