"""A .tflite file as objects: which operators it has, and which of them hold weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils
from wherry_tasks.task import Refused

FLOAT16 = schema.TensorType.FLOAT16
FLOAT32 = schema.TensorType.FLOAT32
_OPERATORS = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)
}
_DEFAULT_SIGNATURE = b"serving_default"


@dataclass(frozen=True)
class Operation:
    """An operator in its place. ``key`` stays the same while the file does."""

    subgraph: int
    index: int
    operator: str
    node: Any

    @property
    def key(self) -> str:
        """Subgraph and position: ``0/12``."""
        return f"{self.subgraph}/{self.index}"


def read(path: str, *, widen: bool = True) -> Any:
    """Read the file, with weights of 16-bit floats as 32-bit ones.

    Raises:
        Refused: its numbers are integers already; or, with ``widen`` false, 16-bit floats.
    """
    model = flatbuffer_utils.read_model_from_bytearray(Path(path).read_bytes())
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            if tensor.quantization is not None and _some(tensor.quantization.scale):
                raise Refused("The model is quantized already.")
    if _widen(model) and not widen:
        raise Refused("The model's weights are 16-bit floats already.")
    if not model.signatureDefs:
        model.signatureDefs = [_signature(model.subgraphs[0])]
    return model


def write(model: Any) -> bytes:
    """Return the file's bytes."""
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def unpack(content: bytes) -> Any:
    """Return the objects of a file's bytes."""
    return flatbuffer_utils.read_model_from_bytearray(content)


def operations(model: Any) -> Iterator[Operation]:
    """Return all operators, those of the branches and loops too."""
    for number, subgraph in enumerate(model.subgraphs):
        for index, node in enumerate(subgraph.operators):
            code = model.operatorCodes[node.opcodeIndex]
            builtin = max(code.builtinCode, code.deprecatedBuiltinCode)
            yield Operation(number, index, _OPERATORS.get(builtin, "CUSTOM"), node)


def constant(model: Any, subgraph: int, index: int) -> Any:
    """Return a constant's numbers if they are 32-bit floats, else None."""
    if index < 0:
        return None
    tensor = model.subgraphs[subgraph].tensors[index]
    content = model.buffers[tensor.buffer].data
    if tensor.type != FLOAT32 or content is None or len(content) == 0 or tensor.isVariable:
        return None
    if tensor.sparsity is not None:
        return None
    shape = tensor.shape if tensor.shape is not None else ()
    return np.frombuffer(content, np.float32).reshape(shape)


def signature_subgraph(model: Any, name: str) -> int:
    """Return the subgraph that the signature runs."""
    for signature in model.signatureDefs:
        if signature.signatureKey.decode() == name:
            return int(signature.subgraphIndex)
    return int(model.signatureDefs[0].subgraphIndex)


def layer_name(model: Any, operation: Operation) -> str:
    """Return what people may know the operator by: the innermost name of its output."""
    tensors = model.subgraphs[operation.subgraph].tensors
    outputs = [tensors[index] for index in operation.node.outputs if index >= 0]
    full = (outputs[0].name or b"").decode("utf-8", "replace") if outputs else ""
    parts = [part for part in full.split(";")[0].split("/") if part]
    # The last part is the operator's, the one before it the layer's.
    return parts[-2] if len(parts) > 1 else (parts[0] if parts else operation.key)


def add_tensor(subgraph: Any, name: bytes, shape: Any, datatype: int, buffer: int) -> int:
    """Add a tensor, and return its index."""
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, shape, datatype, buffer
    subgraph.tensors.append(tensor)
    return len(subgraph.tensors) - 1


def add_buffer(model: Any, array: Any) -> int:
    """Add a constant's content, and return its index."""
    buffer = schema.BufferT()
    buffer.data = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    model.buffers.append(buffer)
    return len(model.buffers) - 1


def operator_code(model: Any, builtin: int, version: int) -> int:
    """Return the index of an operator in the model's list; add it where it is not there."""
    for index, code in enumerate(model.operatorCodes):
        if max(code.builtinCode, code.deprecatedBuiltinCode) == builtin:
            code.version = max(code.version, version)
            return index
    code = schema.OperatorCodeT()
    code.builtinCode, code.version = builtin, version
    code.deprecatedBuiltinCode = min(builtin, 127)
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


def _widen(model: Any) -> bool:
    """Take away the DEQUANTIZE before each constant of 16-bit floats; say whether there was one."""
    narrow = set()
    for number, subgraph in enumerate(model.subgraphs):
        kept = []
        for operation in [o for o in operations(model) if o.subgraph == number]:
            source = operation.node.inputs[0] if len(operation.node.inputs) else -1
            tensor = subgraph.tensors[source] if source >= 0 else None
            content = model.buffers[tensor.buffer].data if tensor is not None else None
            if operation.operator != "DEQUANTIZE" or content is None or tensor.type != FLOAT16:
                kept.append(operation.node)
                continue
            narrow.add(tensor.buffer)
            wide = np.frombuffer(content, np.float16).astype(np.float32)
            subgraph.tensors[operation.node.outputs[0]].buffer = add_buffer(model, wide)
        subgraph.operators = kept
    _empty(model, narrow)
    return bool(narrow)


def _empty(model: Any, buffers: set[int]) -> None:
    """Drop the content of these buffers where no operator reads it any more."""
    read = {
        subgraph.tensors[index].buffer
        for subgraph in model.subgraphs
        for indices in (*(node.inputs for node in subgraph.operators), subgraph.outputs)
        for index in indices
        if index >= 0
    }
    unread = buffers - read
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            if tensor.buffer in unread:
                tensor.buffer = 0
    for number in unread:
        model.buffers[number].data = None


def _signature(subgraph: Any) -> Any:
    """Make the signature that Wherry's runtime would make: a tensor's name is the input's."""
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = _DEFAULT_SIGNATURE, 0
    for indices, maps in ((subgraph.inputs, "inputs"), (subgraph.outputs, "outputs")):
        entries = []
        for index in indices:
            entry = schema.TensorMapT()
            entry.name, entry.tensorIndex = subgraph.tensors[index].name, index
            entries.append(entry)
        setattr(signature, maps, entries)
    return signature


def _some(values: Any) -> bool:
    return values is not None and len(values) > 0
