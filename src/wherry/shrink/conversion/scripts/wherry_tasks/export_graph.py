"""Write SavedModels of TensorFlow 1's kind: a graph, its session, and names for its tensors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


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
