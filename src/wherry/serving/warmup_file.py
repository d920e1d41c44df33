"""TensorFlow Serving's warm-up file: requests that a SavedModel brings along.

``assets.extra/tf_serving_warmup_requests`` is a TFRecord file of PredictionLog messages, of which
those with a PredictRequest are read here.
Source: https://www.tensorflow.org/tfx/serving/saved_model_warmup, and for the field numbers
tensorflow_serving/apis/prediction_log.proto, predict.proto and model.proto, and
tensorflow/core/framework/tensor.proto and tensor_shape.proto, which keep them for good.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from wherry.bundle.folder import Warmup
from wherry.errors import BundleError
from wherry.runtimes.protobuf import (
    Malformed,
    entry,
    fields,
    integer,
    message,
    messages,
    open_message,
    text,
)
from wherry.runtimes.savedmodel import DATATYPES, read_shape
from wherry.tensors import Array, Datatype

NAME: Final = "assets.extra/tf_serving_warmup_requests"
DEFAULT_SIGNATURE: Final = "serving_default"
# As many as TensorFlow Serving takes (kMaxNumRecords in saved_model_warmup_util.h).
MAX_RECORDS: Final = 1000
# Warm-up inputs are a few; this bounds what reading them may cost.
MAX_FILE_BYTES: Final = 64 * 2**20
# Of one input, however few bytes say how large it is.
MAX_TENSOR_BYTES: Final = 64 * 2**20

# A record: its length, a checksum of that, the record, a checksum of it.
_HEAD: Final = struct.Struct("<QI")
_FOOT_BYTES: Final = 4
_PREDICT_LOG, _REQUEST = 6, 1
_MODEL_SPEC, _INPUTS, _SIGNATURE_NAME = 1, 2, 3
_DTYPE, _SHAPE, _CONTENT, _STRINGS = 1, 2, 4, 8

# Where TensorProto keeps values of a type that are not in tensor_content, and how: as varints, or
# as little-endian numbers of a width. Both of half and bfloat16 are the bits as an integer.
_VARINTS: Final = {
    Datatype.INT8: 7,
    Datatype.INT16: 7,
    Datatype.INT32: 7,
    Datatype.UINT8: 7,
    Datatype.UINT16: 7,
    Datatype.INT64: 10,
    Datatype.BOOL: 11,
    Datatype.FP16: 13,
    Datatype.UINT32: 16,
    Datatype.UINT64: 17,
}
_NUMBERS: Final = {Datatype.FP32: (5, "<f4"), Datatype.FP64: (6, "<f8")}


def read_warmup(model: Path) -> tuple[Warmup, ...]:
    """Return the warm-up requests that a SavedModel folder brings; none if it brings no file.

    Not checked here: the records' checksums, and that the inputs fit the model.

    Raises:
        BundleError: the file is damaged, or larger than a warm-up file may be.
    """
    path = model / NAME
    if not path.is_file():
        return ()
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BundleError(f"{NAME} is larger than {MAX_FILE_BYTES} bytes. Write fewer requests.")
    try:
        return tuple(_requests(open_message(path)))
    except (Malformed, ValueError, OverflowError, struct.error) as error:
        raise BundleError(
            f"{NAME} of {model.name} is damaged: {str(error) or 'it is no TFRecord file'}. Write "
            "it again, or leave it out."
        ) from None


def _requests(data: memoryview) -> Iterator[Warmup]:
    for count, record in enumerate(_records(data)):
        if count == MAX_RECORDS:
            raise ValueError(f"it holds more than {MAX_RECORDS} records")
        for log in messages(record, _PREDICT_LOG):
            for request in messages(log, _REQUEST):
                yield _request(request)


def _records(data: memoryview) -> Iterator[memoryview]:
    position = 0
    while position < len(data):
        length, _ = _HEAD.unpack_from(data, position)
        start = position + _HEAD.size
        position = start + length + _FOOT_BYTES
        if position > len(data):
            raise ValueError("it ends inside a record")
        yield data[start : start + length]


def _request(data: memoryview) -> Warmup:
    signature = DEFAULT_SIGNATURE
    for spec in messages(data, _MODEL_SPEC):
        for name in messages(spec, _SIGNATURE_NAME):
            signature = text(name) or DEFAULT_SIGNATURE
    inputs = dict(entry(found) for found in messages(data, _INPUTS))
    return Warmup(signature, {name: _tensor(name, value) for name, value in inputs.items()})


def _tensor(name: str, data: memoryview) -> Array:
    found: dict[int, list[int | memoryview]] = {}
    for number, value in fields(data):
        found.setdefault(number, []).append(value)
    datatype = DATATYPES.get(integer(found[_DTYPE][-1]) if _DTYPE in found else 0)
    if datatype is None:
        raise ValueError(f"the input {name!r} is of a type that is not read")
    shape = read_shape(message(found[_SHAPE][-1])) if _SHAPE in found else ()
    if shape is None or any(size < 0 for size in shape):
        raise ValueError(f"the input {name!r} has no definite shape")
    items = 1
    for size in shape:
        items *= size
    if items > MAX_TENSOR_BYTES:
        raise ValueError(f"the input {name!r} has {items} values, too many to warm up with")
    if datatype is Datatype.BYTES:
        return _strings(name, found.get(_STRINGS, []), items, shape)
    dtype = np.dtype(datatype.numpy)
    if items * dtype.itemsize > MAX_TENSOR_BYTES:
        raise ValueError(f"the input {name!r} is larger than {MAX_TENSOR_BYTES} bytes")
    if _CONTENT in found:
        content = message(found[_CONTENT][-1])
        if len(content) != items * dtype.itemsize:
            raise ValueError(f"the input {name!r} holds another number of bytes than its shape")
        return np.frombuffer(content, dtype).reshape(shape).copy()
    return _filled(_values(datatype, found), items, name).astype(dtype).reshape(shape)


def _strings(
    name: str, values: list[int | memoryview], items: int, shape: tuple[int, ...]
) -> Array:
    if len(values) not in (1, items):
        raise ValueError(f"the input {name!r} holds {len(values)} texts for {items} values")
    array = np.empty(items, dtype=object)
    for index in range(items):
        array[index] = bytes(message(values[index if len(values) == items else 0]))
    return array.reshape(shape)


def _values(datatype: Datatype, found: dict[int, list[int | memoryview]]) -> Array:
    """Return the values that are written one by one; each may stand alone or in a packed field."""
    if datatype in _NUMBERS:
        number, dtype = _NUMBERS[datatype]
        joined = b"".join(bytes(message(value)) for value in found.get(number, ()))
        return np.frombuffer(joined, dtype)
    if datatype not in _VARINTS:
        raise ValueError(f"values of the type {datatype} are read from tensor_content only")
    numbers: list[int] = []
    for value in found.get(_VARINTS[datatype], ()):
        numbers += [integer(value)] if isinstance(value, int) else _packed(value)
    if datatype is Datatype.FP16:
        return np.array(numbers, np.uint16).view(np.float16)
    if datatype is Datatype.UINT64:
        return np.array([each % 2**64 for each in numbers], np.uint64)
    return np.array(numbers, np.int64)


def _packed(data: memoryview) -> list[int]:
    """Return the varints of a packed field, as signed numbers."""
    numbers: list[int] = []
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if shift > 70:
            raise Malformed
        if byte < 0x80:
            value %= 2**64
            numbers.append(value - 2**64 if value >= 2**63 else value)
            value = shift = 0
    if shift:
        raise Malformed
    return numbers


def _filled(values: "np.ndarray[Any, Any]", items: int, name: str) -> Array:
    """Return so many values; TensorProto leaves out those at the end that equal the last one."""
    if len(values) > items:
        raise ValueError(f"the input {name!r} holds {len(values)} values for {items}")
    if not len(values):
        return np.zeros(items, values.dtype)
    return np.concatenate([values, np.full(items - len(values), values[-1])])
