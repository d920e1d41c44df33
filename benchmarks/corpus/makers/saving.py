"""Write a recipe's model in one of the formats that users have, and ask the model itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from .recipes import Recipe

BATCH = 16


def save(tf: Any, made: Recipe, form: str, folder: Path) -> str:
    """Write the model and return its file's name in the folder."""
    if made.write is not None:
        return str(made.write(folder))
    if made.signatures is not None:
        path = folder / "model"
        _clear(path)
        tf.saved_model.save(made.model, str(path), signatures=made.signatures)
        return path.name
    path = folder / {"h5": "model.h5", "keras": "model.keras"}.get(form, "model")
    _clear(path)
    if form == "h5":
        made.model.save(str(path), save_format="h5") if _keras_2(tf) else made.model.save(str(path))
    elif form == "weights":
        path = folder / "model.weights.h5"
        made.model.save_weights(str(path))
    elif form == "keras":
        made.model.save(str(path))
    elif form == "export":
        made.model.export(str(path))
    elif form == "saved_model":
        _save_model(tf, made.model, path)
    elif form == "frozen":
        path = _freeze(tf, made.model, folder / "model.pb")
    elif form == "tflite":
        path = folder / "model.tflite"
        path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(made.model).convert())
    else:
        raise ValueError(form)
    return path.name


def _keras_2(tf: Any) -> bool:
    return not str(getattr(tf.keras, "__version__", "2")).startswith("3")


def _save_model(tf: Any, model: Any, path: Path) -> None:
    if _keras_2(tf) and hasattr(model, "save"):
        model.save(str(path), save_format="tf")
    else:
        tf.saved_model.save(model, str(path))


def _freeze(tf: Any, model: Any, path: Path) -> Path:
    """Write a frozen graph as tutorials tell to."""
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    specifications = [
        tf.TensorSpec(i.shape, i.dtype, name=i.name.split(":")[0]) for i in model.inputs
    ]
    concrete = tf.function(lambda *x: model(list(x) if len(x) > 1 else x[0])).get_concrete_function(
        *specifications
    )
    frozen = convert_variables_to_constants_v2(concrete)
    tf.io.write_graph(frozen.graph, str(path.parent), path.name, as_text=False)
    return path


def _clear(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)


def ask(tf: Any, made: Recipe) -> dict[str, Any]:
    """Return what the model answers on the recipe's inputs, by output name.

    It is asked by ``predict``, as its users do. That is not always what a call gives: Keras 3.6's
    Discretization answers otherwise in a graph, and in a graph it was trained.
    """
    if made.answers is not None:
        return made.answers
    given = {
        name: tf.constant(array) if array.dtype.kind == "U" else array
        for name, array in made.inputs.items()
    }
    x: Any = list(given.values())
    if isinstance(getattr(made.model, "input", None), dict):
        x = given
    elif len(x) == 1:
        x = x[0]
    return _named(made.model, made.model.predict(x, batch_size=BATCH, verbose=0))


def _named(model: Any, answer: Any) -> dict[str, Any]:
    if isinstance(answer, dict):
        return {name: np.asarray(value) for name, value in answer.items()}
    answers = list(answer) if isinstance(answer, (list, tuple)) else [answer]
    names = getattr(model, "output_names", None) or []
    if len(set(names)) != len(answers):
        names = [f"output_{number}" for number in range(len(answers))]
    return {n: np.asarray(value) for n, value in zip(names, answers)}  # noqa: B905 - Python 3.7
