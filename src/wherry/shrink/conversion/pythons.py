"""The Pythons of this machine, by minor version: uv's own, pyenv's, and those on PATH."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from wherry.errors import ConversionFailed
from wherry.shrink.conversion.uv import UvFailed, run_uv

_ASK = (
    "import sys, sysconfig; "
    "print(sys.implementation.name, '.'.join(map(str, sys.version_info[:3])), "
    "bool(sysconfig.get_config_var('Py_GIL_DISABLED')))"
)
_ASK_S = 30.0


@cache
def find_python(minor: str) -> Path | None:
    """Return a CPython of a minor version ("3.11") that really runs here, or None."""
    return next((path for path in _candidates(minor) if _runs(path, minor)), None)


def _candidates(minor: str) -> Iterator[Path]:
    if f"{sys.version_info.major}.{sys.version_info.minor}" == minor:
        yield Path(sys.base_prefix, "bin", f"python{minor}")
    if (managed := _managed()) is not None:
        yield from sorted(managed.glob(f"cpython-{minor}.*/bin/python{minor}"), reverse=True)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    yield from sorted(pyenv.glob(f"{minor}.*/bin/python{minor}"), reverse=True)
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield Path(folder, f"python{minor}")


@cache
def _managed() -> Path | None:
    try:
        return Path(run_uv(["python", "dir", "--quiet"]).strip())
    except (UvFailed, ConversionFailed, OSError):
        return None


def _runs(path: Path, minor: str) -> bool:
    """Whether it is what its name says: version managers leave shims that only print an error."""
    if not os.access(path, os.X_OK):
        return False
    try:
        result = subprocess.run(
            [path, "-I", "-c", _ASK],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ASK_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    words = result.stdout.split()
    return (
        result.returncode == 0
        and len(words) == 3
        and words[0] == "cpython"
        and words[1].startswith(f"{minor}.")
        and words[2] == "False"
    )
