"""The names that TensorFlow, LiteRT and Keras know; any other is somebody's own."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_DATA = files("wherry.inspection") / "data"


@dataclass(frozen=True, slots=True)
class KerasNames:
    """What Keras has by name, from its first version to its third."""

    layers: frozenset[str]
    models: frozenset[str]
    objects: frozenset[str]
    functions: frozenset[str]
    operations: frozenset[str]


@cache
def keras_names() -> KerasNames:
    """Return the names of Keras's own classes and functions."""
    found = tomllib.loads((_DATA / "keras_names.toml").read_text("utf-8"))
    return KerasNames(**{kind: frozenset(names) for kind, names in found.items()})


@cache
def tensorflow_operators() -> frozenset[str]:
    """Return the names of TensorFlow's own operators."""
    return frozenset(_lines("tensorflow_operators.txt"))


@cache
def plain_operators() -> frozenset[str]:
    """Return the operators of TensorFlow that call no function and are most of any graph."""
    return frozenset(_lines("tensorflow_plain_operators.txt"))


@cache
def tflite_operators() -> tuple[str, ...]:
    """Return LiteRT's builtin operators, each at its number."""
    return tuple(_lines("tflite_operators.txt"))


def _lines(name: str) -> list[str]:
    lines = (_DATA / name).read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]
