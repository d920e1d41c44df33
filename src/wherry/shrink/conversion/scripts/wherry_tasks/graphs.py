"""Graphs as data: which functions they need, and new nodes for them.

A *scope* is what holds nodes that may refer to each other: the graph, or one of its functions.
Its nodes are named alike, their outputs are not: ``node:1`` in the graph, ``node:output:0`` in a
function.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

CONTROL = "^"
_KEPT_APART = ("api_implements", "api_preferred_device", "_implements", "_noinline")


class Scope:
    """The nodes of the graph, or of one of its functions."""

    def __init__(self, nodes: Any, function: Any = None) -> None:
        self.nodes = nodes
        self.function = function

    def by_name(self) -> dict[str, Any]:
        """Return the nodes by their names."""
        return {node.name: node for node in self.nodes}

    def add(self, name: str, op: str, inputs: list[str]) -> Any:
        """Add a node; its attributes are for the caller to set."""
        node = self.nodes.add()
        node.name, node.op = name, op
        node.input.extend(inputs)
        return node

    def output(self, node: str, argument: str) -> str:
        """Return how the first output of a node is called; ``argument`` is its operator's name."""
        return node if self.function is None else f"{node}:{argument}:0"


def scopes(graph: Any) -> list[Scope]:
    """Return the graph and each of its functions."""
    return [Scope(graph.node), *(Scope(f.node_def, f) for f in graph.library.function)]


def functions(graph: Any) -> dict[str, Any]:
    """Return the functions by their names."""
    return {function.signature.name: function for function in graph.library.function}


def source(reference: str) -> str:
    """Return the name of the node that an input refers to."""
    return reference.lstrip(CONTROL).split(":")[0]


def called(node: Any) -> Iterator[str]:
    """Yield the names of the functions that a node calls."""
    for attribute in node.attr.values():
        if attribute.HasField("func"):
            yield attribute.func.name
        for function in attribute.list.func:
            yield function.name


def prune(graph: Any) -> None:
    """Drop the functions that nothing calls, and shapes that were right for variables only."""
    library = functions(graph)
    kept: set[str] = set()
    todo = [name for node in graph.node for name in called(node)]
    while todo:
        name = todo.pop()
        if name in kept or name not in library:
            continue
        kept.add(name)
        todo += [each for node in library[name].node_def for each in called(node)]
    staying = [function for function in graph.library.function if function.signature.name in kept]
    del graph.library.function[:]
    graph.library.function.extend(staying)
    for scope in scopes(graph):
        for node in scope.nodes:
            node.attr.pop("_output_shapes", None)


def make_calls_plain(graph: Any) -> None:
    """Let TensorFlow's optimizer inline all functions.

    It keeps calls whose side effects it would have to order; a model that only answers has none.
    It also keeps functions with several implementations for several devices, such as the LSTM
    of Keras 2.
    """
    for function in graph.library.function:
        for attribute in _KEPT_APART:
            function.attr.pop(attribute, None)
    for scope in scopes(graph):
        for node in scope.nodes:
            if node.op == "StatefulPartitionedCall":
                node.op = "PartitionedCall"


def operators(graph: Any) -> set[str]:
    """Return the names of all operators, those in functions included."""
    return {node.op for scope in scopes(graph) for node in scope.nodes}
