"""Samples from a function of the user's own, named ``FILE.py:FUNCTION``."""

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from wherry.errors import InvalidInput
from wherry.shrink.sampling.drawing import Drawn, Wanted, find_labels, match_inputs
from wherry.tensors import Array

_MODULE = "wherry_samples"


def is_function(source: str) -> bool:
    """Whether a source names a function in a Python file."""
    file, colon, name = source.rpartition(":")
    return bool(colon) and file.endswith(".py") and name.isidentifier()


def call_function(source: str, wanted: Wanted) -> Drawn:
    """Call the function and take the samples it returns.

    It takes nothing and returns the inputs, or a pair of the inputs and the labels. The inputs are
    a mapping from input name to array, or the array alone where the model has one input; the first
    axis holds the samples.

    Raises:
        InvalidInput: the file or function is not there, fails, or returns something else.
    """
    file, _, name = source.rpartition(":")
    path = Path(file)
    where = f"{path.name}:{name}"
    if not path.is_file():
        raise InvalidInput(f"There is no file {path} to find the function {name!r} in.")
    with _own_errors(where, path), _importable(path.resolve().parent):
        function: Callable[[], Any] | None = getattr(_import(path), name, None)
        if not callable(function):
            raise InvalidInput(f"{path.name} has no function {name!r}; the samples come from one.")
        # What it prints is no part of our own output.
        with redirect_stdout(sys.stderr):
            returned = function()
    inputs, labels = _parted(returned, wanted, where)
    return _choose(inputs, labels, wanted, where)


def _parted(returned: Any, wanted: Wanted, where: str) -> tuple[dict[str, Any], Any]:
    labels = None
    if isinstance(returned, tuple) and len(returned) == 2:
        returned, labels = returned
    if isinstance(returned, Mapping):
        values = dict(returned)
        if labels is None:
            key = find_labels(wanted, list(map(str, values)), where)
            labels = values.pop(key) if key is not None else None
        names = match_inputs(wanted.signature, list(map(str, values)), where)
        return {name: values[key] for name, key in names.items()}, labels
    if isinstance(returned, np.ndarray | list) and len(wanted.signature.inputs) == 1:
        return {wanted.signature.inputs[0].name: returned}, labels
    raise InvalidInput(
        f"{where} returned {type(returned).__name__}; it must return a dict of arrays by input "
        "name, or a pair of that and the labels."
    )


def _choose(inputs: Mapping[str, Any], labels: Any, wanted: Wanted, where: str) -> Drawn:
    arrays: dict[str, Array] = {}
    for name, value in inputs.items():
        try:
            arrays[name] = np.asarray(value)
        except ValueError:
            raise InvalidInput(
                f"{where}: the samples of {name!r} have different shapes; pad them to one."
            ) from None
    counts = {name: len(array) if array.ndim else 0 for name, array in arrays.items()}
    if len(set(counts.values())) > 1 or 0 in counts.values():
        told = ", ".join(f"{name!r}: {count}" for name, count in counts.items())
        raise InvalidInput(
            f"{where} must return the same number of samples for every input, and one at least; "
            f"it returned {told}."
        )
    available = next(iter(counts.values()))
    rows = wanted.choose(available, sum(a.nbytes for a in arrays.values()) // available)
    if labels is not None:
        labels = np.asarray(labels)
        if labels.ndim == 0 or len(labels) != available:
            raise InvalidInput(f"{where} returned {available} samples and not as many labels.")
        labels = labels[rows]
    chosen = {name: array[rows] for name, array in arrays.items()}
    return Drawn(chosen, labels, where, available, rows, available)


def _import(path: Path) -> ModuleType:
    spec = spec_from_file_location(_MODULE, path)
    if spec is None or spec.loader is None:
        raise InvalidInput(f"{path} cannot be imported as Python.")
    module = module_from_spec(spec)
    sys.modules[_MODULE] = module  # dataclasses and pickling look their module up
    spec.loader.exec_module(module)
    return module


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let the file import its neighbours, as it can when it is run."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(_MODULE, None)


@contextmanager
def _own_errors(where: str, path: Path) -> Iterator[None]:
    """Tell what went wrong in the user's code by its line there."""
    try:
        yield
    except InvalidInput:
        raise
    except (Exception, SystemExit) as error:
        own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        line = f", line {own[-1].lineno}" if own else ""
        raise InvalidInput(f"{where} failed{line}: {type(error).__name__}: {error}.") from error
