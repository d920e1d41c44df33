"""What a web process does: which libraries it imports, which models it loads, how it is served."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Loader(StrEnum):
    """What holds a model in memory."""

    KERAS = "keras"
    SAVED_MODEL = "saved_model"
    LITERT = "litert"
    ONNX = "onnx"
    TORCH = "torch"
    PICKLE = "pickle"


@dataclass(frozen=True, slots=True)
class Serving:
    """How the app is served.

    Attributes:
        kind: ``gunicorn``, ``uvicorn``, ``waitress`` ...; "" where it is not known.
        workers: Processes that each hold the app.
        threads: Threads of each that answer requests.
        preload: Whether the app is loaded before the processes part.
    """

    kind: str = "gunicorn"
    workers: int = 1
    threads: int = 1
    preload: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A model's file.

    Attributes:
        file_bytes: Of the file, or of all files in its folder.
        at_boot: Whether it is loaded before the first request.
        largest_bytes: Of its largest array of weights; None where nobody has looked.
        layers: How many it has; None where nobody has looked.
    """

    name: str
    loader: Loader
    file_bytes: int
    at_boot: bool = True
    largest_bytes: int | None = None
    layers: int | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """What is predicted for.

    Attributes:
        at_boot: Libraries that are imported with the app, by the name of their package.
        at_request: Libraries that only a request imports.
        versions: Of the libraries, where they are known.
        cpus: The processors that the process sees: pools of threads are as large.
    """

    serving: Serving = field(default_factory=Serving)
    at_boot: frozenset[str] = frozenset()
    at_request: frozenset[str] = frozenset()
    models: tuple[Model, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    cpus: float = 1.0

    @property
    def tensorflow(self) -> str:
        """The version of TensorFlow, under whichever name it is installed; "" for none."""
        names = ("tensorflow-cpu", "tensorflow", "tensorflow-intel", "tensorflow-gpu")
        return next((self.versions[name] for name in names if name in self.versions), "")
