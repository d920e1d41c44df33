"""The answers of a Keras model itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .answering import answer
from .keras_model import load
from .quiet_tensorflow import import_tensorflow
from .session_model import load as load_session_model
from .task import run_task


def answer_keras(request: dict[str, Any]) -> dict[str, Any]:
    """Load the model, and run the samples through it."""
    tf = import_tensorflow(request["threads"])
    if request["keras"] == "keras":
        session_model = load_session_model(request)
        answer(request["samples"], request["answers"], request["mode"], session_model.call)
        return {}
    model = load(tf, request)

    # As `predict` does, and unlike a plain call: some layers answer otherwise then (Keras 3.6's
    # Discretization, for one), and what people see and ship are the answers of `predict`.
    graph = tf.function(model.call)

    def call(arrays: Mapping[str, Any]) -> Mapping[str, Any]:
        tensors = [
            tf.constant(arrays[port.name], dtype=tf.as_dtype(port.dtype)) for port in model.inputs
        ]
        return {name: tensor.numpy() for name, tensor in graph(tensors).items()}

    answer(request["samples"], request["answers"], request["mode"], call)
    return {}


run_task(answer_keras)
