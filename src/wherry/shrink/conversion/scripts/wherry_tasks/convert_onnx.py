"""Convert one signature of a SavedModel to ONNX, with the signature's own names."""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

from .freezing import Frozen, StatefulGraph, freeze, is_table, separate
from .graphs import operators
from .quiet_tensorflow import import_tensorflow
from .task import Refused, run_task

# The newest that tf2onnx writes, which every ONNX Runtime since 1.14 runs; and one before the
# operators that reduce took their axes as an input, where tf2onnx has known bugs.
_OPSETS = (18, 15)


def convert(request: dict[str, Any]) -> dict[str, Any]:
    """Write the .onnx file of the signature that the request names."""
    tf = import_tensorflow(request["threads"])
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)
    name = request["signature"]
    try:
        frozen = freeze(tf, request["saved_model"], request["tags"], [name])
    except StatefulGraph as changing:
        raise Refused(
            f"ONNX has no operator for tf.{changing}: the model changes itself."
        ) from None
    _refuse_tables(frozen)
    separate(frozen)
    signature = frozen.signatures[name]
    both = sorted(set(signature.inputs) & set(signature.outputs))
    if both:
        raise Refused(f"ONNX cannot call an input and an output alike, and both are {both[0]!r}.")
    failure = None
    for opset in _OPSETS:
        try:
            model = _convert(frozen, signature, opset)
            break
        except Refused:
            raise
        except Exception as error:  # noqa: BLE001  tf2onnx has no class of its own
            failure = failure or error
    else:
        assert failure is not None  # noqa: S101
        raise failure
    _rename(model.graph, signature)
    import onnx

    onnx.checker.check_model(model)
    onnx.save_model(model, request["model"])
    return {"opset": opset}


def _refuse_tables(frozen: Frozen) -> None:
    tables = sorted(filter(is_table, operators(frozen.graph)))
    if tables:
        raise Refused(f"ONNX has no operator for tf.{tables[0]} (a lookup table).")


def _convert(frozen: Frozen, signature: Any, opset: int) -> Any:
    from tf2onnx import convert as tf2onnx

    _number_objects()
    model, _ = tf2onnx.from_graph_def(
        frozen.graph,
        input_names=[info.name for _, info in sorted(signature.inputs.items())],
        output_names=[info.name for _, info in sorted(signature.outputs.items())],
        opset=opset,
    )
    unknown = sorted(_unknown(model.graph, opset))
    if unknown:
        raise Refused(f"ONNX has no operator for {', '.join(f'tf.{op}' for op in unknown)}.")
    return model


def _number_objects() -> None:
    """Make tf2onnx give the same file on every run.

    It keeps nodes in sets, whose order would be that of addresses in memory.
    """
    from tf2onnx import graph

    numbers = itertools.count()

    def number(self: Any) -> int:
        found: int = self.__dict__.setdefault("wherry_number", next(numbers))
        return found

    graph.Node.__hash__ = number
    graph.Graph.__hash__ = number


def _unknown(graph: Any, opset: int) -> set[str]:
    """Return TensorFlow's operators that were left in the graph as they were."""
    import onnx

    found = set()
    for node in _nodes(graph):
        if node.domain not in ("", "ai.onnx"):
            if node.domain != "ai.onnx.ml":
                found.add(node.op_type)
            continue
        try:
            onnx.defs.get_schema(node.op_type, opset, "")
        except onnx.defs.SchemaError:
            found.add(node.op_type)
    return found


def _nodes(graph: Any) -> Iterator[Any]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _nodes(inner)


def _rename(graph: Any, signature: Any) -> None:
    """Call the graph's inputs and outputs as the signature does, and open dimensions by use."""
    wanted = {info.name: name for name, info in signature.inputs.items()}
    wanted.update({info.name: name for name, info in signature.outputs.items()})
    used = Counter(_values(graph))
    for value in list(used):
        # A value inside that happens to bear one of the names gives way.
        if value in wanted.values() and value not in wanted:
            wanted[value] = f"{value}/inner"
    _replace(graph, wanted)
    both = ((graph.input, signature.inputs), (graph.output, signature.outputs))
    batched = all(
        info.tensor_shape.dim and info.tensor_shape.dim[0].size < 0
        for _, infos in both
        for info in infos.values()
    )
    for values, infos in both:
        _complete(values, infos, "batch" if batched else None)
        ordered = sorted(values, key=lambda value: value.name)
        del values[:]
        values.extend(ordered)


def _values(graph: Any) -> Iterator[str]:
    for node in _nodes(graph):
        yield from node.input
        yield from node.output
    yield from (initializer.name for initializer in graph.initializer)


def _replace(graph: Any, names: dict[str, str]) -> None:
    for node in graph.node:
        for references in (node.input, node.output):
            for position, reference in enumerate(references):
                references[position] = names.get(reference, reference)
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                _replace(inner, names)
    for named in (*graph.input, *graph.output, *graph.value_info, *graph.initializer):
        named.name = names.get(named.name, named.name)


def _complete(values: Any, infos: Any, batch: str | None) -> None:
    """Name the open dimensions, and put back inputs that nothing in the graph reads."""
    import onnx

    present = {value.name: value for value in values}
    for name, info in sorted(infos.items()):
        value = present.get(name)
        if value is None:
            sizes = [None if dim.size < 0 else dim.size for dim in info.tensor_shape.dim]
            datatype = onnx.helper.np_dtype_to_tensor_dtype(_numpy(info.dtype))
            values.append(onnx.helper.make_tensor_value_info(name, datatype, sizes))
            value = values[-1]
        for axis, dim in enumerate(value.type.tensor_type.shape.dim):
            if not dim.HasField("dim_value"):
                dim.dim_param = batch if batch and axis == 0 else f"{name}_{axis}"


def _numpy(dtype: int) -> Any:
    import tensorflow as tf

    return tf.as_dtype(dtype).as_numpy_dtype


run_task(convert)
