"""The packages of one interpreter here, to compare with what the host will have."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.errors import ConfigurationError

ACTIVE: Final = ""
"""Stands for the interpreter of the virtual environment that is active."""

_TIME_LIMIT_S: Final = 30.0
# -I keeps the project's own files and PYTHONPATH out of it.
_ASK: Final = """
import json, sys
try:
    from importlib.metadata import distributions
except ImportError:
    import pkg_resources
    found = [(item.project_name, item.version) for item in pkg_resources.working_set]
else:
    found = [(item.metadata["Name"], item.version) for item in distributions()]
print(json.dumps([list(sys.version_info[:3]), found]))
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter and what is installed for it.

    Attributes:
        packages: Versions by name, in the index's form.
    """

    executable: str
    python: tuple[int, int, int]
    packages: dict[str, str]

    def version(self, name: str) -> str | None:
        """Return the version of a package; None where it is not installed."""
        return self.packages.get(canonical(name))


def canonical(name: str) -> str:
    """Return a package's name in the form that the index compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_environment(path: str = ACTIVE) -> Environment:
    """Ask an interpreter for its version and its packages; none of the project's code is run.

    Args:
        path: The interpreter, or the folder of a virtual environment; the active one without.

    Raises:
        ConfigurationError: there is none, or it does not answer.
    """
    executable = _executable(path)
    try:
        done = subprocess.run(
            [executable, "-I", "-c", _ASK],
            capture_output=True,
            timeout=_TIME_LIMIT_S,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        version, found = json.loads(done.stdout.splitlines()[-1])
        major, minor, micro = (int(part) for part in version)
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise ConfigurationError(
            f"{executable} does not answer as a Python interpreter: {_reason(error)}."
        ) from None
    packages = {canonical(name): str(release) for name, release in found if name}
    return Environment(executable, (major, minor, micro), packages)


def _executable(path: str) -> str:
    if path == ACTIVE:
        active = os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX")
        if not active:
            return sys.executable
        path = active
    place = Path(path).expanduser()
    if not place.exists():
        raise ConfigurationError(f"There is no interpreter and no virtual environment at {path}.")
    if place.is_file():
        return str(place.absolute())
    for name in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
        if (place / name).is_file():
            return str((place / name).absolute())
    raise ConfigurationError(
        f"{path} is no virtual environment: it has no bin/python. "
        "Give the environment's folder, or its interpreter."
    )


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"nothing came within {_TIME_LIMIT_S:g} s"
    if isinstance(error, subprocess.CalledProcessError):
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].rstrip(".") if lines else f"exit status {error.returncode}"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
