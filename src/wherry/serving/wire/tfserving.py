"""TensorFlow Serving's REST format: predict, status and metadata.

Source: the RESTful API page of TensorFlow Serving's documentation, and its json_tensor.cc.

Where the two leave room: an unknown key of a request is refused instead of ignored, a string
output that is not UTF-8 is written as ``{"b64": ...}`` whatever its name, and NaN or infinity,
which TensorFlow Serving writes as words that are not JSON, are errors.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wherry.errors import InvalidInput
from wherry.serving.wire import document
from wherry.tensors import VARIABLE, Array, Datatype, Signature, TensorSpec, quoted, validate_inputs

# TensorFlow's names of the datatypes, as its DataType enumeration spells them.
DTYPES = {
    Datatype.BOOL: "DT_BOOL",
    Datatype.INT8: "DT_INT8",
    Datatype.INT16: "DT_INT16",
    Datatype.INT32: "DT_INT32",
    Datatype.INT64: "DT_INT64",
    Datatype.UINT8: "DT_UINT8",
    Datatype.UINT16: "DT_UINT16",
    Datatype.UINT32: "DT_UINT32",
    Datatype.UINT64: "DT_UINT64",
    Datatype.FP16: "DT_HALF",
    Datatype.BF16: "DT_BFLOAT16",
    Datatype.FP32: "DT_FLOAT",
    Datatype.FP64: "DT_DOUBLE",
    Datatype.BYTES: "DT_STRING",
    Datatype.COMPLEX64: "DT_COMPLEX64",
    Datatype.COMPLEX128: "DT_COMPLEX128",
}
_KEYS = frozenset(("signature_name", "instances", "inputs"))


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """A ``:predict`` body, decoded and checked. ``rows`` tells the format of the answer."""

    signature: Signature
    inputs: dict[str, Array]
    rows: bool


def decode_predict(
    body: bytes, signatures: Mapping[str, Signature], default: str
) -> PredictRequest:
    """Decode the body of a ``:predict`` request and check it against the signature it names.

    Raises:
        InvalidInput: with what is wrong.
    """
    request, plain = document.read(body)
    signature = _signature(request, signatures, default)
    rows = _is_row_format(request)
    value = request["instances" if rows else "inputs"]
    if rows:
        value, lists_only = _columns(signature, value)
        plain = plain and lists_only
    elif type(value) is not dict or _is_b64(value):
        value = _only(signature, value)
    value = _decoded(signature, value)
    return PredictRequest(signature, validate_inputs(signature, value, plain_numbers=plain), rows)


def decode_value(body: bytes) -> tuple[Any, str | None, bool]:
    """Decode a ``:predict`` body for a model that has its own preprocessing.

    Returns the value of ``instances`` or ``inputs`` with every ``{"b64": ...}`` in it decoded to
    bytes, the signature's name if one was given, and whether it was in row format.

    Raises:
        InvalidInput: with what is wrong.
    """
    request, _ = document.read(body)
    rows = _is_row_format(request)
    name = request.get("signature_name")
    if name is not None and type(name) is not str:
        raise InvalidInput("'signature_name' must be a string.")
    try:
        return _decode_b64(request["instances" if rows else "inputs"]), name or None, rows
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.") from None


def encode_predict(signature: Signature, outputs: Mapping[str, Array], *, rows: bool) -> bytes:
    """Encode the outputs in the format that the request had.

    Raises:
        InvalidInput: the outputs have no batch axis to be split into rows by.
        ExecutionFailed: an output holds NaN or infinity.
    """
    values = {
        name: _strings(name, array) if array.dtype.kind == "O" else array
        for name, array in outputs.items()
    }
    if len(values) == 1:
        (value,) = values.values()
        return document.write_tensors({"predictions" if rows else "outputs": value}, outputs)
    if not rows:
        return document.write_tensors({"outputs": values}, outputs)
    if len({array.shape[:1] for array in outputs.values()}) != 1 or any(
        array.ndim == 0 for array in outputs.values()
    ):
        raise _no_rows(signature)
    predictions = [
        dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)
    ]
    return document.write_tensors({"predictions": predictions}, outputs)


def _signature(
    request: Mapping[str, Any], signatures: Mapping[str, Signature], default: str
) -> Signature:
    name = request.get("signature_name", default)
    if type(name) is not str:
        raise InvalidInput("'signature_name' must be a string.")
    try:
        return signatures[name or default]
    except KeyError:
        names = ", ".join(map(repr, sorted(signatures)))
        raise InvalidInput(f"There is no signature {quoted(name)}; there is {names}.") from None


def _is_row_format(request: Mapping[str, Any]) -> bool:
    rows = "instances" in request
    if rows == ("inputs" in request):
        raise InvalidInput(
            "The body must hold either 'instances' (row format: a list of examples) or 'inputs' "
            "(column format: one value for each input)."
        )
    if not request.keys() <= _KEYS:
        unknown = next(key for key in request if key not in _KEYS)
        raise InvalidInput(
            f"The body holds an unknown key {quoted(unknown)}; known are 'signature_name', "
            "'instances' and 'inputs'."
        )
    return rows


def _columns(signature: Signature, instances: object) -> tuple[dict[str, Any], bool]:
    """Turn row format into one value for each input.

    Also tell whether these hold no value that stood in an object and was no list: the document's
    word about its lists does not cover such a one.
    """
    _check_rows_possible(signature)
    if type(instances) is not list:
        raise InvalidInput("'instances' must be a list with one item for each example.")
    if not instances:
        raise InvalidInput("'instances' is empty: send at least one example.")
    first = instances[0]
    if type(first) is not dict or _is_b64(first):
        return _only(signature, instances), True
    lists_only = True
    columns: dict[str, list[Any]] = {name: [] for name in first}
    for index, instance in enumerate(instances):
        if type(instance) is not dict or instance.keys() != columns.keys():
            raise InvalidInput(
                f"Item {index} of 'instances' does not name the same inputs as item 0 does: "
                f"each must be an object with {', '.join(repr(s.name) for s in signature.inputs)}."
            )
        for name, value in instance.items():
            columns[name].append(value)
            lists_only = lists_only and type(value) is list
    return columns, lists_only


def _only(signature: Signature, value: object) -> dict[str, object]:
    if len(signature.inputs) != 1:
        names = ", ".join(repr(spec.name) for spec in signature.inputs)
        raise InvalidInput(
            f"Signature {signature.name!r} has {len(signature.inputs)} inputs ({names}): give "
            "each by its name, in an object."
        )
    return {signature.inputs[0].name: value}


def _check_rows_possible(signature: Signature) -> None:
    """Raise unless every tensor's first axis can be one of examples: open, unknown, or one long.

    A first axis of fixed length 1 is that of a model exported for single examples.
    """
    first = None
    for spec in (*signature.inputs, *signature.outputs):
        if spec.shape is None:
            continue
        if not spec.shape or spec.shape[0] not in (VARIABLE, 1):
            raise _no_rows(signature)
        if first is None:
            first = spec.shape[0]
        elif first != spec.shape[0]:
            raise _no_rows(signature)


def _no_rows(signature: Signature) -> InvalidInput:
    return InvalidInput(
        f"Signature {signature.name!r} has no batch axis, so that row format ('instances') cannot "
        'be used with it: send column format, {"inputs": ...}.'
    )


def _is_b64(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and "b64" in value


def _decoded(signature: Signature, columns: dict[str, Any]) -> dict[str, Any]:
    """Decode ``{"b64": ...}`` in the inputs that are strings."""
    strings = {spec.name for spec in signature.inputs if spec.datatype is Datatype.BYTES}
    if not strings:
        return columns
    try:
        return {
            name: _decode_b64(value) if name in strings else value
            for name, value in columns.items()
        }
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.") from None


def _decode_b64(value: Any) -> Any:
    if type(value) is list:
        return [_decode_b64(item) for item in value]
    if type(value) is not dict:
        return value
    if not _is_b64(value):
        return {name: _decode_b64(item) for name, item in value.items()}
    text = value["b64"]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise InvalidInput(f"{quoted(text)} under 'b64' is not base64.") from None


def _strings(name: str, array: Array) -> Any:
    if not name.endswith("_bytes"):
        try:
            return _map(array, bytes.decode)
        except UnicodeDecodeError:
            pass
    return _map(array, lambda item: {"b64": base64.b64encode(item).decode()})


def _map(array: Array, function: Callable[[bytes], object]) -> Any:
    found = np.empty(array.size, object)
    found[:] = [function(item) for item in array.reshape(-1)]
    return found.reshape(array.shape).tolist()


def status(version: str, state: str, error_code: str, message: str) -> dict[str, Any]:
    """Return the answer to a status request.

    ``state`` is one of START, LOADING, AVAILABLE, UNLOADING and END, ``error_code`` the name of a
    canonical status code.
    """
    return {
        "model_version_status": [
            {
                "version": version,
                "state": state,
                "status": {"error_code": error_code, "error_message": message},
            }
        ]
    }


def metadata(name: str, version: str, signatures: Mapping[str, Signature]) -> dict[str, Any]:
    """Return the answer to a metadata request."""
    return {
        "model_spec": {"name": name, "signature_name": "", "version": version},
        "metadata": {
            "signature_def": {
                "signature_def": {
                    signature.name: {
                        "inputs": {spec.name: _tensor_info(spec) for spec in signature.inputs},
                        "outputs": {spec.name: _tensor_info(spec) for spec in signature.outputs},
                        "method_name": "tensorflow/serving/predict",
                        "defaults": {},
                    }
                    for signature in signatures.values()
                }
            }
        },
    }


def _tensor_info(spec: TensorSpec) -> dict[str, Any]:
    # Sizes are strings: so does Protocol Buffers' JSON form write 64-bit integers.
    dims = [{"size": str(size), "name": ""} for size in spec.shape or ()]
    return {
        "dtype": DTYPES[spec.datatype],
        "tensor_shape": {"dim": dims, "unknown_rank": spec.shape is None},
        "name": spec.name,
    }
