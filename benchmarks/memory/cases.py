"""The sites that are weighed, and the environments and models that they need.

The costs in ``libraries.toml`` were taken from ``probe.py``, one process at a time, with other
models: MobileNetV2, ResNet50, VGG16, InceptionV3, EfficientNetB0, a small convolutional network,
a classifier of digits and an LSTM.
"""

from dataclasses import dataclass
from typing import Final

from wherry.estimate.workload import Loader


@dataclass(frozen=True, slots=True)
class Environment:
    """What is installed."""

    python: str
    requirements: tuple[str, ...]


_SITE: Final = ("django", "gunicorn")
ENVIRONMENTS: Final = {
    "tensorflow-cpu 2.21": Environment("3.13", ("tensorflow-cpu==2.21.0", *_SITE)),
    "tensorflow-cpu 2.16": Environment("3.12", ("tensorflow-cpu==2.16.2", *_SITE)),
    "tensorflow-cpu 2.15": Environment("3.11", ("tensorflow-cpu==2.15.1", *_SITE)),
    "tensorflow-cpu 2.13": Environment("3.11", ("tensorflow-cpu==2.13.1", *_SITE)),
    "light": Environment("3.13", ("ai-edge-litert", "onnxruntime", "pillow", *_SITE)),
    "scikit-learn": Environment("3.13", ("scikit-learn", "joblib", *_SITE)),
    "torch": Environment("3.11", ("torch==2.13.0+cpu", "numpy", *_SITE)),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A site.

    Attributes:
        model: A recipe of ``making``, and the form that it is saved in.
        libraries: What its views import, by package.
        layers: How many the model has, where that is known.
    """

    name: str
    environment: str
    model: str
    loader: Loader | None
    libraries: tuple[str, ...]
    workers: int = 1
    threads: int = 1
    layers: int | None = None


_K: Final = Loader.KERAS
_CPU: Final = ("tensorflow-cpu",)
CASES: Final = (
    Case("plain Django, 1 worker", "light", "", None, ()),
    Case("plain Django, 2 workers", "light", "", None, (), workers=2),
    Case(
        "DenseNet121, Keras 3, 1 worker",
        "tensorflow-cpu 2.21",
        "densenet.keras",
        _K,
        _CPU,
        layers=429,
    ),
    Case(
        "DenseNet121, Keras 3, 2 workers",
        "tensorflow-cpu 2.21",
        "densenet.keras",
        _K,
        _CPU,
        2,
        layers=429,
    ),
    Case(
        "Xception, Keras 3, 1 worker", "tensorflow-cpu 2.21", "xception.keras", _K, _CPU, layers=134
    ),
    Case("text, Keras 3, 2 workers", "tensorflow-cpu 2.16", "text.keras", _K, _CPU, 2, layers=6),
    Case(
        "DenseNet121, Keras 2, 1 worker", "tensorflow-cpu 2.15", "densenet.h5", _K, _CPU, layers=429
    ),
    Case("text, Keras 2, 2 workers", "tensorflow-cpu 2.15", "text.h5", _K, _CPU, 2, 4, layers=6),
    Case("Xception, Keras 2, 1 worker", "tensorflow-cpu 2.13", "xception.h5", _K, _CPU, layers=134),
    Case(
        "DenseNet121, LiteRT, 2 workers",
        "light",
        "densenet.tflite",
        Loader.LITERT,
        ("ai-edge-litert",),
        2,
    ),
    Case(
        "random forest, 2 workers",
        "scikit-learn",
        "forest.joblib",
        Loader.PICKLE,
        ("joblib", "scikit-learn"),
        2,
    ),
    Case("PyTorch, 2 workers", "torch", "net.pt", Loader.TORCH, ("torch",), 2),
)
