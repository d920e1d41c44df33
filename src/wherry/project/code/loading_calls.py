"""Which calls load a model, and which of their arguments says what."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wherry.project.code.indexing import Call, argument, dotted, keyword
from wherry.project.code.loads import Library
from wherry.project.code.source import Source

WORDS: Final = (
    *("load_model", "load_weights", "model_from_json", "model_from_yaml", "saved_model"),
    *("Interpreter", "InferenceSession", "from_pretrained", "pipeline", "hub.", "TFSMLayer"),
    *("torch", "pickle", "joblib", "dill", "applications", "load_learner", "YOLO", "KerasLayer"),
    *("SentenceTransformer", "readNet", "Booster", "spacy", "whisper", "easyocr"),
)
"""A file without any of these words loads no model."""

_KERAS: Final = ("keras", "tensorflow", "tf_keras")
_EXACT: Final[Mapping[str, Library]] = {
    "tensorflow.saved_model.load": Library.SAVED_MODEL,
    "tensorflow.compat.v2.saved_model.load": Library.SAVED_MODEL,
    "tensorflow.saved_model.load_v2": Library.SAVED_MODEL,
    "tensorflow.saved_model.loader.load": Library.SAVED_MODEL,
    "tensorflow.compat.v1.saved_model.load": Library.SAVED_MODEL,
    "tensorflow.compat.v1.saved_model.loader.load": Library.SAVED_MODEL,
    "tensorflow_hub.load": Library.TENSORFLOW_HUB,
    "tensorflow_hub.KerasLayer": Library.TENSORFLOW_HUB,
    "tensorflow_hub.Module": Library.TENSORFLOW_HUB,
    "tensorflow.lite.Interpreter": Library.LITE,
    "tensorflow.lite.python.interpreter.Interpreter": Library.LITE,
    "tensorflow.compat.v1.lite.Interpreter": Library.LITE,
    "tflite_runtime.interpreter.Interpreter": Library.LITE,
    "ai_edge_litert.interpreter.Interpreter": Library.LITE,
    "onnxruntime.InferenceSession": Library.ONNX,
    "torch.load": Library.TORCH,
    "torch.jit.load": Library.TORCH,
    "pickle.load": Library.PICKLE,
    "_pickle.load": Library.PICKLE,
    "cPickle.load": Library.PICKLE,
    "dill.load": Library.PICKLE,
    "cloudpickle.load": Library.PICKLE,
    "pandas.read_pickle": Library.PICKLE,
    "joblib.load": Library.JOBLIB,
    "sklearn.externals.joblib.load": Library.JOBLIB,
    "transformers.pipeline": Library.TRANSFORMERS,
    "sentence_transformers.SentenceTransformer": Library.TRANSFORMERS,
    "ultralytics.YOLO": Library.ULTRALYTICS,
    "torch.hub.load": Library.TORCH,
    "safetensors.torch.load_file": Library.TORCH,
}
# They take the name of a model of their own, which is no path of the project's.
_BY_NAME: Final[Mapping[str, Library]] = {
    "spacy.load": Library.SPACY,
    "whisper.load_model": Library.WHISPER,
    "faster_whisper.WhisperModel": Library.WHISPER,
    "easyocr.Reader": Library.EASYOCR,
}
# Trees: a file is given to what is made, or to its method ``load_model``.
_BOOSTERS: Final[Mapping[str, Library]] = {
    "xgboost": Library.XGBOOST,
    "lightgbm": Library.LIGHTGBM,
    "catboost": Library.CATBOOST,
}
_FROM_BYTES: Final = ("pickle.loads", "dill.loads", "cloudpickle.loads")
_PATH_NAMES: Final = (
    *("filepath", "model_path", "path_or_bytes", "export_dir", "handle", "f", "filename"),
    *("path", "filepath_or_buffer", "model", "model_name_or_path", "pretrained_model_name_or_path"),
)
_NO_MODEL_ENDINGS: Final = (".json", ".txt", ".csv", ".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Loading:
    """A call that loads a model.

    Attributes:
        argument: What says which; None where the call has no such argument.
    """

    library: Library
    name: str
    argument: ast.expr | None


def recognise(source: Source, call: Call) -> Loading | None:
    """Return what a call loads; None where it loads no model."""
    name = _full_name(source, call.node.func)
    found = _by_booster(source, call, name)
    if found is not None:
        return found
    if not name:
        return _by_method(call, "")
    library = _EXACT.get(name)
    if library is not None:
        return Loading(library, name, _opened(source, call, library))
    if name in _BY_NAME:
        return Loading(_BY_NAME[name], name, None)
    if name in _FROM_BYTES:
        return _from_bytes(source, call, name)
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if root in _KERAS:
        return _by_keras(call, name, last)
    if root == "fastai" and last == "load_learner":
        return Loading(Library.FASTAI, name, argument(call.node, 0, "fname"))
    if root in ("transformers", "sentence_transformers") and last == "from_pretrained":
        if "Tokenizer" in name or "Processor" in name or "Config" in name:
            return None
        return Loading(Library.TRANSFORMERS, name, argument(call.node, 0, *_PATH_NAMES))
    return _by_method(call, name)


def _by_keras(call: Call, name: str, last: str) -> Loading | None:
    if last == "load_model":
        return Loading(Library.KERAS, name, argument(call.node, 0, *_PATH_NAMES))
    if last in ("model_from_json", "model_from_yaml"):
        return Loading(Library.KERAS_JSON, name, None)
    if last == "TFSMLayer":
        return Loading(Library.SAVED_MODEL, name, argument(call.node, 0, "filepath"))
    if ".applications." in name and last[:1].isupper():
        weights = keyword(call.node, "weights") or argument(call.node, 1, "weights")
        if isinstance(weights, ast.Constant) and weights.value is None:
            return None
        return Loading(Library.KERAS_APPLICATIONS, name, weights)
    return _by_method(call, name)


def _by_method(call: Call, name: str) -> Loading | None:
    function = call.node.func
    if not isinstance(function, ast.Attribute) or function.attr != "load_weights":
        return None
    return Loading(
        Library.KERAS_WEIGHTS,
        name or f"Model.{function.attr}",
        argument(call.node, 0, "filepath", "path"),
    )


def _by_booster(source: Source, call: Call, name: str) -> Loading | None:
    """Return what ``Booster(model_file=...)`` and ``XGBClassifier().load_model(...)`` load."""
    library = _BOOSTERS.get(name.partition(".")[0])
    if library is not None and name.endswith(".Booster"):
        path = keyword(call.node, "model_file")
        return None if path is None else Loading(library, name, path)
    function = call.node.func
    if not isinstance(function, ast.Attribute) or function.attr != "load_model":
        return None
    made = [function.value.func] if isinstance(function.value, ast.Call) else []
    made += source.index.made_by.get(dotted(function.value), [])
    for one in made:
        full = source.resolve(one)
        library = _BOOSTERS.get(full.partition(".")[0])
        if library is not None:
            return Loading(library, f"{full}.load_model", argument(call.node, 0, "fname"))
    return None


def _from_bytes(source: Source, call: Call, name: str) -> Loading | None:
    """Return what ``loads`` reads from a file at once; what comes from elsewhere is no model."""
    read = call.node.args[0] if call.node.args else None
    if not isinstance(read, ast.Call) or not isinstance(read.func, ast.Attribute):
        return None
    owner = read.func.value
    if read.func.attr == "read_bytes":
        return Loading(Library.PICKLE, name, owner)
    if read.func.attr != "read":
        return None
    path = _path_of_open(source, owner)
    if path is None and isinstance(owner, ast.Name):
        path = _handle(source, call, owner.id)
    return None if path is None else Loading(Library.PICKLE, name, path)


def _full_name(source: Source, node: ast.expr) -> str:
    name = source.resolve(node)
    if name and "." not in name and name not in source.names:
        for star in source.stars:
            if star.partition(".")[0] in (*_KERAS, "joblib", "pickle", "onnxruntime"):
                return f"{star}.{name}"
    if name.startswith("tensorflow.python."):
        return name.replace("tensorflow.python.", "tensorflow.", 1)
    return name


def _opened(source: Source, call: Call, library: Library) -> ast.expr | None:
    """Return the path: for pickle and torch that of the file object that they are handed."""
    found = argument(call.node, 0, *_PATH_NAMES)
    if library is Library.LITE and found is None:
        return keyword(call.node, "model_content")
    if library not in (Library.PICKLE, Library.JOBLIB, Library.TORCH):
        return found
    if isinstance(found, ast.Call):
        name = source.resolve(found.func)
        if name in ("open", "io.open", "gzip.open", "bz2.open") and found.args:
            return found.args[0]
        if isinstance(found.func, ast.Attribute) and found.func.attr == "open":
            return found.func.value
    if isinstance(found, ast.Name):
        return _handle(source, call, found.id) or found
    return found


def _handle(source: Source, call: Call, name: str) -> ast.expr | None:
    """Return what was opened under a name, by ``with`` or by an assignment before."""
    for block in reversed(call.blocks):
        if isinstance(block.node, ast.With | ast.AsyncWith):
            for item in block.node.items:
                if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name:
                    return _path_of_open(source, item.context_expr)
    for statement, scope, _ in reversed(source.index.statements):
        if (
            isinstance(statement, ast.Assign)
            and scope is call.scope
            and statement.lineno < call.node.lineno
            and any(isinstance(item, ast.Name) and item.id == name for item in statement.targets)
        ):
            return _path_of_open(source, statement.value)
    return None


def _path_of_open(source: Source, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Call):
        return None
    if source.resolve(node.func) in ("open", "io.open", "gzip.open", "bz2.open"):
        return argument(node, 0, "file")
    if isinstance(node.func, ast.Attribute) and node.func.attr == "open":
        return node.func.value
    return None
