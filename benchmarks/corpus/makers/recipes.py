"""What a recipe returns, and how recipes are found by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

RECIPES: dict[str, Callable[..., Any]] = {}


class Recipe:
    """A model that is ready to be saved, and inputs that it is asked with.

    ``inputs`` are by input name with the samples on axis 0. ``answers`` are by output name where
    a recipe knows better than its Keras model; ``module`` with ``signatures``, or a ``write``
    function of a folder that returns the model's path, replace the Keras model. ``constants`` are
    outputs that never vary by their nature, as an estimator's list of all classes. ``held_back``
    are inputs and labels that are kept apart, with the model's answers.
    """

    def __init__(
        self,
        model: Any,
        inputs: dict[str, Any],
        labels: Any = None,
        answers: dict[str, Any] | None = None,
        signatures: dict[str, Any] | None = None,
        write: Callable[[Any], Any] | None = None,
        constants: tuple[str, ...] = (),
        held_back: tuple[Any, Any] | None = None,
    ) -> None:
        self.model = model
        self.inputs = inputs
        self.labels = labels
        self.answers = answers
        self.signatures = signatures
        self.write = write
        self.constants = constants
        self.held_back = held_back


def recipe(function: Callable[..., Recipe]) -> Callable[..., Recipe]:
    """Register a recipe by its function's name."""
    RECIPES[function.__name__] = function
    return function


def preprocessing(tf: Any, name: str) -> Any:
    """Return a preprocessing layer's class, from where this TensorFlow has it."""
    if hasattr(tf.keras.layers, name):
        return getattr(tf.keras.layers, name)
    return getattr(tf.keras.layers.experimental.preprocessing, name)


def compile_and_fit(
    model: Any, x: Any, y: Any, loss: str = "sparse_categorical_crossentropy", epochs: int = 8
) -> Any:
    """Train a model a little, and return it."""
    model.compile("adam", loss)
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return model
