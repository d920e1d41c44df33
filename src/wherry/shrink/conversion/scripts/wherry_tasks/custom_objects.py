"""What the user's own Python files offer to a model: their public classes and functions."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .task import Refused


def load_custom_objects(paths: Sequence[str]) -> dict[str, Any]:
    """Run the files, and return what each defines by name; decorators register the rest."""
    found: dict[str, Any] = {}
    for path in map(Path, paths):
        module = _import(path)
        for name, value in vars(module).items():
            if name.startswith("_") or not (inspect.isclass(value) or inspect.isroutine(value)):
                continue
            if getattr(value, "__module__", None) == module.__name__:
                found[name] = value
    return found


def _import(path: Path) -> Any:
    # Under the file's own name, since Keras 3 writes down the module that a class comes from.
    specification = importlib.util.spec_from_file_location(path.stem, str(path))
    if specification is None or specification.loader is None:
        raise Refused(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(specification)
    sys.path.append(str(path.parent))
    sys.modules[path.stem] = module
    try:
        specification.loader.exec_module(module)
    except Exception as error:
        raise Refused(f"{path} failed: {type(error).__name__}: {error}.") from error
    return module
