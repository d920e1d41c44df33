"""Environments of their own that tests need, each made once into a cache folder."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

# Of the user, not of this checkout: what lies there must not depend on which one made it.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "wherry", "tests")


def made_once(folder: Path, interpreter: str, requirements: Sequence[str]) -> Path:
    """Return the Python of an environment with these packages, made unless it is there."""
    python = folder / "bin" / "python"
    complete = folder / "complete"
    # The interpreter that it links to may have been removed since.
    if not (complete.exists() and python.exists()):
        shutil.rmtree(folder, ignore_errors=True)
        _run("uv", "venv", "--quiet", "--python", interpreter, str(folder))
        _run("uv", "pip", "install", "--quiet", "--python", str(python), *requirements)
        complete.touch()
    return python


def _run(*command: str) -> None:
    # Not in this checkout: its own settings for uv leave TensorFlow out.
    subprocess.run(command, check=True, timeout=600, stdin=subprocess.DEVNULL, cwd="/")
