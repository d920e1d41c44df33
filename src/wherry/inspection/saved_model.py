"""SavedModel folders, of TensorFlow 1 and 2."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from wherry.errors import BundleError, NotAModel
from wherry.inspection.carriers import graph_carriers
from wherry.inspection.graph import Graph, Node, node_of, read_graph, walk, walk_all
from wherry.inspection.graph_weights import count_constants, count_variables
from wherry.inspection.keras_metadata import KerasObjects, keras_objects
from wherry.inspection.known import tensorflow_operators
from wherry.inspection.report import Format, Inspection, Weights
from wherry.inspection.stamp import Stamp
from wherry.inspection.tally import Tally
from wherry.inspection.variables import Variable, read_index
from wherry.runtimes.protobuf import Malformed, fields, message
from wherry.runtimes.savedmodel import GRAPH_FILE, INDEX_FILE, MetaGraph, served_graph
from wherry.tensors import Signature

_GRAPH, _OBJECTS = 2, 7  # fields of a MetaGraphDef: graph_def and object_graph_def
# What training keeps beside the weights. The second half are TensorFlow 1's names for it.
_TRAINING = re.compile(
    r"^_?optimizer/|/\.OPTIMIZER_SLOT/|(^|/)(keras_api/)?metrics/|^save_counter|^_CHECKPOINTABLE"
    r"|/(Adam|RMSProp|Ftrl)(_1)?$|/(Momentum|Adagrad|Adadelta)$|^(beta[12]_power|global_step)$"
)
_NOTED_SURPLUS_RATIO = 0.2
_NOTED_SURPLUS_BYTES = 2**20
_EXAMPLES = ("ParseExample", "ParseExampleV2", "ParseSingleExample")


def saved_model(stamp: Stamp) -> Inspection:
    """Read a SavedModel folder.

    Raises:
        NotAModel: a part of it is missing, damaged or cut short.
    """
    folder = stamp.path
    try:
        served = served_graph(folder)
    except BundleError as error:
        raise NotAModel(str(error)) from None
    try:
        parts = dict(fields(served.content))
        graph = read_graph(message(parts.get(_GRAPH, memoryview(b""))))
        signatures, unsupported = _signatures(served, graph)
        nodes = _served_nodes(served, graph, signatures)
        objects = keras_objects(folder, message(parts.get(_OBJECTS, memoryview(b""))))
    except Malformed:
        raise NotAModel(
            f"{folder / GRAPH_FILE} holds a graph that is damaged. "
            "Copy the model again from where it was saved."
        ) from None
    variables = _variables(folder)
    weights = _weights(variables, nodes)
    operators = dict(Counter(node.operator for node in nodes).most_common())
    return Inspection(
        path=folder,
        format=Format.SAVED_MODEL,
        size_bytes=stamp.size_bytes,
        sha256=stamp.sha256,
        written_by=_written_by(served, objects),
        keras_generation=_generation(objects),
        signatures=signatures,
        unsupported_signatures=unsupported,
        operators=operators,
        layers=objects.layers,
        weights=weights,
        custom_objects=tuple(name for name in operators if name not in tensorflow_operators()),
        carriers=graph_carriers(operators, signatures.values()),
        notes=tuple(_notes(served, operators, form=2 if _OBJECTS in parts else 1))
        + _surplus(variables, weights),
    )


def _signatures(served: MetaGraph, graph: Graph) -> tuple[dict[str, Signature], dict[str, str]]:
    """Return the signatures that can be called, and why the others cannot."""
    found: dict[str, Signature] = {}
    unsupported = dict(served.model.unsupported)
    for name, each in served.model.signatures.items():
        tensors = (*each.inputs.values(), *each.outputs.values())
        missing = next((t for t in tensors if node_of(t) not in graph.nodes), None)
        if missing is None:
            found[name] = each.signature
        else:
            unsupported[name] = (
                f'The signature "{name}" is of the tensor "{missing}", which the graph does not '
                "have: it was saved from another graph than the model's. Save the model again."
            )
    return found, unsupported


def _served_nodes(served: MetaGraph, graph: Graph, names: Iterable[str]) -> list[Node]:
    """Return the nodes that the signatures run, or all if there is no signature to run."""
    signatures = served.model.signatures
    tensors = [tensor for name in names for tensor in signatures[name].outputs.values()]
    return list(walk(graph, tensors) if tensors else walk_all(graph))


def _written_by(served: MetaGraph, objects: KerasObjects) -> dict[str, str]:
    written_by = {"tensorflow": served.model.tensorflow_version, "keras": objects.version}
    return {name: version for name, version in written_by.items() if version}


def _generation(objects: KerasObjects) -> int | None:
    return int(objects.version[0]) if objects.version[:1] in ("2", "3") else None


def _variables(folder: Path) -> list[Variable]:
    """Return the variables, whose shards are all there and as long as the index says."""
    index = folder / INDEX_FILE
    if not index.is_file():
        return []
    try:
        variables = read_index(index)
    except Malformed:
        raise NotAModel(
            f"{index} is damaged or was cut short. Copy the whole folder again from where the "
            "model was saved."
        ) from None
    sizes = {
        int(path.name[15:20]): path.stat().st_size
        for path in index.parent.glob("variables.data-?????-of-?????")
    }
    for variable in variables:
        if variable.end > sizes.get(variable.shard, 0):
            raise NotAModel(
                f"{index.parent} was cut short: the bytes of {variable.key!r} are not all there. "
                "Copy the whole folder again from where the model was saved."
            )
    return variables


def _weights(variables: Iterable[Variable], nodes: Sequence[Node]) -> tuple[Weights, ...]:
    """Count what the signatures use: a checkpoint holds what training kept beside it, and copies.

    Keras 3 exports each weight twice.
    """
    tally = count_variables(nodes)
    if tally is None:
        tally = Tally()
        for variable in variables:
            if not variable.parts and not _TRAINING.search(variable.key):
                tally.add(variable.number_format, variable.parameters, variable.number_bytes)
    tally.add_all(count_constants(nodes))
    return tally.weights()


def _surplus(variables: Iterable[Variable], weights: Iterable[Weights]) -> tuple[str, ...]:
    kept = sum(variable.size_bytes for variable in variables)
    unused = kept - sum(each.bytes for each in weights)
    if unused < max(kept * _NOTED_SURPLUS_RATIO, _NOTED_SURPLUS_BYTES):
        return ()
    note = (
        f"Of its {kept / 2**20:.1f} MiB of variables no signature uses {unused / 2**20:.1f} MiB: "
        "an optimizer's state, or copies."
    )
    return (note,)


def _notes(served: MetaGraph, operators: Mapping[str, int], *, form: int) -> Iterable[str]:
    tags = ", ".join(served.model.tags) or "none"
    if form == 1:
        yield "It is in TensorFlow 1's form: a graph without Python objects."
    if served.siblings:
        yield f"The file holds {served.siblings + 1} graphs; read is the one with the tags: {tags}."
    if any(name in operators for name in _EXAMPLES):
        yield (
            "It takes serialized tf.train.Example records (an estimator's export does): a caller "
            "must build these."
        )
