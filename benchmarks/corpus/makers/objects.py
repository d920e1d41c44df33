"""What a user's own code is needed for, or what is code itself."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from .recipes import Recipe, compile_and_fit, recipe

_HELD_BACK = 359


def custom(tf: Any) -> Any:
    """Return the module of custom objects for this Keras."""
    generation = 3 if str(getattr(tf.keras, "__version__", "2")).startswith("3") else 2
    path = Path(__file__).with_name("with") / (f"objects_keras{generation}.py")
    specification = importlib.util.spec_from_file_location("corpus_objects", str(path))
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@recipe
def custom_layers(tf: Any, data: Any) -> Recipe:
    """A registered custom layer, and one that is not registered."""
    layers, own = tf.keras.layers, custom(tf)
    x, y = data["digits"].reshape(-1, 64), data["digits_labels"]
    pixels = layers.Input((64,), name="pixels")
    hidden = own.Scale(0.25)(layers.Dense(32, activation="relu")(pixels))
    answer = layers.Dense(10, name="scores")(own.Squash()(hidden))
    model = tf.keras.Model(pixels, answer)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    compile_and_fit(model, x[:-_HELD_BACK], y[:-_HELD_BACK], loss)
    return Recipe(model, {"pixels": x[-_HELD_BACK:]}, y[-_HELD_BACK:])


@recipe
def subclassed(tf: Any, data: Any) -> Recipe:
    """A subclassed model."""
    x, y = data["digits"].reshape(-1, 64), data["digits_labels"]
    model = custom(tf).Classifier(32)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    compile_and_fit(model, x[:-_HELD_BACK], y[:-_HELD_BACK], loss)
    return Recipe(model, {"pixels": x[-_HELD_BACK:]}, y[-_HELD_BACK:])


@recipe
def with_lambda(tf: Any, data: Any) -> Recipe:
    """A Lambda layer: code inside the file."""
    layers = tf.keras.layers
    x, y = data["digits"].reshape(-1, 64), data["digits_labels"]
    pixels = layers.Input((64,), name="pixels")
    hidden = layers.Lambda(lambda t: t * 2.0 - 1.0, name="centre")(pixels)
    hidden = layers.Dense(24, activation="relu")(hidden)
    model = tf.keras.Model(pixels, layers.Dense(10, activation="softmax", name="digit")(hidden))
    compile_and_fit(model, x[:-_HELD_BACK], y[:-_HELD_BACK])
    return Recipe(model, {"pixels": x[-_HELD_BACK:]}, y[-_HELD_BACK:])


@recipe
def with_tensorflow_calls(tf: Any, data: Any) -> Recipe:
    """TensorFlow's own functions called on Keras tensors (TFOpLambda layers; Keras 2)."""
    layers = tf.keras.layers
    x = data["diabetes"] * 30
    features = layers.Input((10,), name="features")
    hidden = tf.nn.relu(layers.Dense(24)(features))
    hidden = tf.concat([hidden, tf.math.square(features)[:, :4]], axis=1)
    model = tf.keras.Model(features, layers.Dense(1, name="progression")(hidden / 2.0 + 1.0))
    compile_and_fit(model, x, data["diabetes_labels"] / 100, "mse")
    return Recipe(model, {"features": x[:100]})


@recipe
def with_python_function(tf: Any, data: Any) -> Recipe:
    """A SavedModel that calls back into Python, which no file can carry."""

    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="x")])
        def serve(self, x: Any) -> Any:
            y = tf.py_function(lambda t: t * 2, [x], tf.float32)
            return {"y": tf.ensure_shape(y, [None, 4])}

    model = Model()
    x = data["iris"][:32]
    return Recipe(
        model, {"x": x}, answers={"y": x * 2}, signatures={"serving_default": model.serve}
    )


@recipe
def without_signature_names(tf: Any, data: Any) -> Recipe:
    """A subclassed model that was called and never given an Input."""
    x, y = data["iris"], data["iris_labels"]

    class Net(tf.keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first = tf.keras.layers.Dense(16, activation="relu")
            self.second = tf.keras.layers.Dense(3, activation="softmax")

        def call(self, x: Any) -> Any:
            return self.second(self.first(x))

    model = Net()
    compile_and_fit(model, x, y, epochs=20)
    return Recipe(model, {"x": np.asarray(x[:64])}, y[:64])
