"""How fine the numbers are that a SavedModel computes with."""

import mmap
from pathlib import Path

from wherry.errors import BundleError
from wherry.inspection.graph import Node, read_graph, walk_all
from wherry.runtimes.protobuf import Malformed, fields, integer, messages
from wherry.runtimes.savedmodel import GRAPH_FILE

FLOAT32_STEP, FLOAT16_STEP, BFLOAT16_STEP = 2.0**-23, 2.0**-10, 2.0**-7
"""From 1 to the next number."""

# TensorFlow's DataType numbers (types.proto).
_STEPS = {19: FLOAT16_STEP, 14: BFLOAT16_STEP}
_METAGRAPH, _GRAPH = 2, 2
_TYPE = 6  # of an AttrValue (attr_value.proto)
# These pass numbers on, or change them into others to compute with.
_NOT_COMPUTING = frozenset(
    ("Cast", "Const", "Identity", "IdentityN", "Placeholder", "ReadVariableOp")
)


def coarsest_step(folder: Path) -> float:
    """Return the distance from 1 to the next number, of the coarsest floats that are computed with.

    That of 32-bit floats where none are coarser: a model under Keras's policy ``mixed_float16``
    keeps float32 weights and inputs, and computes in 16 bits all the same.

    Raises:
        BundleError: the graph cannot be read.
    """
    try:
        with (folder / GRAPH_FILE).open("rb") as file:
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        graphs = [
            graph
            for metagraph in messages(content, _METAGRAPH)
            for graph in messages(metagraph, _GRAPH)
        ]
        steps = [_step(node) for graph in graphs for node in walk_all(read_graph(graph))]
    except (Malformed, OSError, ValueError):
        raise BundleError(f"The graph of {folder} cannot be read.") from None
    return max(steps, default=FLOAT32_STEP)


def _step(node: Node) -> float:
    if node.operator in _NOT_COMPUTING:
        return FLOAT32_STEP
    value = node.attribute("T")
    if value is None:
        return FLOAT32_STEP
    kinds = [integer(found) for number, found in fields(value) if number == _TYPE]
    return max((_STEPS.get(kind, FLOAT32_STEP) for kind in kinds), default=FLOAT32_STEP)
