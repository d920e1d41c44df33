"""Read a SavedModel through a session, and make its variables constants.

The session loader reads the graph alone. So it takes what TensorFlow 1 and every Keras wrote,
where the object loader of another version refuses the objects around the graph.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from .graphs import Scope, make_calls_plain, operators, prune, source
from .task import Refused

LARGEST_BYTES = 2 * 10**9  # a protobuf message, which a graph is, ends at 2 GiB
_CHANGES = re.compile(r"Assign\w*VariableOp|Assign(?:Add|Sub)?|Resource(?:Scatter|Apply)\w+")


class StatefulGraph(Exception):
    """A model that changes its own variables; ``str()`` of this is the operator."""


class Frozen:
    """A graph without variables, and the signatures that name its tensors."""

    def __init__(self, graph: Any, signatures: dict[str, Any]) -> None:
        self.graph = graph
        self.signatures = signatures


def freeze(tf: Any, folder: str, tags: list[str], signatures: list[str]) -> Frozen:
    """Load the SavedModel, and freeze what these signatures need of it.

    Raises:
        StatefulGraph: the model changes its variables, so that they cannot be constants.
    """
    from tensorflow.python.framework import convert_to_constants

    v1 = tf.compat.v1
    graph = tf.Graph()
    with graph.as_default(), v1.Session(graph=graph) as session:
        loaded = v1.saved_model.loader.load(session, tags, folder)
        _check_size(v1)
        chosen = {name: loaded.signature_def[name] for name in signatures}
        # Inputs too: one that nothing reads must stay.
        tensors = sorted({info.name for s in chosen.values() for info in _all_infos(s)})
        nodes = sorted({source(tensor) for tensor in tensors})
        definition = _inlined(tf, graph, tensors, nodes)
        changing = sorted(op for op in operators(definition) if _CHANGES.fullmatch(op))
        if changing:
            raise StatefulGraph(changing[0])
        with contextlib.redirect_stdout(io.StringIO()):
            definition = convert_to_constants.convert_variables_to_constants_from_session_graph(
                session, definition, nodes
            )
    prune(definition)
    return Frozen(definition, chosen)


def _inlined(tf: Any, graph: Any, tensors: list[str], nodes: list[str]) -> Any:
    """Return the graph with function calls inlined, as variables in functions stay otherwise."""
    from tensorflow.python.framework import convert_to_constants
    from tensorflow.python.grappler import tf_optimizer

    v1 = tf.compat.v1
    definition = v1.graph_util.extract_sub_graph(graph.as_graph_def(add_shapes=True), nodes)
    # Loops stay loops, which is what both converters know.
    definition = convert_to_constants.disable_lower_using_switch_merge(definition)
    prune(definition)
    make_calls_plain(definition)
    if not any(node.op == "PartitionedCall" for node in definition.node):
        return definition
    config = v1.ConfigProto()
    options = config.graph_options.rewrite_options
    options.min_graph_nodes = -1
    options.optimizers.append("function")
    with tf.Graph().as_default():
        metagraph = v1.train.export_meta_graph(graph_def=definition)
    metagraph.collection_def["train_op"].node_list.value.extend(tensors)
    return tf_optimizer.OptimizeGraph(config, metagraph)


def _all_infos(signature: Any) -> list[Any]:
    return [*signature.inputs.values(), *signature.outputs.values()]


def _check_size(v1: Any) -> None:
    total = 0
    for variable in v1.global_variables():
        count = variable.shape.num_elements() or 0
        total += count * variable.dtype.base_dtype.size
    if total > LARGEST_BYTES:
        raise Refused(
            f"The weights take {total / 1e9:.1f} GB, and neither format can hold more than 2 GB."
        )


def separate(frozen: Frozen) -> None:
    """Give every input a placeholder, and every output a node of its own.

    One tensor cannot be two outputs, nor an input and an output; and what is fed in the middle of
    a graph, as TensorFlow 1 allows, must be an input for a converter.
    """
    scope = Scope(frozen.graph.node)
    nodes = scope.by_name()
    for number, info in enumerate(_infos(frozen, "inputs")):
        if nodes[source(info.name)].op != "Placeholder":
            placeholder = f"wherry_input_{number}"
            _redirect(scope, info.name, placeholder)
            node = scope.add(placeholder, "Placeholder", [])
            node.attr["dtype"].type = info.dtype
            node.attr["shape"].shape.CopyFrom(info.tensor_shape)
            info.name = f"{placeholder}:0"
    for number, info in enumerate(_infos(frozen, "outputs")):
        # A graph calls the first output of a node by the node's name alone.
        tensor = re.sub(":0$", "", info.name)
        node = scope.add(f"wherry_output_{number}", "Identity", [tensor])
        node.attr["T"].type = info.dtype
        info.name = f"{node.name}:0"


def _infos(frozen: Frozen, side: str) -> list[Any]:
    """Return the tensors of all signatures, in one order on every run."""
    return [
        getattr(signature, side)[name]
        for _, signature in sorted(frozen.signatures.items())
        for name in sorted(getattr(signature, side))
    ]


def _redirect(scope: Scope, tensor: str, to: str) -> None:
    same = {tensor, re.sub(":0$", "", tensor)}
    for node in scope.nodes:
        for position, reference in enumerate(node.input):
            if reference in same:
                node.input[position] = to


def save(tf: Any, frozen: Frozen, folder: Path) -> None:
    """Write a frozen graph as a SavedModel with the same signatures."""
    v1 = tf.compat.v1
    graph = tf.Graph()
    with graph.as_default(), v1.Session(graph=graph) as session:
        tf.import_graph_def(frozen.graph, name="")
        builder = v1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(
            session, ["serve"], signature_def_map=frozen.signatures
        )
        builder.save()


def is_table(operator: str) -> bool:
    """Whether an operator is of a lookup table, which freezing would leave empty."""
    return "HashTable" in operator or "LookupTable" in operator
