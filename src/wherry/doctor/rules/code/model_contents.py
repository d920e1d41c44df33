"""What is in a model's file, against what loads it."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import file_heads, keras_generation, places, versions
from wherry.doctor.rules.code.model_files import site_loads
from wherry.findings import Confidence, Evidence, Finding, How
from wherry.project.code.loads import Library, ModelLoad

_SKLEARN: Final = re.compile(
    rb"_sklearn_version.{0,12}?(\d{1,2})\.(\d{1,2})(?:\.\d{1,2})?", re.DOTALL
)
_TREES_CHANGED: Final = (1, 3)
_MODULES_MOVED: Final = (0, 24)
_PAGE: Final = re.compile(rb"^\s{0,20}<(?:!doctype|html|head|\?xml)", re.IGNORECASE)
# What Keras 3 does not accept from a configuration that an older Keras wrote.
_REFUSED_BY_KERAS_3: Final = (b'"time_major"', b'"class_name": "Lambda"')
_DEPTHWISE: Final = re.compile(rb'"DepthwiseConv2D".{0,600}?"groups"', re.DOTALL)
_WRITTEN_BY_KERAS_3: Final = b'"batch_shape"'


def _keras(context: Context) -> Iterator[Finding]:
    for load, data in _files(context, Library.KERAS):
        path = load.model.path if load.model is not None else ""
        generation = keras_generation.of(context, load.call)
        written = file_heads.keras_version(context, path, data)
        if generation is None or written is None:
            continue
        evidence = (Evidence("the file was written by Keras", _text(written), How.READ),)
        values = {
            "model": path,
            "code_file": load.path,
            "saved": f"Keras {_text(written)}",
            "loaded": f"Keras {generation}",
        }
        if written[0] >= 3 and generation == 2:
            yield found(
                "keras-version-mismatch",
                places.of_load(load),
                severity=Severity.ERROR,
                evidence=evidence,
                values=values,
            )
        elif written[0] < 3 and generation == 3 and data.startswith(b"\x89HDF"):
            yield found(
                "legacy-h5-in-keras3",
                places.of_load(load),
                severity=Severity.ERROR if _refused(data) else Severity.WARNING,
                evidence=evidence,
                values=values,
            )


def _refused(data: bytes) -> bool:
    return any(word in data for word in _REFUSED_BY_KERAS_3) or bool(_DEPTHWISE.search(data))


def _weights(context: Context) -> Iterator[Finding]:
    """Report load_model of what save_weights wrote, which its name or its contents tell."""
    for load in site_loads(context):
        if load.library is not Library.KERAS or load.model is None:
            continue
        path = load.model.path
        data = b""
        if path.endswith(".h5") and context.project.files.deployed(path):
            data = file_heads.head(context, path)
        whole = b"model_config" in data
        bare = data.startswith(b"\x89HDF") and b"layer_names" in data and len(data) < 8_000_000
        if path.endswith(".weights.h5") or (bare and not whole):
            yield found(
                "weights-only-file",
                places.of_load(load),
                severity=Severity.ERROR,
                values={"model": path, "code_file": load.path},
            )


def _corrupt(context: Context) -> Iterator[Finding]:
    for load, data in _files(
        context,
        Library.KERAS,
        Library.PICKLE,
        Library.JOBLIB,
        Library.TORCH,
        Library.LITE,
        Library.ONNX,
        Library.KERAS_WEIGHTS,
    ):
        if _PAGE.match(data[:200]) and load.model is not None:
            yield found(
                "model-file-corrupt",
                places.of_load(load),
                severity=Severity.ERROR,
                values={"model": load.model.path, "found": "it is a web page"},
            )


def _pickles(context: Context) -> Iterator[Finding]:
    for load, data in _files(context, Library.PICKLE, Library.JOBLIB):
        path = load.model.path if load.model is not None else ""
        yield from _of_sklearn(context, load, path, data)
        if b"c__main__\n" in data or b"\x8c\x08__main__" in data:
            yield found(
                "pickle-refers-to-main",
                places.of_load(load),
                severity=Severity.ERROR,
                values={"model": path},
            )


def _of_sklearn(context: Context, load: ModelLoad, path: str, data: bytes) -> Iterator[Finding]:
    match = _SKLEARN.search(data)
    installed = versions.installed(context, "scikit-learn")
    if match is None and b"sklearn" in data and _is_open(context, "scikit-learn"):
        yield found(
            "pickle-version-mismatch",
            places.of_load(load),
            severity=Severity.WARNING,
            confidence=Confidence.MEDIUM,
            evidence=(Evidence("the requirements ask for", "any scikit-learn", How.READ),),
            values={"model": path, "package": "scikit-learn"},
        )
    if match is None or installed is None:
        return
    written = (int(match[1]), int(match[2]))
    if written == installed:
        return
    trees = b"sklearn.tree" in data and written < _TREES_CHANGED <= installed
    moved = written < (0, 22) and installed >= _MODULES_MOVED
    yield found(
        "pickle-version-mismatch",
        places.of_load(load),
        severity=Severity.ERROR if trees or moved else Severity.WARNING,
        evidence=(
            Evidence("the file was written by scikit-learn", _text(written), How.READ),
            Evidence("the requirements ask for", _text(installed), How.READ),
        ),
        values={
            "model": path,
            "package": "scikit-learn",
            "pin": f"scikit-learn=={_text(written)}.*",
        },
    )


def _is_open(context: Context, name: str) -> bool:
    """Whether each build may take another version than the last one."""
    requirements = context.project.requirements
    asked = requirements.get(name)
    return asked is not None and not asked.specifier and requirements.lock is None


def _files(context: Context, *libraries: Library) -> Iterator[tuple[ModelLoad, bytes]]:
    for load in site_loads(context):
        if load.library not in libraries or load.model is None or not load.model.path:
            continue
        if context.project.files.deployed(load.model.path) is not None:
            data = file_heads.head(context, load.model.path)
            if data:
                yield load, data


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


KERAS: Final = Rule("keras-file-version", ("keras-version-mismatch", "legacy-h5-in-keras3"), _keras)
WEIGHTS: Final = Rule("weights-only", ("weights-only-file",), _weights)
CORRUPT: Final = Rule("model-is-a-page", ("model-file-corrupt",), _corrupt)
PICKLES: Final = Rule("pickles", ("pickle-version-mismatch", "pickle-refers-to-main"), _pickles)
