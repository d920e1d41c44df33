"""Answer with Python TensorFlow, in an environment that has it; see test_tensorflow_parity.

    python python_tensorflow.py FOLDER

For each ``<n>.json`` ({"model", "signature"}) in the folder, ``<n>.inputs.npz`` is answered with
``<n>.outputs.npz``. Strings travel as fixed-width bytes.
"""

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf


def main(folder: Path) -> None:
    """Answer every question of the folder."""
    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    loaded = {}
    for question in sorted(folder.glob("*.json")):
        asked = json.loads(question.read_text())
        if asked["model"] not in loaded:
            loaded[asked["model"]] = tf.saved_model.load(asked["model"], tags=["serve"])
        signature = loaded[asked["model"]].signatures[asked["signature"]]
        _, specs = signature.structured_input_signature
        with np.load(question.with_suffix(".inputs.npz")) as given:
            tensors = {
                name: tf.cast(given[name], specs[name].dtype)
                if given[name].dtype.kind != "S"
                else tf.constant(given[name])
                for name in given.files
            }
        outputs = {name: tensor.numpy() for name, tensor in signature(**tensors).items()}
        np.savez(
            question.with_suffix(".outputs.npz"),
            **{
                name: value.astype(np.float32)
                if value.dtype.name == "bfloat16"
                else np.array(value.tolist(), "S")
                if value.dtype == object
                else value
                for name, value in ((name, np.asarray(value)) for name, value in outputs.items())
            },
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
