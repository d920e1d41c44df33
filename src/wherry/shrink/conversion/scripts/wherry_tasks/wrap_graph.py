"""Wrap a frozen graph into a SavedModel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .export_graph import save_graph
from .quiet_tensorflow import import_tensorflow
from .task import Refused, run_task


def wrap(request: dict[str, Any]) -> dict[str, Any]:
    """Write the SavedModel; ``inputs`` and ``outputs`` map names to tensors of the graph."""
    tf = import_tensorflow(request["threads"])
    definition = tf.compat.v1.GraphDef()
    definition.ParseFromString(Path(request["model"]).read_bytes())
    graph = tf.Graph()
    with graph.as_default(), tf.compat.v1.Session(graph=graph) as session:
        tf.import_graph_def(definition, name="")
        try:
            inputs = {k: graph.get_tensor_by_name(v) for k, v in request["inputs"].items()}
            outputs = {k: graph.get_tensor_by_name(v) for k, v in request["outputs"].items()}
        except KeyError as error:
            raise Refused(f"The graph has no such input or output: {error}.") from None
        save_graph(tf, session, inputs, outputs, Path(request["saved_model"]))
    return {}


run_task(wrap)
