"""Compute in 32-bit floats what a graph computes in floats that LiteRT has no operators for."""

from __future__ import annotations

from typing import Any

import numpy as np

from .freezing import Frozen
from .graphs import Scope, scopes, source

# types.proto
_FLOAT = 1
_OTHERS = {2: "64-bit", 14: "bfloat16", 19: "16-bit"}


def floats_of(frozen: Frozen) -> list[str]:
    """Return the names of the floats in the graph that are not 32-bit."""
    found: set[int] = set()
    for scope in scopes(frozen.graph):
        for node in scope.nodes:
            for attribute in node.attr.values():
                found.update({attribute.type, *attribute.list.type} & set(_OTHERS))
    return [_OTHERS[number] for number in sorted(found)]


def compute_in_float32(tf: Any, frozen: Frozen) -> None:
    """Make all floats of the graph 32-bit; inputs and outputs keep their datatypes."""
    for scope in scopes(frozen.graph):
        for node in scope.nodes:
            _widen(tf, node)
    for function in frozen.graph.library.function:
        arguments = [*function.signature.input_arg, *function.signature.output_arg]
        for argument in arguments:
            if argument.type in _OTHERS:
                argument.type = _FLOAT
    _keep_ports(frozen)


def _widen(tf: Any, node: Any) -> None:
    if node.op == "Const" and node.attr["dtype"].type in _OTHERS:
        value = tf.make_ndarray(node.attr["value"].tensor).astype(np.float32)
        node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
    for attribute in node.attr.values():
        if attribute.type in _OTHERS:
            attribute.type = _FLOAT
        for position, number in enumerate(attribute.list.type):
            if number in _OTHERS:
                attribute.list.type[position] = _FLOAT


def _keep_ports(frozen: Frozen) -> None:
    """Cast at the border; ``freezing.separate`` has given each port a node of its own."""
    scope = Scope(frozen.graph.node)
    nodes = scope.by_name()
    inputs = {info.name: info for s in frozen.signatures.values() for info in s.inputs.values()}
    outputs = {info.name: info for s in frozen.signatures.values() for info in s.outputs.values()}
    for info in inputs.values():
        if info.dtype in _OTHERS:
            placeholder = nodes[source(info.name)]
            cast = f"{placeholder.name}/float32"
            for node in scope.nodes:
                for position, reference in enumerate(node.input):
                    if source(reference) == placeholder.name:
                        node.input[position] = cast
            placeholder.attr["dtype"].type = info.dtype
            _cast(scope.add(cast, "Cast", [placeholder.name]), info.dtype, _FLOAT)
    for info in outputs.values():
        if info.dtype in _OTHERS:
            identity = nodes[source(info.name)]
            identity.op = "Cast"
            identity.attr.clear()
            _cast(identity, _FLOAT, info.dtype)


def _cast(node: Any, given: int, wanted: int) -> None:
    node.attr["SrcT"].type, node.attr["DstT"].type = given, wanted
