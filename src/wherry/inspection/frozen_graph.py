"""Frozen graphs (``.pb``): a TensorFlow 1 graph whose variables became constants."""

from collections import Counter
from collections.abc import Iterator

from wherry.errors import NotAModel
from wherry.inspection.carriers import graph_carriers
from wherry.inspection.graph import Graph, Node, node_of, read_graph, walk_all
from wherry.inspection.graph_weights import VARIABLES, count_constants
from wherry.inspection.known import tensorflow_operators
from wherry.inspection.report import Format, Inspection
from wherry.inspection.stamp import Stamp
from wherry.runtimes.protobuf import Malformed, fields, integer, message, open_message
from wherry.runtimes.savedmodel import DATATYPES, read_shape
from wherry.tensors import Datatype, Signature, TensorSpec

_SIGNATURE = "serving_default"
_INPUTS = ("Placeholder", "PlaceholderV2", "PlaceholderWithDefault")
# Unconsumed nodes that give nothing to anybody.
_NOT_OUTPUTS = ("Assert", "Const", "NoOp", "Print", "SaveV2", *_INPUTS)
_COMPARISONS = ("Equal", "Greater", "GreaterEqual", "InTopK", "InTopKV2", "IsFinite", "Less")
_BOOLEAN = (*_COMPARISONS, "LessEqual", "LogicalAnd", "LogicalNot", "LogicalOr", "NotEqual")
# The attribute that says an output's type, where there are several that name types.
_TYPE_ATTRIBUTES = ("DstT", "output_type", "out_type", "Tout", "dtype", "T")
_INT64_BY_DEFAULT = ("ArgMax", "ArgMin", "Where")

_NOTE = (
    "A frozen graph does not say what its inputs and outputs are: taken are its placeholders, and "
    "what no other node consumes."
)


class _Unknown(Exception):
    """A datatype that the graph does not say."""


def frozen_graph(stamp: Stamp) -> Inspection:
    """Read a frozen graph.

    Its one signature is called ``serving_default``: inputs are its placeholders, outputs the
    nodes that no other node consumes, each by the node's name.

    Raises:
        NotAModel: it is damaged, was cut short, or was never frozen.
    """
    try:
        graph = read_graph(open_message(stamp.path))
        nodes = list(walk_all(graph))
        weights = count_constants(nodes, all_floats=True).weights()
        signature, reason = _signature(graph)
    except Malformed:
        raise NotAModel(
            f"{stamp.path} is a TensorFlow graph that is damaged or was cut short. Copy it again."
        ) from None
    if any(node.operator in VARIABLES for node in nodes):
        raise NotAModel(
            f"{stamp.path} is a TensorFlow graph whose weights are elsewhere, in a checkpoint: it "
            "was not frozen. Save the model whole, as a SavedModel folder."
        )
    operators = dict(Counter(node.operator for node in nodes).most_common())
    return Inspection(
        path=stamp.path,
        format=Format.FROZEN_GRAPH,
        size_bytes=stamp.size_bytes,
        sha256=stamp.sha256,
        written_by={"graph": str(graph.producer)} if graph.producer else {},
        signatures={_SIGNATURE: signature} if signature else {},
        unsupported_signatures={_SIGNATURE: reason} if reason else {},
        operators=operators,
        weights=weights,
        custom_objects=tuple(name for name in operators if name not in tensorflow_operators()),
        carriers=graph_carriers(operators, (signature,) if signature else ()),
        notes=(_NOTE,),
    )


def _signature(graph: Graph) -> tuple[Signature | None, str]:
    consumed = {node_of(name) for node in graph.nodes.values() for name in node.inputs}
    inputs, outputs = [], []
    try:
        for node in graph.nodes.values():
            if node.operator in _INPUTS:
                inputs.append(TensorSpec(node.name, _type(node), _shape(node)))
            elif node.name not in consumed and node.operator not in _NOT_OUTPUTS:
                outputs.append(TensorSpec(node.name, _type(node), None))
    except _Unknown as unknown:
        return None, f'The graph does not say the datatype of "{unknown}".'
    if not outputs:
        return None, "The graph has no node that could be its output."
    return Signature(_SIGNATURE, tuple(inputs), tuple(outputs)), ""


def _type(node: Node) -> Datatype:
    if node.operator in _BOOLEAN:
        return Datatype.BOOL
    for name in _TYPE_ATTRIBUTES:
        for number, value in _attribute(node, name):
            if number == 6:
                datatype = DATATYPES.get(integer(value))
                if datatype is None:
                    raise _Unknown(node.name)
                return datatype
        if name == "out_type" and node.operator in _INT64_BY_DEFAULT:
            return Datatype.INT64
    raise _Unknown(node.name)


def _shape(node: Node) -> tuple[int, ...] | None:
    for number, value in _attribute(node, "shape"):
        if number == 7:
            return read_shape(message(value))
    return None


def _attribute(node: Node, name: str) -> Iterator[tuple[int, int | memoryview]]:
    content = node.attribute(name)
    return iter(()) if content is None else fields(content)
