"""TensorFlow's graphs: nodes, and the functions that they call.

Field numbers: graph.proto, node_def.proto, function.proto and attr_value.proto of
tensorflow/core/framework, which keep them for good.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from wherry.inspection.known import plain_operators
from wherry.runtimes.protobuf import (
    Malformed,
    entry,
    fields,
    integer,
    message,
    messages,
    text,
)

_NAME, _OPERATOR, _INPUT, _ATTRIBUTE = 1, 2, 3, 5  # of a NodeDef


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its attributes are looked at only where they matter."""

    name: str
    operator: str
    inputs: tuple[str, ...]
    content: memoryview

    def attribute(self, name: str) -> memoryview | None:
        """Return the AttrValue of that name."""
        for found in messages(self.content, _ATTRIBUTE):
            key, value = entry(found)
            if key == name:
                return value
        return None


@dataclass(slots=True)
class Graph:
    """A GraphDef: its nodes, and the library of functions that they may call.

    ``producer`` is the version of the graph's form, which TensorFlow counts up now and then.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    functions: dict[str, memoryview] = field(default_factory=dict)
    producer: int = 0


def read_graph(content: memoryview) -> Graph:
    """Read a GraphDef; the bodies of its functions are read when they are walked.

    Raises:
        Malformed: it is none, or was cut short.
    """
    graph = Graph()
    for number, value in fields(content):
        if number == 1:
            node = read_node(message(value))
            graph.nodes[node.name] = node
        elif number == 2:
            for function in messages(message(value), 1):
                name = next((text(n) for n in messages(message(_first(function, 1)), 1)), "")
                graph.functions[name] = function
        elif number == 4:
            graph.producer = next((integer(v) for key, v in fields(message(value)) if key == 1), 0)
    return graph


def _first(content: memoryview, wanted: int) -> int | memoryview:
    return next((value for number, value in fields(content) if number == wanted), memoryview(b""))


def read_node(content: memoryview) -> Node:
    """Read a NodeDef.

    Raises:
        Malformed: it is none.
    """
    name = operator = ""
    inputs = []
    for number, value in fields(content):
        if number == _NAME:
            name = text(value)
        elif number == _OPERATOR:
            operator = text(value)
        elif number == _INPUT:
            inputs.append(text(value))
    if not name or not operator:
        raise Malformed
    return Node(name, operator, tuple(inputs), content)


def walk(graph: Graph, tensors: Iterable[str]) -> Iterator[Node]:
    """Yield each node that the given tensors come from, those of called functions included."""
    seen: set[str] = set()
    for node in _upstream(graph, tensors):
        yield node
        yield from _called(graph, node, seen)


def walk_all(graph: Graph) -> Iterator[Node]:
    """Yield each node of a graph and of its whole library."""
    yield from graph.nodes.values()
    for function in graph.functions.values():
        yield from _body(function)


def _upstream(graph: Graph, tensors: Iterable[str]) -> Iterator[Node]:
    pending = [node_of(tensor) for tensor in tensors]
    seen = set(pending)
    while pending:
        node = graph.nodes.get(pending.pop())
        if node is None:
            continue
        yield node
        for name in map(node_of, node.inputs):
            if name not in seen:
                seen.add(name)
                pending.append(name)


def node_of(tensor: str) -> str:
    """Return ``a/b`` for the tensor ``a/b:0``, and for the control input ``^a/b``."""
    return tensor.removeprefix("^").partition(":")[0]


def _called(graph: Graph, caller: Node, seen: set[str]) -> Iterator[Node]:
    pending = [caller]
    while pending:
        for name in _functions_of(graph, pending.pop()):
            function = graph.functions.get(name)
            if function is None or name in seen:
                continue
            seen.add(name)
            for node in _body(function):
                yield node
                pending.append(node)


def _body(function: memoryview) -> Iterator[Node]:
    return (read_node(node) for node in messages(function, 3))


def _functions_of(graph: Graph, node: Node) -> Iterator[str]:
    if node.operator in graph.functions:  # TensorFlow 1 calls a function like an operator
        yield node.operator
    elif node.operator not in plain_operators():
        for attribute in messages(node.content, _ATTRIBUTE):
            yield from _function_names(entry(attribute)[1])


def _function_names(value: memoryview) -> Iterator[str]:
    for number, inner in fields(value):
        if number == 10:
            yield from map(text, messages(message(inner), 1))
        elif number == 1:
            for name in messages(message(inner), 9):
                yield from map(text, messages(name, 1))
