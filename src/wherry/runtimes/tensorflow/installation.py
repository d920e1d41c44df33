"""Find TensorFlow's libraries without running a line of TensorFlow's Python code."""

import os
import platform
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from wherry.errors import RuntimeMissing
from wherry.libtensorflow import FETCH_COMMAND, FETCH_FOLDER, LIBRARIES, check_sizes

FOLDER_VARIABLE = "WHERRY_TENSORFLOW"
"""Environment variable that names the folder with the two libraries."""


def find() -> Path:
    """Return the folder of TensorFlow's libraries.

    Looked for in this order: the folder that ``WHERRY_TENSORFLOW`` names, the folder that
    ``wherry tensorflow fetch`` made, an installed TensorFlow wheel. Where something else in
    this process has imported TensorFlow, its libraries are taken: with two versions' in one
    process it crashes.

    Raises:
        RuntimeMissing: none has them, or the first that should have them is not whole.
    """
    if sys.platform != "linux":
        raise RuntimeMissing(
            f"TensorFlow models are served on Linux only, and this is {platform.system()}. "
            "Serve a .tflite or .onnx model here, or run the app in a Linux container."
        )
    if "tensorflow" in sys.modules and (installed := _installed()) is not None:
        return _complete(installed)
    if named := os.environ.get(FOLDER_VARIABLE):
        folder = Path(named).absolute()
        if not folder.is_dir():
            raise RuntimeMissing(f"{FOLDER_VARIABLE} names {named}, which is not a folder.")
        check_sizes(folder)
        return folder
    fetched = FETCH_FOLDER.absolute()
    if fetched.is_dir():
        check_sizes(fetched)
        return fetched
    installed = _installed()
    if installed is None:
        raise RuntimeMissing(
            "TensorFlow's libraries are not here. Get them with "
            f"`{FETCH_COMMAND}` (any Python, the smaller way) or install tensorflow-cpu."
        )
    return _complete(installed)


def _complete(installed: Path) -> Path:
    for name in LIBRARIES:
        if not (installed / name).is_file():
            raise RuntimeMissing(
                f"The TensorFlow installed in {installed} has no {name}; TensorFlow 2.12.1 and "
                f"later have it. Upgrade it, or run `{FETCH_COMMAND}`."
            )
    return installed


def _installed() -> Path | None:
    """Return the installed package's folder. A top-level package is found without being run."""
    spec = PathFinder.find_spec("tensorflow", sys.path)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).absolute()
