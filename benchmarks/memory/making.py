"""Make one model; runs in the environment that is to load it, or in that of a TensorFlow.

python making.py densenet.keras FOLDER
"""

import sys
from pathlib import Path


def main() -> None:
    """Make the model of that name in the folder."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    recipe, _, form = name.partition(".")
    MAKERS[form](recipe, folder / name)


def _keras(recipe: str, path: Path) -> None:
    _network(recipe).save(path)


def _tflite(recipe: str, path: Path) -> None:
    import tensorflow as tf

    network = _network(recipe)
    network.export(path.with_suffix(".exported"))
    converter = tf.lite.TFLiteConverter.from_saved_model(str(path.with_suffix(".exported")))
    path.write_bytes(converter.convert())


def _network(recipe: str):
    from tensorflow import keras

    if recipe == "densenet":
        return keras.applications.DenseNet121(weights=None)
    if recipe == "xception":
        return keras.applications.Xception(weights=None)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((120,)),
            layers.Embedding(30_000, 100),
            layers.Conv1D(128, 5, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(64, activation="relu"),
            layers.Dense(6, activation="softmax"),
        ]
    )


def _joblib(_: str, path: Path) -> None:
    import joblib
    import numpy as np
    from sklearn.ensemble import RandomForestClassifier

    random = np.random.default_rng(0)
    samples = random.random((8000, 12))
    forest = RandomForestClassifier(120).fit(samples, random.integers(0, 4, 8000))
    joblib.dump(forest, path)


def _torch(_: str, path: Path) -> None:
    import torch
    from torch import nn

    parts = [nn.Flatten(), nn.Linear(3 * 96 * 96, 700), nn.ReLU(), nn.Linear(700, 700), nn.ReLU()]
    torch.save(nn.Sequential(*parts, nn.Linear(700, 20)), path)


MAKERS = {
    "keras": _keras,
    "h5": _keras,
    "tflite": _tflite,
    "joblib": _joblib,
    "pt": _torch,
}

if __name__ == "__main__":
    main()
