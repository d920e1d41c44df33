"""Weights of an .onnx file that ONNX Runtime's quantizer does not take, or not well.

Tables that rows are looked up in (Embedding layers) get a scale for each row, and only rows that
are asked for become floats again; the quantizer has one scale for the table, and fails where a
loop reads the rows. The weights of recurrent operators that it does not know, and those that a
loop or a branch reads, become floats again once in each run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

_WHOLE = frozenset(("GRU", "RNN", "Loop", "Scan", "If"))
OPERATORS = _WHOLE | {"Gather"}
_FLOAT = onnx.TensorProto.FLOAT
_SMALLEST = 256
_TABLE_RANK = 2


def narrowable(graph: Any) -> list[Any]:
    """Return the nodes whose weights can be made smaller here."""
    constants = _constants(graph)
    return [node for node in graph.node if weights(node, constants)]


def weights(node: Any, constants: dict[str, Any]) -> list[str]:
    """Return the constants that are made smaller for a node."""
    if node.op_type == "Gather":
        return [node.input[0]] if _looks_up_rows(node, constants) else []
    if node.op_type not in _WHOLE:
        return []
    read = set(node.input)
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            read.update(name for n in _every(inner) for name in n.input)
    return sorted(name for name in read if name in constants and len(constants[name].dims) > 1)


def narrow(graph: Any, chosen: set[str]) -> None:
    """Make 8-bit integers of the weights that the chosen nodes read."""
    constants = _constants(graph)
    rebuilt: list[Any] = []
    tables: set[str] = set()
    whole: set[str] = set()
    for node in graph.node:
        found = weights(node, constants) if node.name in chosen else []
        if node.op_type == "Gather" and found:
            tables.update(found)
            rebuilt += _rows(node)
        else:
            whole.update(found)
            rebuilt.append(node)
    for name in sorted(tables):
        graph.initializer.extend(_integers(constants[name], "_rows", (1,)))
    for name in sorted(whole):
        # One scale for each column of a matrix, and each row of a recurrent operator's weights.
        axes = (0,) if len(constants[name].dims) == _TABLE_RANK else (-1,)
        graph.initializer.extend(_integers(constants[name], "", axes))
    before = [node for name in sorted(whole) for node in _floats(name)]
    del graph.node[:]
    graph.node.extend(before + rebuilt)
    kept = [initializer for initializer in graph.initializer if initializer.name not in whole]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    drop_unread(graph)
    # As inputs, which old files list them as, they could be given others.
    listed = [value for value in graph.input if value.name not in (whole | tables)]
    del graph.input[:]
    graph.input.extend(listed)


def drop_unread(graph: Any) -> None:
    """Take out constants that nothing reads."""
    read = {name for node in _every(graph) for name in node.input}
    read |= {output.name for output in graph.output}
    kept = [initializer for initializer in graph.initializer if initializer.name in read]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _constants(graph: Any) -> dict[str, Any]:
    return {
        initializer.name: initializer
        for initializer in graph.initializer
        if initializer.data_type == _FLOAT and np.prod(initializer.dims) >= _SMALLEST
    }


def _looks_up_rows(node: Any, constants: dict[str, Any]) -> bool:
    table = constants.get(node.input[0])
    if table is None or len(table.dims) != _TABLE_RANK:
        return False
    return all(attribute.name != "axis" or attribute.i == 0 for attribute in node.attribute)


def _rows(node: Any) -> list[Any]:
    table, rows, output = node.input[0], node.input[1], node.output[0]
    own = f"{node.name}_rows"
    integers, scale = f"{table}_rows_int8", f"{table}_rows_scale"
    return [
        helper.make_node("Gather", [integers, rows], [f"{own}_int8"], f"{own}_int8"),
        helper.make_node("Gather", [scale, rows], [f"{own}_scale"], f"{own}_scale"),
        helper.make_node("Cast", [f"{own}_int8"], [f"{own}_cast"], f"{own}_cast", to=_FLOAT),
        helper.make_node("Mul", [f"{own}_cast", f"{own}_scale"], [output], f"{own}_scaled"),
    ]


def _floats(name: str) -> list[Any]:
    return [
        helper.make_node("Cast", [f"{name}_int8"], [f"{name}_cast"], f"{name}_cast", to=_FLOAT),
        helper.make_node("Mul", [f"{name}_cast", f"{name}_scale"], [name], f"{name}_scaled"),
    ]


def _integers(constant: Any, suffix: str, axes: tuple[int, ...]) -> list[Any]:
    """Return the integers, and their scales: the same over these axes."""
    numbers = numpy_helper.to_array(constant)
    largest = np.abs(numbers).max(axis=axes, keepdims=True)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    integers = np.rint(numbers / scale).clip(-127, 127).astype(np.int8)
    return [
        numpy_helper.from_array(integers, f"{constant.name}{suffix}_int8"),
        numpy_helper.from_array(scale, f"{constant.name}{suffix}_scale"),
    ]


def _every(graph: Any) -> list[Any]:
    nodes = []
    for node in graph.node:
        nodes.append(node)
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                nodes += _every(inner)
    return nodes
