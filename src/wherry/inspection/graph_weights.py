"""The weights in a graph of TensorFlow: its variables, and its large constants.

Field numbers: tensor.proto and tensor_shape.proto of tensorflow/core/framework.
"""

from collections.abc import Iterable
from math import prod

from wherry.inspection.graph import Node
from wherry.inspection.tally import Tally
from wherry.runtimes.protobuf import fields, integer, message, messages
from wherry.runtimes.savedmodel import DATATYPES, read_shape
from wherry.tensors import VARIABLE

LARGE_CONSTANT_BYTES = 1024
"""From here on a constant is taken for weights; what is smaller are shapes, axes and scalars."""

VARIABLES = ("VarHandleOp", "Variable", "VariableV2")
_NOTHING = memoryview(b"")
_FLOATS = (1, 2, 14, 19)  # float, double, bfloat16, half
# Quantized integers, by TensorFlow's number of the type.
_QUANTIZED = {
    11: ("QINT8", 1),
    12: ("QUINT8", 1),
    13: ("QINT32", 4),
    15: ("QINT16", 2),
    16: ("QUINT16", 2),
}


def count_constants(nodes: Iterable[Node], *, all_floats: bool = False) -> Tally:
    """Count what the large constants among the nodes hold.

    With ``all_floats`` also small ones of real numbers, if they have a dimension: in a frozen
    graph these are biases.
    """
    tally = Tally()
    for node in nodes:
        if node.operator != "Const":
            continue
        large = len(node.content) >= LARGE_CONSTANT_BYTES
        value = node.attribute("value") if large or all_floats else None
        for tensor in messages(value or _NOTHING, 8):
            datatype, sizes = _tensor(tensor)
            name, item_bytes = format_of(datatype)
            if large or (sizes and datatype in _FLOATS):
                tally.add(name, prod(sizes), prod(sizes) * item_bytes)
    return tally


def count_variables(nodes: Iterable[Node]) -> Tally | None:
    """Count the variables among the nodes; None where the graph does not say their sizes."""
    tally = Tally()
    for node in nodes:
        if node.operator in VARIABLES:
            shape, datatype = node.attribute("shape"), node.attribute("dtype")
            if shape is None or datatype is None:
                return None
            sizes = read_shape(next(messages(shape, 7), _NOTHING))
            if sizes is None or VARIABLE in sizes:
                return None
            kind = next((integer(value) for number, value in fields(datatype) if number == 6), 0)
            name, item_bytes = format_of(kind)
            tally.add(name, prod(sizes), prod(sizes) * item_bytes)
    return tally


def _tensor(content: memoryview) -> tuple[int, tuple[int, ...]]:
    """Return the type and the sizes of a TensorProto."""
    datatype = 0
    sizes: tuple[int, ...] = ()
    for number, value in fields(content):
        if number == 1:
            datatype = integer(value)
        elif number == 2:
            sizes = _sizes(message(value))
    return datatype, sizes


def elements(shape: memoryview) -> int:
    """Return how many elements a TensorShapeProto has; 0 where a size is open."""
    return prod(_sizes(shape))


def _sizes(shape: memoryview) -> tuple[int, ...]:
    return tuple(max(size, 0) for size in read_shape(shape) or ())


def format_of(datatype: int) -> tuple[str, int]:
    """Return the name and the bytes of an element of TensorFlow's type; no bytes: no number."""
    known = DATATYPES.get(datatype)
    if known is not None and known.numpy.kind != "O":
        return str(known), 2 if known == "BF16" else known.numpy.itemsize
    return _QUANTIZED.get(datatype, (f"type {datatype}", 0))
