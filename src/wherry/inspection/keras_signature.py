"""What a Keras model takes and gives, as far as its config says it.

The shapes of outputs are not in a config: only building the model tells them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from wherry.inspection.keras_config import is_object, name_of
from wherry.tensors import VARIABLE, Datatype, Signature, TensorSpec

SIGNATURE = "serving_default"

_DATATYPES = {
    "bool": Datatype.BOOL,
    "int8": Datatype.INT8,
    "int16": Datatype.INT16,
    "int32": Datatype.INT32,
    "int64": Datatype.INT64,
    "uint8": Datatype.UINT8,
    "uint16": Datatype.UINT16,
    "uint32": Datatype.UINT32,
    "uint64": Datatype.UINT64,
    "float16": Datatype.FP16,
    "mixed_float16": Datatype.FP16,
    "bfloat16": Datatype.BF16,
    "mixed_bfloat16": Datatype.BF16,
    "float32": Datatype.FP32,
    "float64": Datatype.FP64,
    "string": Datatype.BYTES,
}
# Layers whose outputs are not of the datatype that they compute in; none of them says which.
_OWN_DATATYPE = (
    "CategoryEncoding",
    "Discretization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "Lambda",
    "StringLookup",
    "TFOpLambda",
    "TextVectorization",
)
_MAX_DIMENSIONS = 16


class _Unknown(Exception):
    """The config does not say it."""


def signature_of(config: Mapping[str, Any]) -> Signature | None:
    """Return the signature of a functional or sequential model, or None where it is not said."""
    inner = config.get("config")
    try:
        if isinstance(inner, dict) and "input_layers" in inner:
            return _functional(inner)
        if config.get("class_name") == "Sequential":
            layers = inner.get("layers") if isinstance(inner, dict) else inner
            return _sequential([layer for layer in layers or () if is_object(layer)])
    except (_Unknown, KeyError, TypeError):
        pass
    return None


def _functional(config: Mapping[str, Any]) -> Signature:
    layers = {name_of(layer): layer for layer in config["layers"] if is_object(layer)}
    inputs = [_input(name, layers[name]) for _, name in _endpoints(config["input_layers"], "")]
    outputs = [
        TensorSpec(key or name, _output_datatype(layers[name]), None)
        for key, name in _endpoints(config["output_layers"], "")
    ]
    return _signature(inputs, outputs)


def _sequential(layers: list[dict[str, Any]]) -> Signature:
    if not layers:
        raise _Unknown
    first = layers[0]
    name = name_of(first)
    if first["class_name"] != "InputLayer":
        name += "_input"  # as Keras calls the input that it makes of a layer's shape
    output = TensorSpec(name_of(layers[-1]), _output_datatype(layers[-1]), None)
    return _signature([_input(name, first)], [output])


def _signature(inputs: list[TensorSpec], outputs: list[TensorSpec]) -> Signature:
    for specs in (inputs, outputs):
        names = {spec.name for spec in specs}
        if len(names) != len(specs) or not names or "" in names:
            raise _Unknown
    return Signature(SIGNATURE, tuple(inputs), tuple(outputs))


def _endpoints(structure: object, key: str) -> Iterator[tuple[str, str]]:
    """Yield the layers that a model begins or ends with, under the keys of a dict if it is one.

    One of them is ``[layer name, node, tensor]``; they stand alone, in lists or in dicts.
    """
    if isinstance(structure, dict):
        for name, inner in structure.items():
            yield from _endpoints(inner, str(name))
    elif isinstance(structure, list) and structure:
        if isinstance(structure[0], str):
            yield key, structure[0]
        else:
            for inner in structure:
                yield from _endpoints(inner, key)


def _input(name: str, layer: Mapping[str, Any]) -> TensorSpec:
    config = layer["config"]
    if config.get("sparse") or config.get("ragged"):
        raise _Unknown
    shape = next(
        (config[key] for key in ("batch_shape", "batch_input_shape") if config.get(key)), None
    )
    if not isinstance(shape, list) or len(shape) > _MAX_DIMENSIONS:
        raise _Unknown
    return TensorSpec(name, _datatype(_input_dtype(layer)), tuple(_size(size) for size in shape))


def _size(size: object) -> int:
    if size is None:
        return VARIABLE
    if isinstance(size, int) and size >= 0:
        return size
    raise _Unknown


def _input_dtype(layer: Mapping[str, Any]) -> object:
    config = layer["config"]
    if layer["class_name"] == "Embedding":  # its dtype is that of what it gives
        return config.get("input_dtype", "float32")
    return config.get("input_dtype") or config.get("dtype") or "float32"


def _output_datatype(layer: Mapping[str, Any]) -> Datatype:
    if layer["class_name"] in _OWN_DATATYPE:
        raise _Unknown
    config = layer["config"]
    return _datatype((config.get("dtype") if isinstance(config, dict) else None) or "float32")


def _datatype(dtype: object) -> Datatype:
    if isinstance(dtype, dict):  # a policy
        dtype = dtype["config"]["name"]
    found = _DATATYPES.get(dtype) if isinstance(dtype, str) else None
    if found is None:
        raise _Unknown
    return found
