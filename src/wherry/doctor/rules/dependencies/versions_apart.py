"""Packages that install together and do not work together: numpy 2, protobuf, Keras, TensorFlow."""

from collections.abc import Iterator, Mapping
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.dependencies import tensorflow_table
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Python
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import (
    added,
    changed,
    dotted,
    known,
    lines,
    version_of,
    versions,
    where,
)
from wherry.findings import FileSpan, Finding, Fix

# The first release of each that was compiled for NumPy 2, from their release notes.
_FOR_NUMPY_2: Final = {
    "tensorflow": "2.18",
    "tensorflow-cpu": "2.18",
    "pandas": "2.2.2",
    "scipy": "1.13",
    "scikit-learn": "1.4.2",
    "scikit-image": "0.23",
    "matplotlib": "3.8.4",
    "h5py": "3.11",
    "opencv-python": "4.10.0.84",
    "opencv-python-headless": "4.10.0.84",
    "opencv-contrib-python": "4.10.0.84",
    "opencv-contrib-python-headless": "4.10.0.84",
    "statsmodels": "0.14.2",
    "pywavelets": "1.6",
}
# The last of each series of NumPy 1, and the Pythons that it has wheels for.
_NUMPY_1: Final[Mapping[str, tuple[Python, Python]]] = {
    "1.26.4": ((3, 9), (3, 12)),
    "1.24.4": ((3, 8), (3, 11)),
    "1.23.5": ((3, 8), (3, 11)),
    "1.22.4": ((3, 8), (3, 10)),
}
_KERAS_3: Final = Version("2.16")
_KERAS_APART: Final = Version("2.6")


def _conflicting(context: Context) -> set[str]:
    """Return the packages that an installer refuses to put together, or cannot install."""
    resolution = known(context)
    if resolution is None:
        return set()
    refused = {line.key for conflict in resolution.conflicts for line in conflict.lines}
    return refused | {t.line.key for t in resolution.troubles if not t.builds}


def _numpy(context: Context) -> Iterator[Finding]:
    installed = versions(context)
    numpy = installed.get("numpy")
    apart = _conflicting(context)
    if numpy is None or numpy < Version("2") or "numpy" in apart:
        return
    asked = {line.key: line for line in lines(context)}
    for name, first in _FOR_NUMPY_2.items():
        version = installed.get(name)
        if version is None or version >= Version(first) or name in apart:
            continue
        places = [where(asked[key]) for key in (name, "numpy") if key in asked]
        yield found(
            "numpy2-abi",
            *(places or [FileSpan(context.project.requirements.file)]),
            values={
                "module": f"{name} {version}",
                "numpy": str(numpy),
                "requirements": context.project.requirements.file,
            },
            fix=_numpy_1(context, asked.get("numpy")),
        )


def _numpy_1(context: Context, line: RequirementLine | None) -> Fix | None:
    """Return the fix that stays with the newest NumPy 1 that all that is installed allows."""
    if context.python is None or context.resolution is None:
        return None
    demands = [
        demand.specifier
        for package in context.resolution.packages
        for demand in map(Requirement, package.requires)
        if canonicalize_name(demand.name) == "numpy"
    ]
    fitting = (
        text
        for text, (first, last) in _NUMPY_1.items()
        if first <= context.python <= last and all(part.contains(text) for part in demands)
    )
    version = next(fitting, None)
    if version is None:
        return None
    text = f"numpy=={version}"
    if line is not None:
        changes = changed(context.project, {line: text})
    else:
        change = added(context.project, text)
        changes = () if change is None else (change,)
    return Fix(f"Stay with {text}", changes, safe=line is None) if changes else None


def _protobuf(context: Context) -> Iterator[Finding]:
    installed = versions(context)
    protobuf = installed.get("protobuf")
    line = _tensorflow(context)
    if protobuf is None or line is None or {line.key, "protobuf"} & _conflicting(context):
        return
    version = installed.get(line.key)
    if version is None:
        return
    if version < Version("2.12") and protobuf >= Version("4"):
        yield found(
            "protobuf-too-new",
            where(line),
            values={
                "protobuf": str(protobuf),
                "pin": line.text,
                "requirements": line.file,
            },
        )


def _keras(context: Context) -> Iterator[Finding]:
    """Pins of TensorFlow and Keras that install, since nothing forbids them, and do not fit."""
    line = _tensorflow(context)
    asked = next((item for item in lines(context) if item.key == "keras"), None)
    if line is None or asked is None or not line.exact or not asked.exact:
        return
    tensorflow, keras = version_of(line.exact), version_of(asked.exact)
    if tensorflow is None or keras is None or {line.key, "keras"} & _refused_together(context):
        return
    if tensorflow < _KERAS_APART:
        fits = keras < _KERAS_APART
    elif tensorflow < _KERAS_3:
        fits = keras.release[:2] == tensorflow.release[:2]
    else:
        fits = keras.major >= 3
    if not fits:
        yield found(
            "keras-standalone-mismatch",
            where(line),
            where(asked),
            values={
                "pins": f"{line.text} and {asked.text}",
                "requirements": asked.file,
                "version": str(tensorflow),
            },
        )


def _refused_together(context: Context) -> set[str]:
    """Return the packages of conflicts between TensorFlow and Keras, which are reported apart."""
    resolution = known(context)
    for conflict in resolution.conflicts if resolution is not None else ():
        names = {line.key for line in conflict.lines}
        if "keras" in names and names & tensorflow_table.NAMES:
            return names
    return set()


def _twice(context: Context) -> Iterator[Finding]:
    """Two packages that write TensorFlow's files into one folder, in different versions."""
    usual = (tensorflow_table.FULL, tensorflow_table.CPU, "tensorflow-gpu")
    pinned = [line for line in lines(context) if line.key in usual and line.exact]
    if len({line.key for line in pinned}) > 1 and len({line.exact for line in pinned}) > 1:
        yield found(
            "tf-install-broken",
            *(where(line) for line in pinned),
            values={"requirements": pinned[0].file, "python": dotted(context.python)},
        )


def _tensorflow(context: Context) -> RequirementLine | None:
    usual = (tensorflow_table.FULL, tensorflow_table.CPU)
    return next((line for line in lines(context) if line.key in usual), None)


RULES: Final = (
    Rule("numpy-2", ("numpy2-abi",), _numpy),
    Rule("protobuf-too-new", ("protobuf-too-new",), _protobuf),
    Rule("keras-standalone-mismatch", ("keras-standalone-mismatch",), _keras),
    Rule("tensorflow-twice", ("tf-install-broken",), _twice),
)
