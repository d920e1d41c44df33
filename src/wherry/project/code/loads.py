"""Where a model is loaded, from which file, and how often."""

from dataclasses import dataclass
from enum import StrEnum

from wherry.project.code.moments import Moment


class Library(StrEnum):
    """Whose function loads the model; the root of what must be installed for it."""

    KERAS = "keras"
    SAVED_MODEL = "tensorflow saved_model"
    TENSORFLOW_HUB = "tensorflow_hub"
    LITE = "tflite"
    ONNX = "onnxruntime"
    TORCH = "torch"
    PICKLE = "pickle"
    JOBLIB = "joblib"
    TRANSFORMERS = "transformers"
    KERAS_APPLICATIONS = "keras.applications"
    KERAS_WEIGHTS = "keras weights"
    KERAS_JSON = "keras json"
    FASTAI = "fastai"
    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"
    CATBOOST = "catboost"
    SPACY = "spacy"
    WHISPER = "whisper"
    EASYOCR = "easyocr"
    OPENCV = "opencv"
    ULTRALYTICS = "ultralytics"


class Anchor(StrEnum):
    """What a path counts from.

    WORKING: the folder in which the process was started. CODE: the module that names it, or
    BASE_DIR. ABSOLUTE: the root of somebody's disk. REMOTE: it is an address or the name of
    a model in a collection. UNKNOWN: it is computed in a way that cannot be followed.
    """

    WORKING = "working directory"
    CODE = "code"
    ABSOLUTE = "absolute"
    REMOTE = "remote"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ModelPath:
    """The path that a load opens.

    Attributes:
        written: As the code has it, where it is a plain text; else what it comes to.
        path: Relative to the project, with forward slashes; "" where it cannot be told.
        anchor: What it counts from.
    """

    written: str
    path: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class ModelLoad:
    """One place in the code that loads a model.

    Attributes:
        call: The function's full name: ``tensorflow.keras.models.load_model``.
        path: The file that holds the call, relative to the project.
        model: What it opens; None where the code does not tell.
        moments: When it runs; empty where nothing of the site reaches it.
        where: The function that it stands in, as a reader says it: "predict() in app/views.py".
        swallowed: Whether an error while loading is caught and the code goes on.
    """

    library: Library
    call: str
    path: str
    line: int
    column: int
    end_line: int
    quote: str
    model: ModelPath | None
    moments: frozenset[Moment]
    where: str
    swallowed: bool = False
