"""The Open Inference Protocol v2 over REST, with its binary tensor data extension.

Source: the protocol's specification (open-inference-protocol, "REST") and Triton's
"Binary Tensor Data Extension".

Where they leave room: FP16 and BF16 may also be sent, and are answered, as JSON numbers; the
request parameter ``signature`` chooses a signature; ``timeout`` is how many microseconds the
request may take, as Triton has it, and 0 says nothing; parameters that would change the answer and
are not offered (classification, shared memory, sequences) are refused, others are ignored.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wherry.errors import ExecutionFailed, InvalidInput
from wherry.serving.wire import binary, document
from wherry.tensors import (
    VARIABLE,
    Array,
    Signature,
    TensorSpec,
    quoted,
    to_array,
    validate_inputs,
)

EXTENSIONS = ("binary_tensor_data",)
# numpy's own limit on the number of axes.
MAX_RANK = 64
_REFUSED_PARAMETERS = {
    "shared_memory_region": "shared memory",
    "shared_memory_byte_size": "shared memory",
    "shared_memory_offset": "shared memory",
    "classification": "the classification extension",
    "sequence_id": "the sequence extension",
}


@dataclass(frozen=True, slots=True)
class InferRequest:
    """An infer request, decoded and checked.

    ``outputs`` holds the specifications of the outputs to answer with, in order, each with
    whether it is wanted as a binary tensor. ``timeout_s`` is what the request says of its time.
    """

    signature: Signature
    inputs: dict[str, Array]
    outputs: tuple[tuple[TensorSpec, bool], ...]
    id: str | None
    timeout_s: float | None = None


def decode_infer(
    body: bytes,
    header_length: int | None,
    signatures: Mapping[str, Signature],
    default: str,
) -> InferRequest:
    """Decode the body of an infer request and check it against the signature it names.

    ``header_length`` is the value of ``Inference-Header-Content-Length``: the bytes of JSON before
    the binary tensors, or None where the whole body is JSON.

    Raises:
        InvalidInput: with what is wrong.
    """
    if header_length is None:
        request, plain = document.read(body)
        reader = None
    else:
        if not 0 < header_length <= len(body):
            raise InvalidInput(
                f"Inference-Header-Content-Length says {header_length} bytes of JSON; the body has "
                f"{len(body)} bytes, and must begin with at least one byte of JSON."
            )
        request, plain = document.read(body[:header_length])
        reader = binary.Reader(memoryview(body)[header_length:])
    parameters = _parameters(request, "the request")
    signature = _signature(parameters, signatures, default)
    arrays = _inputs(request, signature, reader, plain)
    if reader is not None:
        reader.finish()
    identifier = request.get("id")
    if identifier is not None and type(identifier) is not str:
        raise InvalidInput("'id' must be a string.")
    return InferRequest(
        signature,
        validate_inputs(signature, arrays),
        _outputs(request, signature),
        identifier,
        _timeout_s(parameters) if "timeout" in parameters else None,
    )


def encode_infer(
    request: InferRequest, model: str, version: str, outputs: Mapping[str, Array]
) -> tuple[bytes, int | None]:
    """Encode the outputs that the request asked for.

    Returns the body and, where binary tensors follow the JSON, the number of bytes of JSON.

    Raises:
        ExecutionFailed: an output asked for as JSON cannot be expressed in it.
    """
    tensors: list[dict[str, Any]] = []
    chunks: list[bytes] = []
    in_json: dict[str, Array] = {}
    for spec, as_binary in request.outputs:
        array = outputs[spec.name]
        tensor: dict[str, Any] = {
            "name": spec.name,
            "datatype": spec.datatype,
            "shape": array.shape,
        }
        if as_binary:
            if array.dtype.kind == "c":
                raise document.no_complex("output", spec.name)
            chunk = binary.encode(spec, array)
            tensor["parameters"] = {"binary_data_size": len(chunk)}
            chunks.append(chunk)
        else:
            tensor["data"] = _to_json(spec, array)
            in_json[spec.name] = array
        tensors.append(tensor)
    answer: dict[str, Any] = {"model_name": model, "model_version": version, "outputs": tensors}
    if request.id is not None:
        answer["id"] = request.id
    header = document.write_tensors(answer, in_json)
    if not chunks:
        return header, None
    return b"".join((header, *chunks)), len(header)


def _parameters(holder: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    parameters = holder.get("parameters")
    if parameters is None:
        return {}
    if type(parameters) is not dict:
        raise InvalidInput(f"'parameters' of {where} must be an object.")
    for name, extension in _REFUSED_PARAMETERS.items():
        if name in parameters:
            raise InvalidInput(f"{where} has the parameter {name!r}: {extension} is not offered.")
    return parameters


def _signature(
    parameters: Mapping[str, Any], signatures: Mapping[str, Signature], default: str
) -> Signature:
    name = parameters.get("signature", default)
    if type(name) is not str or name not in signatures:
        names = ", ".join(map(repr, sorted(signatures)))
        raise InvalidInput(f"There is no signature {quoted(name)}; there is {names}.")
    return signatures[name]


def _timeout_s(parameters: Mapping[str, Any]) -> float | None:
    value = parameters["timeout"]
    if type(value) is not int or value < 0:
        raise InvalidInput(
            "The parameter 'timeout' must be a whole number of microseconds, 0 or more."
        )
    return value / 1e6 if value else None


def _inputs(
    request: Mapping[str, Any], signature: Signature, reader: binary.Reader | None, plain: bool
) -> dict[str, Array]:
    tensors = request.get("inputs")
    if type(tensors) is not list or not tensors:
        raise InvalidInput("'inputs' must be a list with an object for each input tensor.")
    specs = {spec.name: spec for spec in signature.inputs}
    arrays: dict[str, Array] = {}
    for tensor in tensors:
        name = tensor.get("name") if type(tensor) is dict else None
        if type(name) is not str:
            raise InvalidInput("Each item of 'inputs' must be an object with a 'name'.")
        if name in arrays:
            raise InvalidInput(f"Input {name!r} is given twice.")
        spec = specs.get(name)
        if spec is None:
            known = ", ".join(f"{spec.name!r} ({spec})" for spec in signature.inputs)
            raise InvalidInput(
                f"There is no input {quoted(name)}; signature {signature.name!r} takes {known}."
            )
        arrays[name] = _input(spec, tensor, reader, plain)
    return arrays


def _input(
    spec: TensorSpec, tensor: Mapping[str, Any], reader: binary.Reader | None, plain: bool
) -> Array:
    if spec.datatype.numpy.kind == "c":
        raise document.no_complex("input", spec.name)
    parameters = _parameters(tensor, f"Input {spec.name!r}")
    datatype = tensor.get("datatype")
    if datatype != spec.datatype:
        raise InvalidInput(
            f"Input {spec.name!r} must be {spec}, but its 'datatype' is {quoted(datatype)}."
        )
    shape = _shape(spec, tensor.get("shape"))
    if "binary_data_size" not in parameters:
        return _from_json(spec, shape, tensor, plain)
    if "data" in tensor:
        raise InvalidInput(
            f"Input {spec.name!r} has both 'data' and 'binary_data_size': send one of them."
        )
    if reader is None:
        raise InvalidInput(
            f"Input {spec.name!r} has 'binary_data_size', but the request has no header "
            "Inference-Header-Content-Length to tell where the JSON ends."
        )
    return binary.decode(spec, shape, reader.take(spec.name, parameters["binary_data_size"]))


def _shape(spec: TensorSpec, shape: object) -> tuple[int, ...]:
    if type(shape) is not list or not all(type(size) is int and size >= 0 for size in shape):
        raise InvalidInput(
            f"'shape' of input {spec.name!r} is {quoted(shape)}; it must be a list of sizes."
        )
    if len(shape) > MAX_RANK or not spec.accepts(tuple(shape)):
        raise InvalidInput(
            f"Input {spec.name!r} must be {spec}, but its 'shape' is {quoted(shape)}."
        )
    return tuple(shape)


def _from_json(
    spec: TensorSpec, shape: tuple[int, ...], tensor: Mapping[str, Any], plain: bool
) -> Array:
    data = tensor.get("data")
    if type(data) is not list:
        raise InvalidInput(
            f"Input {spec.name!r} has no 'data': a list, flat in row-major order or nested like "
            "its shape."
        )
    array = to_array(spec, data, plain_numbers=plain)
    if array.shape == shape:
        return array
    # Python's integers: a product that overflows 64 bits equals no array's size.
    if array.ndim != 1 or array.size != math.prod(shape):
        raise InvalidInput(
            f"Input {spec.name!r} says that its shape is {list(shape)}, but its data is of shape "
            f"{list(array.shape)}."
        )
    return array.reshape(shape)


def _outputs(
    request: Mapping[str, Any], signature: Signature
) -> tuple[tuple[TensorSpec, bool], ...]:
    binary_by_default = _flag(request.get("parameters") or {}, "binary_data_output", default=False)
    wanted = request.get("outputs")
    if wanted is None:
        return tuple((spec, binary_by_default) for spec in signature.outputs)
    if type(wanted) is not list:
        raise InvalidInput("'outputs' must be a list of objects with a 'name'.")
    specs = {spec.name: spec for spec in signature.outputs}
    found: dict[str, tuple[TensorSpec, bool]] = {}
    for output in wanted:
        name = output.get("name") if type(output) is dict else None
        if type(name) is not str or name not in specs:
            raise InvalidInput(
                f"There is no output {quoted(name)}; signature {signature.name!r} has "
                f"{', '.join(map(repr, specs))}."
            )
        if name in found:
            raise InvalidInput(f"Output {name!r} is asked for twice.")
        parameters = _parameters(output, f"Output {name!r}")
        found[name] = (
            specs[name],
            _flag(parameters, "binary_data", default=binary_by_default),
        )
    return tuple(found.values()) or tuple((spec, binary_by_default) for spec in signature.outputs)


def _flag(parameters: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = parameters.get(name, default)
    if type(value) is not bool:
        raise InvalidInput(f"The parameter {name!r} must be true or false.")
    return value


def _to_json(spec: TensorSpec, array: Array) -> Any:
    flat = array.reshape(-1)
    if array.dtype.kind != "O":
        return flat
    try:
        return [item.decode() for item in flat]
    except UnicodeDecodeError:
        raise ExecutionFailed(
            f"The output {spec.name!r} holds bytes that are not UTF-8, which JSON cannot express: "
            "ask for it as a binary tensor (binary_data: true)."
        ) from None


def server_metadata(version: str) -> dict[str, Any]:
    """Return the answer to a server metadata request."""
    return {"name": "wherry", "version": version, "extensions": EXTENSIONS}


def model_metadata(
    name: str, version: str, platform: str, signatures: Mapping[str, Signature], default: str
) -> dict[str, Any]:
    """Return the answer to a model metadata request.

    The tensors are those of the default signature. Where the model has several, ``signatures``
    (not in the protocol) holds all of them.
    """
    answer: dict[str, Any] = {"name": name, "versions": [version], "platform": platform}
    answer |= _tensors(signatures[default])
    if len(signatures) > 1:
        answer["signatures"] = {
            signature.name: _tensors(signature) for signature in signatures.values()
        }
    return answer


def _tensors(signature: Signature) -> dict[str, Any]:
    return {
        kind: [
            {
                "name": spec.name,
                "datatype": spec.datatype,
                # The protocol has no word for a rank that is not known.
                "shape": [VARIABLE] if spec.shape is None else spec.shape,
            }
            for spec in specs
        ]
        for kind, specs in (("inputs", signature.inputs), ("outputs", signature.outputs))
    }
