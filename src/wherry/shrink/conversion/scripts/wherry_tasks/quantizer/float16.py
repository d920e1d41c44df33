"""Keep a .tflite file's weights as 16-bit floats, in front of each a DEQUANTIZE.

The runtime makes 32-bit floats of them once, when it starts. litert-quantizer does so for five
operators; here it is done for whatever has weights, loops and recurrent operators too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from wherry_tasks.task import Refused

from .flatbuffer import FLOAT16, FLOAT32, add_buffer, add_tensor, constant, operator_code

# A DEQUANTIZE and its tensor take some 200 bytes of the file.
_SMALLEST = 256
_LARGEST = float(np.finfo(np.float16).max)


def cast(model: Any) -> None:
    """Make 16-bit floats of all weights that fit.

    Raises:
        Refused: there are none.
    """
    narrow: dict[int, int] = {}
    for number, subgraph in enumerate(model.subgraphs):
        found = {}
        used = {index for node in subgraph.operators for index in node.inputs}
        for index in sorted(used - set(subgraph.outputs)):
            numbers = constant(model, number, index)
            if numbers is None or numbers.size < _SMALLEST or not _fits(numbers):
                continue
            buffer = subgraph.tensors[index].buffer
            if buffer not in narrow:
                narrow[buffer] = add_buffer(model, numbers.astype(np.float16))
            found[index] = narrow[buffer]
        _insert(model, subgraph, found)
    if not narrow:
        raise Refused(f"The model has no weights of {_SMALLEST} or more 32-bit floats.")
    _drop_unused(model)


def _fits(numbers: Any) -> bool:
    return bool(np.isfinite(numbers).all() and np.abs(numbers).max() <= _LARGEST)


def _insert(model: Any, subgraph: Any, found: dict[int, int]) -> None:
    if not found:
        return
    code = operator_code(model, schema.BuiltinOperator.DEQUANTIZE, 3)
    nodes = []
    for index, buffer in found.items():
        tensor = subgraph.tensors[index]
        name = (tensor.name or b"") + b"_float16"
        node = schema.OperatorT()
        node.opcodeIndex, node.outputs = code, [index]
        node.inputs = [add_tensor(subgraph, name, tensor.shape, FLOAT16, buffer)]
        node.builtinOptionsType = schema.BuiltinOptions.DequantizeOptions
        node.builtinOptions = schema.DequantizeOptionsT()
        nodes.append(node)
        tensor.buffer = 0
        tensor.type = FLOAT32
    subgraph.operators = nodes + list(subgraph.operators)


def _drop_unused(model: Any) -> None:
    used = {tensor.buffer for subgraph in model.subgraphs for tensor in subgraph.tensors}
    used |= {metadata.buffer for metadata in model.metadata or []}
    for number, buffer in enumerate(model.buffers):
        if number not in used:
            buffer.data = None
