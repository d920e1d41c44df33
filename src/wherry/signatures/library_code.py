"""Exceptions whose words nobody wrote down, judged by the library's code that they come out of.

A library that fails while it reads a model tells that the model and the library do not fit
together, whatever it stumbles over. These come last: what is said plainly is believed first.
"""

import re
from typing import Final

from wherry.signatures.events import Event, Frame
from wherry.signatures.signature import Verdict, sees, values_of

_KERAS: Final = re.compile(r"/(?:keras|tf_keras|tensorflow)/")
_DESERIALIZES: Final = re.compile(
    r"deserialize\w*|from_config|model_from_(?:config|json)|load_model(?:_from_hdf5)?"
    r"|functional_from_config|process_(?:node|layer)|class_and_config_for_\w+"
)
_FILLS: Final = re.compile(
    r"load_weights\w*|load_state_dict|load_own_variables|_load_state|preprocess_weights\w*"
    r"|_load_from_state_dict|set_weights|load_checkpoint"
)
_PREDICTS: Final = re.compile(r"predict(?:_on_batch|_step)?|__call__")
_ASKED: Final = re.compile(r"\.predict\w*\(|\b(?:model|net|network|classifier)\(")
_UNPICKLES: Final = ("/pickle.py", "/joblib/", "/dill/", "/cloudpickle/", "/torch/serialization.py")
_UNPICKLING: Final = re.compile(r"\b(?:pickle|joblib|dill|cloudpickle)\.loads?\(|unpickler\.load")
_LEARNERS: Final = {
    "sklearn": "scikit-learn",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "catboost": "catboost",
    "imblearn": "imbalanced-learn",
}
_ESTIMATOR: Final = re.compile(
    r"(?:Classifier|Regressor|Regression|Imputer|Encoder|Scaler|Transformer|Vectorizer|SVC|SVR"
    r"|KMeans|Pipeline|PCA|Booster|NB)$"
)
_NO_ESTIMATORS: Final = frozenset(
    ("NoneType", "DataFrame", "Series", "Index", "Tensor", "Timestamp", "Image", "JpegImageFile")
)
_SIZE: Final = "`ls -l`, here and where it was saved: the same size, or cut off, or about 130 bytes"
_SHAPES: Final = re.compile(
    r"(?i)\b(?:shapes?|size|sizes|dims?|dimensions?|rank|channels?|features?|ndim|\dD|axis|columns?)\b"
)


def _innermost(event: Event) -> Frame | None:
    return event.frames[-1] if event.frames else None


def _within(event: Event, functions: re.Pattern[str]) -> bool:
    return any(functions.fullmatch(frame.function) and frame.library for frame in event.frames)


def _reading(event: Event, found: re.Match[str]) -> Verdict | None:
    """An error of Keras's own while it builds, or fills, what a file describes."""
    del found
    last = _innermost(event)
    if last is None or not last.library:
        return None
    if _within(event, _FILLS):
        return Verdict("weights-architecture-mismatch", {}, sure=False)
    if not _KERAS.search(last.path) or not _within(event, _DESERIALIZES):
        return None
    if any("/keras/src/legacy/" in frame.path for frame in event.frames):
        return Verdict("legacy-h5-in-keras3", {}, ("keras-version-mismatch",), _WHICH, sure=False)
    return Verdict(
        "keras-version-mismatch",
        {},
        ("custom-object-missing", "legacy-h5-in-keras3"),
        _WHICH,
        sure=False,
    )


_WHICH: Final = "`wherry inspect` names the Keras that saved it, and classes that are not Keras's"


def _within_pickle(event: Event) -> bool:
    """Whether pickle itself, or a class of a library that it fills, raised it."""
    last = _innermost(event)
    if last is None:
        return False
    itself = _UNPICKLING.search(last.code) or any(part in last.path for part in _UNPICKLES)
    return bool(itself) or (
        last.library
        and any(
            part in frame.path or _UNPICKLING.search(frame.code)
            for frame in event.frames
            for part in _UNPICKLES
        )
    )


def _damaged(event: Event, found: re.Match[str]) -> Verdict | None:
    """The bytes are no pickle: joblib tells the first one that it does not know."""
    if not _within_pickle(event):
        return None
    if values_of(found).get("byte") == "118":
        return Verdict("git-lfs-pointer", {})
    return Verdict(
        "model-file-corrupt", {}, ("git-lfs-pointer", "pickle-version-mismatch"), _SIZE, sure=False
    )


