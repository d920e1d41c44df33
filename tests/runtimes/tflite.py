"""Dense .tflite models of any size, written through LiteRT's own schema."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema


def dense(path: Path, sizes: Sequence[int], *, seed: int = 0, batch: int = -1) -> Path:
    """Write a float32 model of dense layers, ``x`` [batch, first] to ``y`` [batch, last]."""
    random = np.random.default_rng(seed)
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.buffers = [schema.BufferT()]
    graph.tensors, graph.operators = [_activation("x", batch, sizes[0])], []
    current = 0
    for wide, narrow in pairwise(sizes):
        weights = random.standard_normal((narrow, wide), np.float32) / np.float32(np.sqrt(wide / 2))
        model.buffers.append(_buffer(weights))
        graph.tensors.append(_constant(f"w{current}", weights.shape, len(model.buffers) - 1))
        graph.tensors.append(_activation("y", batch, narrow))
        graph.operators.append(_fully_connected(current, len(graph.tensors) - 1))
        current = len(graph.tensors) - 1
    graph.inputs, graph.outputs = [0], [current]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FULLY_CONNECTED
    code.version = 1
    model.operatorCodes, model.subgraphs, model.version = [code], [graph], 3
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(builder.Output())
    return path


def _buffer(values: np.ndarray) -> schema.BufferT:
    buffer = schema.BufferT()
    buffer.data = values.view(np.uint8).reshape(-1)
    return buffer


def _constant(name: str, shape: Sequence[int], buffer: int) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer = name, list(shape), buffer
    tensor.type = schema.TensorType.FLOAT32
    return tensor


def _activation(name: str, batch: int, size: int) -> schema.TensorT:
    tensor = _constant(name, [abs(batch), size], 0)
    if batch == -1:
        tensor.shapeSignature = [-1, size]
    return tensor


def _fully_connected(source: int, target: int) -> schema.OperatorT:
    operator = schema.OperatorT()
    operator.inputs, operator.outputs = [source, target - 1, -1], [target]
    operator.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
    operator.builtinOptions = schema.FullyConnectedOptionsT()
    return operator
