"""Make the cases that a request lists: ``python -m makers REQUEST.json``.

The request holds ``data``, ``folder`` and ``cases``, each with ``name``, ``recipe`` and ``form``.
For each case ``made.json`` says what was made, or ``error`` why not; every output must vary over
the samples by a thousand times the tolerance it is compared with, or the case proves nothing.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import random
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

import numpy as np

TOLERANCE_RATIO = 1e-4
VARIATION = 1000


def main() -> None:
    """Make them one after another."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    warnings.simplefilter("ignore")
    request = json.loads(Path(sys.argv[1]).read_text())
    import tensorflow as tf

    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    from . import first_generation, objects, pictures, signatures, tables, texts  # noqa: F401

    with np.load(request["data"], allow_pickle=False) as stored:
        data = {name: stored[name] for name in stored.files}
    for case in request["cases"]:
        folder = Path(request["folder"]) / case["name"]
        folder.mkdir(parents=True, exist_ok=True)
        data["folder"] = np.array(str(folder))
        try:
            told = make(tf, data, case, folder)
        except Exception as error:  # noqa: BLE001 - one case's end is not the others'
            traceback.print_exc()
            told = {"error": f"{type(error).__name__}: {error}"}
        (folder / "made.json").write_text(json.dumps(told, indent=1))
        print(case["name"], told.get("error", "made"), flush=True)


def make(tf: Any, data: Any, case: Any, folder: Path) -> Any:
    """Make one case and return what is to be known of it."""
    from .recipes import RECIPES, Recipe
    from .saving import ask, save

    random.seed(1)
    np.random.seed(1)
    getattr(tf.random, "set_seed", None) and tf.random.set_seed(1)
    tf.keras.backend.clear_session()
    recipe = RECIPES[case["recipe"]]
    made = recipe(tf, data)
    answers = ask(tf, made)
    path = save(tf, made, case["form"], folder)
    if not answers:
        answers = _ask_saved(tf, folder / path, made.inputs)
    variation = {
        name: vary(name, answer) for name, answer in answers.items() if name not in made.constants
    }
    samples = {name: np.asarray(array) for name, array in made.inputs.items()}
    if made.labels is not None:
        samples["labels"] = np.asarray(made.labels)
    np.savez(str(folder / "samples.npz"), **samples)
    np.savez(str(folder / "answers.npz"), **{name: plain(a) for name, a in answers.items()})
    if made.held_back is not None:
        inputs, labels = made.held_back
        asked = Recipe(made.model, dict.fromkeys(made.inputs, inputs))
        (answer,) = ask(tf, asked).values()
        np.savez(str(folder / "held-back.npz"), inputs=inputs, labels=labels, answers=answer)
    return {
        "model": path,
        "title": (recipe.__doc__ or "").strip().split("\n")[0],
        "tensorflow": tf.__version__,
        "keras": _keras(tf),
        "python": platform.python_version(),
        "bytes": size(folder / path),
        "weights_bytes": _weights_bytes(made.model),
        "variation": variation,
    }


def _keras(tf: Any) -> str:
    if hasattr(tf.keras, "__version__"):
        return str(tf.keras.__version__)
    import keras

    return str(keras.__version__)


def _weights_bytes(model: Any) -> int:
    """Return the bytes of a model's weights; tables and vocabularies are none."""
    weights = getattr(model, "weights", None) or getattr(model, "variables", None) or []
    found = [weight for weight in weights if hasattr(weight, "shape") and hasattr(weight, "dtype")]
    return int(sum(np.prod(w.shape) * np.dtype(_dtype(w)).itemsize for w in found))


def _dtype(weight: Any) -> str:
    return str(getattr(weight.dtype, "name", weight.dtype)).replace("_ref", "")


def vary(name: str, answer: Any) -> float:
    """Return how much an output varies over the samples, as a part of its range; refuse little."""
    answer = plain(answer)
    if answer.dtype.kind not in "fiu":
        if len({row.tobytes() for row in answer}) < 2:
            raise ValueError(f"{name} is the same for all samples")
        return 1.0
    numbers = answer.astype(np.float64)
    spread = float(numbers.max() - numbers.min())
    varied = float((numbers.max(axis=0) - numbers.min(axis=0)).max())
    if not np.isfinite(spread) or spread == 0 or varied < VARIATION * TOLERANCE_RATIO * spread:
        raise ValueError(f"{name} hardly varies over the samples: {varied:g} of {spread:g}")
    return varied / spread


def plain(array: Any) -> Any:
    """Return an array that numpy can store without pickling."""
    array = np.asarray(array)
    return array.astype("S") if array.dtype.kind in "OU" else array


def _ask_saved(tf: Any, folder: Path, inputs: Any) -> Any:
    """Return what a SavedModel's default signature answers in a session, as TensorFlow 1 asked."""
    v1 = tf.compat.v1
    with v1.Session(graph=v1.Graph()) as session:
        meta = v1.saved_model.load(session, ["serve"], str(folder))
        known = meta.signature_def
        signature = known["serving_default" if "serving_default" in known else "predict"]
        feeds = {signature.inputs[name].name: array for name, array in inputs.items()}
        fetches = {name: info.name for name, info in signature.outputs.items()}
        return session.run(fetches, feeds)


def size(path: Path) -> int:
    """Return the bytes of a file or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


if __name__ == "__main__":
    main()