def _estimator(event: Event, found: re.Match[str]) -> Verdict | None:
    """A library that misses an attribute in its own class was handed what another release wrote."""
    last = _innermost(event)
    if found["name"] in _NO_ESTIMATORS:
        return None
    if last is None:
        boosted = found["name"].startswith(("XGB", "LGBM", "CatBoost"))
        internal = boosted or (
            _ESTIMATOR.search(found["name"]) and found["attribute"].startswith("_")
        )
        return Verdict("pickle-version-mismatch", {}, sure=False) if internal else None
    package = next((name for name in _LEARNERS if f"/{name}/" in last.path), "")
    if not package:
        return None
    return Verdict("pickle-version-mismatch", {"package": _LEARNERS[package]}, sure=False)


def _unpickling(event: Event, found: re.Match[str]) -> Verdict | None:
    """pickle itself, or a class of a library, fails over what another release wrote."""
    del found
    if not _within_pickle(event):
        return None
    return Verdict(
        "pickle-version-mismatch",
        {},
        ("model-file-corrupt",),
        "the versions that wrote it: the same ones read it, unless the file is damaged",
        sure=False,
    )


def _predicting(event: Event, found: re.Match[str]) -> Verdict | None:
    """What a library says of shapes while it predicts is said of what it was given."""
    del found
    last = _innermost(event)
    if last is None or not last.library:
        return None
    asked = any(not frame.library and _ASKED.search(frame.code) for frame in event.frames)
    keras = _KERAS.search(last.path) and (asked or _within(event, _PREDICTS))
    torch = "/torch/nn/" in last.path
    onnx = "/onnxruntime/" in last.path and last.function == "run"
    lite = last.path.endswith("/interpreter.py") and last.function in ("set_tensor", "invoke")
    if not (onnx or lite or ((keras or torch) and _SHAPES.search(event.text))):
        return None
    return Verdict("input-shape-mismatch", {}, sure=False)


SIGNATURES = (
    *sees(
        "keras-version-mismatch legacy-h5-in-keras3 weights-architecture-mismatch "
        "custom-object-missing",
        r"TypeError: |ValueError: |KeyError: |AttributeError: |IndexError: |NotImplementedError: ",
        r"InvalidArgumentError: |NotFoundError: |RuntimeError: |AssertionError: ",
        types="TypeError ValueError KeyError AttributeError IndexError NotImplementedError "
        "InvalidArgumentError NotFoundError RuntimeError AssertionError",
        judge=_reading,
    ),
    *sees(
        "pickle-version-mismatch",
        r"'(?P<name>[A-Z]\w+)' object has no attribute '(?P<attribute>\w+)'",
        types="AttributeError",
        judge=_estimator,
    ),
    *sees(
        "git-lfs-pointer model-file-corrupt",
        r"KeyError: (?P<byte>\d{1,3})",
        r"UnpicklingError",
        r"EOFError",
        r"zlib\.error: .{1,100}|LZMAError: .{1,100}",
        r"BadGzipFile: .{1,100}",
        r"ValueError: EOF: reading array data",
        r"ValueError: Did not recognize loaded array layout",
        r"IndexError: pop from empty list",
        types="KeyError UnpicklingError EOFError error LZMAError BadGzipFile ValueError IndexError",
        judge=_damaged,
    ),
    *sees(
        "pickle-version-mismatch model-file-corrupt",
        r"TypeError: |ValueError: |AttributeError: |IndexError: |KeyError: |UnicodeDecodeError: ",
        r"SystemError: |ImportError: ",
        types="TypeError ValueError AttributeError IndexError KeyError UnicodeDecodeError "
        "SystemError ImportError",
        judge=_unpickling,
    ),
    *sees(
        "input-shape-mismatch",
        r"ValueError: |RuntimeError: |InvalidArgumentError: |InvalidArgument: |Fail: ",
        r"RuntimeException: |TypeError: ",
        types="ValueError RuntimeError InvalidArgumentError InvalidArgument Fail RuntimeException "
        "TypeError",
        judge=_predicting,
    ),
)
