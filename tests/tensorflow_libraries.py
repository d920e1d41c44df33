"""What tests of TensorFlow need of the outside, fetched once into a cache folder.

Under $XDG_CACHE_HOME (~/.cache): TensorFlow's libraries, about 600 MB a version, and one
environment with Python TensorFlow, to compare answers with.
"""

import sys
from functools import cache
from pathlib import Path

from tests.environments import CACHE, made_once
from wherry.dependencies.libtensorflow import fetch

SAVED_MODELS = Path(__file__).parent / "fixtures" / "savedmodels"

_PYTHON_TENSORFLOW = "2.21.0"


@cache
def libraries(version: str = "2.21") -> Path:
    """Return a folder with the libraries of a TensorFlow version."""
    folder = CACHE / "libtensorflow" / version
    fetch(version, folder)
    return folder


@cache
def python_with_tensorflow() -> Path:
    """Return a Python that can ``import tensorflow``, in an environment of its own."""
    # There is no TensorFlow for 3.14 yet.
    interpreter = sys.executable if sys.version_info < (3, 14) else "3.13"
    folder = CACHE / f"tensorflow-{_PYTHON_TENSORFLOW}"
    return made_once(folder, interpreter, [f"tensorflow-cpu=={_PYTHON_TENSORFLOW}"])
