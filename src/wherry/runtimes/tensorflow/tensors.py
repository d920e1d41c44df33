"""Arrays to TensorFlow's tensors and back.

Both ways copy once. A tensor's memory may be a weight of the model or another tensor's, and an
input may be kept by a variable, so neither side may be left with the other's.
"""

import ctypes
from ctypes import CDLL, c_int64
from functools import cache
from typing import Any

import numpy as np

from wherry.errors import ExecutionFailed, InvalidInput
from wherry.runtimes.bfloat16 import from_bfloat16, to_bfloat16
from wherry.runtimes.savedmodel import DATATYPES
from wherry.runtimes.tensorflow.capi import STRING_BYTES, Deallocator
from wherry.tensors import Array, Datatype

_NUMBERS = {datatype: number for number, datatype in DATATYPES.items()}
_ALIGNMENT_BYTES = 64  # EIGEN_MAX_ALIGN_BYTES with AVX-512; other CPUs ask for less


class StringTensors:
    """Makes string tensors, whose memory Python keeps until TensorFlow has no use for it."""

    def __init__(self, library: CDLL) -> None:
        self._library = library
        self._kept: dict[int, tuple[object, int]] = {}
        # TensorFlow calls it from any of its threads, for as long as a tensor lives.
        self._deallocator = Deallocator(self._free)

    def new(self, array: Array) -> int:
        """Make a TF_STRING tensor from an object array of bytes."""
        library = self._library
        items = array.ravel().tolist()
        memory = ctypes.create_string_buffer(len(items) * STRING_BYTES + _ALIGNMENT_BYTES)
        start = -(-ctypes.addressof(memory) // _ALIGNMENT_BYTES) * _ALIGNMENT_BYTES
        self._kept[start] = (memory, len(items))
        # The buffer's zeros are what TF_StringInit would write: empty strings.
        try:
            for index, item in enumerate(items):
                library.TF_StringCopy(start + index * STRING_BYTES, item, len(item))
        except (TypeError, ctypes.ArgumentError):
            self._free(start, 0, None)
            raise InvalidInput("An input of strings must hold bytes.") from None
        return int(
            library.TF_NewTensor(
                _NUMBERS[Datatype.BYTES],
                _dimensions(array.shape),
                array.ndim,
                start,
                len(items) * STRING_BYTES,
                self._deallocator,
                None,
            )
        )

    def _free(self, data: int, _length: int, _argument: int | None) -> None:
        _, count = self._kept[data]
        for index in range(count):
            self._library.TF_StringDealloc(data + index * STRING_BYTES)
        del self._kept[data]


@cache
def string_tensors(library: CDLL) -> StringTensors:
    """Return the process's one maker of string tensors: it must outlive every one of them."""
    return StringTensors(library)


def to_tensor(library: CDLL, array: Array, datatype: Datatype) -> int:
    """Copy an array into a new TF_Tensor; the caller deletes it."""
    if datatype is Datatype.BYTES:
        return string_tensors(library).new(array)
    if datatype is Datatype.BF16:
        array = to_bfloat16(array)
    array = np.ascontiguousarray(array).reshape(array.shape)
    tensor = library.TF_AllocateTensor(
        _NUMBERS[datatype], _dimensions(array.shape), array.ndim, array.nbytes
    )
    if not tensor:
        raise ExecutionFailed(f"TensorFlow has no memory for an input of {array.nbytes:,} bytes.")
    if array.nbytes:
        ctypes.memmove(library.TF_TensorData(tensor), array.ctypes.data, array.nbytes)
    return int(tensor)


def from_tensor(library: CDLL, tensor: int) -> Array:
    """Copy a TF_Tensor into a new array. The tensor is not deleted."""
    number = library.TF_TensorType(tensor)
    datatype = DATATYPES.get(number)
    if datatype is None:
        raise ExecutionFailed(f"The model returned TensorFlow's type number {number}.")
    shape = tuple(library.TF_Dim(tensor, axis) for axis in range(library.TF_NumDims(tensor)))
    if datatype is Datatype.BYTES:
        return _strings(library, tensor, shape)
    dtype: np.dtype[Any] = np.dtype(np.uint16) if datatype is Datatype.BF16 else datatype.numpy
    array = np.empty(shape, dtype)
    if array.nbytes:
        ctypes.memmove(array.ctypes.data, library.TF_TensorData(tensor), array.nbytes)
    return from_bfloat16(array) if datatype is Datatype.BF16 else array


def _strings(library: CDLL, tensor: int, shape: tuple[int, ...]) -> Array:
    array = np.empty(shape, object)
    flat = array.reshape(-1)
    start = library.TF_TensorData(tensor) or 0
    for index in range(flat.size):
        item = start + index * STRING_BYTES
        flat[index] = ctypes.string_at(
            library.TF_StringGetDataPointer(item), library.TF_StringGetSize(item)
        )
    return array


def _dimensions(shape: tuple[int, ...]) -> "ctypes.Array[c_int64]":
    return (c_int64 * len(shape))(*shape)
