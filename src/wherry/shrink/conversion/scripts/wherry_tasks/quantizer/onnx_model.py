"""An .onnx file that is ready to be quantized: folded, its nodes named, and what they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
from onnxruntime.quantization import registry, shape_inference
from wherry_tasks.task import Refused

from . import onnx_weights

# A protobuf message ends at 2 GiB.
_LARGEST_BYTES = 2 * 10**9
# As for LiteRT: a smaller tensor costs more than it saves.
_SMALLEST = 256
_INTEGER = frozenset(
    ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "QLinearConv")
)
_CONVOLUTIONS = frozenset(("Conv", "ConvTranspose"))


def prepare(path: str, prepared: Path) -> Any:
    """Write the file with constants folded and shapes inferred, and return it.

    Raises:
        Refused: it is quantized already, or too large.
    """
    if sum(part.stat().st_size for part in Path(path).parent.glob(f"{Path(path).name}*")) > (
        _LARGEST_BYTES
    ):
        raise Refused("The .onnx file is larger than 2 GB, which cannot be quantized here.")
    given = onnx.load(path)
    if any(node.op_type in _INTEGER for node in given.graph.node):
        raise Refused("The model is quantized already.")
    whole = prepared.with_suffix(".whole.onnx")
    onnx.save_model(given, str(whole))
    shape_inference.quant_pre_process(str(whole), str(prepared), skip_symbolic_shape=True)
    model = onnx.load(str(prepared))
    _name(model.graph)
    onnx.save_model(model, str(prepared))
    return model


def convolutional(model: Any) -> bool:
    """Whether it convolves, where 8-bit activations must be known beforehand to pay."""
    return any(node.op_type in _CONVOLUTIONS for node in model.graph.node)


def quantizable(model: Any, static: bool) -> list[Any]:
    """Return the nodes that may gain by 8-bit integers."""
    taken = {*(registry.QDQRegistry if static else registry.IntegerOpsRegistry), "Gemm"}
    weights = _weights(model)
    nodes = [
        node
        for node in model.graph.node
        if node.op_type in taken and node.op_type not in onnx_weights.OPERATORS
    ]
    heavy = [
        node for node in nodes if any(weights.get(name, 0) >= _SMALLEST for name in node.input)
    ]
    return (nodes if static and heavy else heavy) + onnx_weights.narrowable(model.graph)


def describe(model: Any, nodes: list[Any]) -> list[dict[str, Any]]:
    """Return the nodes, and the bytes of their weights in float, for the host."""
    weights = _weights(model)
    return [
        {
            "key": node.name,
            "operator": node.op_type,
            "name": _layer(node.name),
            "weights_bytes": 4 * sum(weights[name] for name in _read(model, node, weights)),
        }
        for node in nodes
    ]


def _read(model: Any, node: Any, weights: dict[str, int]) -> set[str]:
    constants = {i.name: i for i in model.graph.initializer if i.name in weights}
    return (set(node.input) & set(weights)) | set(onnx_weights.weights(node, constants))


def _weights(model: Any) -> dict[str, int]:
    """Return how many numbers each constant of 32-bit floats has."""
    return {
        initializer.name: math.prod(initializer.dims)
        for initializer in model.graph.initializer
        if initializer.data_type == onnx.TensorProto.FLOAT
    }


def clean(path: Path) -> None:
    """Take out what says which program wrote the file, and what is left over."""
    model = onnx.load(str(path))
    onnx_weights.drop_unread(model.graph)
    model.producer_name = model.producer_version = ""
    del model.metadata_props[:]
    path.write_bytes(model.SerializeToString(deterministic=True))


def _name(graph: Any) -> None:
    taken: set[str] = set()
    for number, node in enumerate(graph.node):
        if not node.name or node.name in taken:
            node.name = f"{node.op_type}_{number}"
        taken.add(node.name)


def _layer(name: str) -> str:
    parts: Iterator[str] = (part for part in name.split("/") if part)
    known = list(parts)
    return known[-2] if len(known) > 1 else name
