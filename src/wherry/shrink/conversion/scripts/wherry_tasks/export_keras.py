"""Turn a Keras model into a SavedModel whose signature bears the model's own names."""

from __future__ import annotations

import itertools
import platform
import uuid
from pathlib import Path
from typing import Any

from .keras_model import KerasModel, load
from .quiet_tensorflow import import_tensorflow
from .task import Refused, run_task


class NotTraceable(Exception):
    """The model runs, and cannot be made into a graph."""


def _export_session(tf: Any, request: dict[str, Any]) -> dict[str, Any]:
    from .export_graph import save_graph
    from .session_model import load as load_session_model

    model = load_session_model(request)
    folder = Path(request["saved_model"])
    save_graph(tf, model.session, model.inputs, model.outputs, folder)
    return {"inputs": list(model.inputs), "stateful": model.stateful}


def export(request: dict[str, Any]) -> dict[str, Any]:
    """Write the SavedModel, and return what is to be said of it."""
    tf = import_tensorflow(request["threads"])
    if request["keras"] == "keras":
        return _export_session(tf, request)
    _number_uuids()
    model = load(tf, request)
    folder = Path(request["saved_model"])
    _save(tf, model, _trace(tf, model), folder)
    # Nobody reads it, and it holds a number drawn by chance.
    fingerprint = folder / "fingerprint.pb"
    if fingerprint.is_file():
        fingerprint.unlink()
    return {
        "inputs": [port.name for port in model.inputs],
        "stateful": model.stateful,
        "python": platform.python_version(),
    }


def _number_uuids() -> None:
    """Let functions be named alike on every run: Keras 2 names some of them by UUID."""
    numbers = itertools.count(1)
    uuid.uuid4 = lambda: uuid.UUID(int=next(numbers))


def _trace(tf: Any, model: KerasModel) -> Any:
    specifications = [
        tf.TensorSpec(port.shape, tf.as_dtype(port.dtype), name=port.name) for port in model.inputs
    ]

    @tf.function  # type: ignore[untyped-decorator]
    def serve(*tensors: Any) -> Any:
        return model.call(tensors)

    try:
        return serve.get_concrete_function(*specifications)
    except Refused:
        raise
    except Exception as error:
        raise NotTraceable(str(error)) from error


def _save(tf: Any, model: KerasModel, serve: Any, folder: Path) -> None:
    """Save the function with what it needs, and nothing else of Keras's objects.

    Keras's own object graph is what other versions cannot read.
    """
    module = tf.Module()
    module.weights = _in_order(serve)
    module.resources = _resources(model.model)
    tf.saved_model.save(module, str(folder), signatures={"serving_default": serve})


def _in_order(serve: Any) -> list[Any]:
    """Return the function's variables as it uses them; TensorFlow's own order is by chance."""
    used = {id(handle): position for position, handle in enumerate(serve.captured_inputs)}
    return sorted(serve.variables, key=lambda variable: used[id(variable.handle)])


def _resources(model: Any) -> list[Any]:
    """Return the lookup tables and the like, which a function refers to and does not list."""
    found: list[Any] = []
    seen = set()
    todo = [model]
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if hasattr(each, "_create_resource"):
            found.append(each)
        todo.extend(reversed(_children(each)))
    return found


def _children(trackable: Any) -> list[Any]:
    if hasattr(trackable, "_maybe_initialize_trackable"):
        trackable._maybe_initialize_trackable()
    if hasattr(trackable, "_trackable_children"):
        return list(trackable._trackable_children().values())
    return [each.ref for each in getattr(trackable, "_checkpoint_dependencies", ())]


run_task(export)
