"""A model of the Keras outside TensorFlow, which lives in a session of TensorFlow 1."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from .custom_objects import load_custom_objects
from .names import identifiers
from .untrusted import refuse_code


class SessionModel:
    """A loaded model, with its tensors by the names that its signature is to have."""

    def __init__(self, keras: Any, model: Any) -> None:
        self._model = model
        self.session = keras.backend.get_session()
        self.stateful = bool(model.stateful)
        self.inputs = _by_name(model.input_names, model.inputs, "input")
        self.outputs = _by_name(model.output_names, model.outputs, "output")

    def call(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers of ``predict``, as if nothing had been asked before."""
        if self.stateful:
            self._model.reset_states()
        returned = self._model.predict_on_batch([arrays[name] for name in self.inputs])
        answers = returned if isinstance(returned, list) else [returned]
        return dict(zip(self.outputs, answers))  # noqa: B905


def load(request: Mapping[str, Any]) -> SessionModel:
    """Load the model that a request names."""
    keras = importlib.import_module("keras")
    if not request["allow_lambda"]:
        refuse_code()
    keras.backend.set_learning_phase(0)
    custom_objects = load_custom_objects(request["with"])
    model = keras.models.load_model(request["model"], custom_objects, compile=False)
    return SessionModel(keras, model)


def _by_name(names: list[str], tensors: list[Any], otherwise: str) -> dict[str, Any]:
    return dict(zip(identifiers(names, otherwise), tensors))  # noqa: B905
