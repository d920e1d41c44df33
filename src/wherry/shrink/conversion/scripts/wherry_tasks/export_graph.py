"""Write SavedModels of TensorFlow 1's kind: a graph, its session, and names for its tensors."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .custom_objects import load_custom_objects
from .names import identifiers
from .untrusted import refuse_code


def export_session(tf: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Export a model of the Keras outside TensorFlow, which lives in a session."""
    keras = importlib.import_module("keras")
    if not request["allow_lambda"]:
        refuse_code()
    keras.backend.set_learning_phase(0)
    custom_objects = load_custom_objects(request["with"])
    model = keras.models.load_model(request["model"], custom_objects, compile=False)
    inputs = dict(zip(identifiers(model.input_names, "input"), model.inputs))  # noqa: B905
    outputs = dict(zip(identifiers(model.output_names, "output"), model.outputs))  # noqa: B905
    save_graph(tf, keras.backend.get_session(), inputs, outputs, Path(request["saved_model"]))
    return {"inputs": list(inputs), "stateful": bool(model.stateful)}


def save_graph(
    tf: Any, session: Any, inputs: Mapping[str, Any], outputs: Mapping[str, Any], folder: Path
) -> None:
    """Save a session's graph and variables with one signature."""
    v1 = tf.compat.v1
    signature = v1.saved_model.build_signature_def(
        {name: v1.saved_model.build_tensor_info(tensor) for name, tensor in inputs.items()},
        {name: v1.saved_model.build_tensor_info(tensor) for name, tensor in outputs.items()},
        "tensorflow/serving/predict",
    )
    builder = v1.saved_model.Builder(str(folder))
    builder.add_meta_graph_and_variables(
        session, ["serve"], signature_def_map={"serving_default": signature}
    )
    builder.save()
