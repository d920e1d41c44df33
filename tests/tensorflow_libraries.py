"""What tests of TensorFlow need of the outside, fetched once into a cache folder.

Under $XDGCACHE_HOME (~/.cache): TensorFlow's libraries, about 600 MB a version, and one
environment with Python TensorFlow, to compare answers with.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from wherry.dependencies.libtensorflow import fetch

SAVED_MODELS = Path(__file__).parent / "fixtures" / "savedmodels"

CACHE = Path(os.environ.get("XDGCACHE_HOME") or Path.home() / ".cache", "wherry", "tests")
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
    folder = CACHE / f"tensorflow-{_PYTHON_TENSORFLOW}"
    python = folder / "bin" / "python"
    complete = folder / "complete"
    if not complete.exists():
        shutil.rmtree(folder, ignore_errors=True)
        wanted = f"tensorflow-cpu=={_PYTHON_TENSORFLOW}"
        interpreter = sys.executable if sys.version_info < (3, 14) else "3.13"
        for command in (
            ["uv", "venv", "--quiet", "--python", interpreter, str(folder)],
            ["uv", "pip", "install", "--quiet", "--python", str(python), wanted],
        ):
            subprocess.run(command, check=True, timeout=600)
        complete.touch()
    return python
