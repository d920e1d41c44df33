"""Packages that only the build needs, in the build cache: never among the app's own.

Nothing but the standard library is imported here: this runs before anything is installed.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from wherry.buildpack.failure import BuildFailed

READING: Final = ("packaging==26.3", "pyyaml==6.0.3")
"""What reading a project needs; small, and taken whatever the app has of it."""

MODELS: Final = {"numpy==2.5.5": "numpy", "orjson==3.13.0": "orjson"}
"""What opening a model needs, and the module that tells whether the app has it, as most do."""

SHRINKING: Final = (
    *("ai-edge-litert>=2.1", "h5py>=3.12", "jinja2>=3.1", "matplotlib>=3.10", "onnx>=1.19"),
    *("onnxruntime>=1.20", "pillow>=11", "rich>=13.9", "uv>=0.9"),
)
"""What ``wherry shrink`` needs besides: the extra ``shrink``."""


def provide(folder: Path) -> None:
    """Make what is missing importable, the app's own packages first wherever it has them.

    Raises:
        BuildFailed: it cannot be installed.
    """
    missing = [line for line, module in MODELS.items() if importlib.util.find_spec(module) is None]
    lines = (*missing, *READING)
    sys.path.append(str(installed(lines, folder / "reading", dependencies=False)))
    importlib.invalidate_caches()


def provide_shrinking(folder: Path) -> None:
    """Make what shrinking needs importable.

    Raises:
        BuildFailed: it cannot be installed.
    """
    sys.path.append(str(installed(SHRINKING, folder / "shrinking", dependencies=True)))
    importlib.invalidate_caches()


def installed(lines: Sequence[str], folder: Path, *, dependencies: bool) -> Path:
    """Return a folder with these packages, made where it is not there yet.

    Raises:
        BuildFailed: they cannot be installed.
    """
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    digest = hashlib.sha256("\n".join([version, *lines]).encode()).hexdigest()[:16]
    wanted = folder / digest
    if wanted.is_dir():
        return wanted
    shutil.rmtree(folder, ignore_errors=True)  # what another version needed
    folder.mkdir(parents=True)
    print(f"       Installing what only the build needs: {', '.join(lines)}", flush=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".made-") as name:
        made = Path(name, "made")
        install(lines, made, dependencies=dependencies)
        made.rename(wanted)
    return wanted


def install(lines: Sequence[str], target: Path, *, dependencies: bool) -> None:
    """Install packages from wheels into a folder.

    Raises:
        BuildFailed: they cannot be had.
    """
    command = [*_installer(target), "--only-binary", ":all:"]
    if not dependencies:
        command.append("--no-deps")
    result = subprocess.run(
        [*command, *lines],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if result.returncode:
        said = [line.strip() for line in result.stdout.splitlines() if line.strip()]
        raise BuildFailed(
            f"{', '.join(lines)} could not be installed for the build: "
            f"{said[-1] if said else 'the installer gave no reason'}"
        )


def _installer(target: Path) -> list[str]:
    """Return the command that installs into a folder: uv, pip, or the pip that Python carries."""
    if uv := os.environ.get("UV") or shutil.which("uv"):
        return [
            *(uv, "pip", "install", "--quiet", "--no-progress", "--no-config"),
            *("--python", sys.executable, "--target", str(target)),
        ]
    quiet = ["install", "--quiet", "--no-input", "--disable-pip-version-check"]
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", *quiet, "--target", str(target)]
    import ensurepip

    carried = sorted((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    if not carried:
        raise BuildFailed("There is neither uv nor pip here to install with.")
    return [sys.executable, f"{carried[-1]}/pip", *quiet, "--target", str(target)]
