"""Keep a model file from running code that hides in it.

The host has refused Lambda layers that it saw in the file. This is the second lock, for those it
did not see, and for files that name a function of any module as one of their layers.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .task import Refused

_LARGEST_CONFIG_BYTES = 256 * 2**20
_FUNCTIONS = (
    "activations",
    "constraints",
    "initializers",
    "losses",
    "metrics",
    "ops",
    "regularizers",
)
_KERAS = ("keras", "tf_keras", "builtins")
_LAMBDA = (
    "The model holds code (a Lambda layer or function), which loading it would run. "
    "If you trust whoever made it, give --allow-lambda."
)


def refuse_code() -> None:
    """Make Keras refuse code that was stored in a file, wherever in it that is."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("keras", "tf_keras", "tensorflow.python.keras")):
            for function in ("func_load",):
                if hasattr(module, function):
                    setattr(module, function, _refuse)


def _refuse(*_: Any, **__: Any) -> Any:
    raise Refused(_LAMBDA)


def check_modules(path: Path, custom_objects: Mapping[str, Any]) -> None:
    """Refuse a file that names modules or functions which are not Keras's own.

    Keras 3 would import them, and call what it finds there, with arguments that the file gives.
    What the user's own files define is found by its name, and not imported.
    """
    for entry in _objects(_config(path)):
        module = entry.get("module")
        if not isinstance(module, str):
            continue  # Keras 2 names classes only, which it looks up among those it knows
        names = {str(entry.get(key)) for key in ("registered_name", "class_name")}
        if entry["class_name"] == "function":
            names = {str(entry.get("config"))}
            known = _is_keras_function(module, str(entry.get("config")))
        else:
            known = any(module == each or module.startswith(each + ".") for each in _KERAS)
        if not known and not names & set(custom_objects) and not any(map(_registered, names)):
            raise Refused(
                f"The model uses {min(names)!r} of the module {module!r}, which is no part of "
                "Keras. Give the Python file that defines it: --with FILE.py."
            )


def _is_keras_function(module: str, name: str) -> bool:
    keras = sys.modules.get("keras") or sys.modules.get("tf_keras")
    if module == "builtins":
        return any(hasattr(getattr(keras, room, None), name) for room in _FUNCTIONS)
    parts = module.split(".")
    return parts[0] in _KERAS and any(room in parts for room in _FUNCTIONS)


def _registered(name: str) -> bool:
    for module in ("keras.saving", "keras.src.saving.object_registration", "keras.utils"):
        lookup = getattr(sys.modules.get(module), "get_registered_object", None)
        if lookup is not None:
            return lookup(name) is not None
    return False


def _config(path: Path) -> Any:
    if not zipfile.is_zipfile(str(path)):
        return hdf5_config(path)
    with zipfile.ZipFile(str(path)) as archive:
        if "config.json" not in archive.namelist():
            return None
        if archive.getinfo("config.json").file_size > _LARGEST_CONFIG_BYTES:
            raise Refused("The model's config.json is larger than any architecture needs.")
        return json.loads(archive.read("config.json"))


def hdf5_config(path: Path) -> Any:
    """Return the architecture that an HDF5 file holds; None where the file is of another kind."""
    import h5py

    if not h5py.is_hdf5(str(path)):
        return None
    with h5py.File(str(path), "r") as file:
        config = file.attrs.get("model_config", "null")
    return json.loads(config if isinstance(config, str) else bytes(config).decode("utf-8"))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                yield value
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
