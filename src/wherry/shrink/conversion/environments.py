"""Throw-away environments that uv makes: kept in a cache, keyed by what is asked for.

An environment is made in a folder beside its final one and moved there when all of it is
installed and has been imported once; one that was interrupted is never used, and its remains are
taken away by the next run. The user's project and its environment are not touched.
"""

import errno
import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wherry.dependencies.cache import cache_folder
from wherry.dependencies.interpreters import find_python
from wherry.errors import ConversionFailed
from wherry.shrink.conversion.disk import full, writing
from wherry.shrink.conversion.uv import UvFailed, run_uv

type Say = Callable[[str], None]
"""Is told, in a sentence, what takes long."""

_STAMP = "wherry-environment.json"
_STAGING = ".making-"
_ADVICE = (
    "The environments for conversion are kept there, and one with TensorFlow takes 1.5 GB: make "
    "room, or set WHERRY_CACHE to a folder elsewhere."
)
_IMPORT_S = 300.0
# To build one of these from source takes long and fails late. Some small packages that old
# releases of TensorFlow need (wrapt, termcolor) come as source only.
_HEAVY = ("grpcio", "h5py", "ml-dtypes", "numpy", "onnx", "onnxruntime", "protobuf", "scipy")
_WHEELS_ONLY = [word for package in _HEAVY for word in ("--only-binary", package)]


class NoPython(ConversionFailed):
    """No Python of the versions that are needed is here, and uv could not get one."""


class NothingFits(ConversionFailed):
    """The package index has no packages that satisfy the requirements."""


class DoesNotWork(ConversionFailed):
    """The packages were installed and cannot be imported on this machine."""


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment that is complete.

    ``versions`` holds those of Python (as ``python``) and of every package in it.
    """

    name: str
    python: Path
    versions: Mapping[str, str]


def quiet(_: str) -> None:
    """Say nothing."""


def make(
    name: str,
    requirements: Sequence[str],
    python: str | Sequence[str],
    *,
    modules: Sequence[str] = (),
    say: Say = quiet,
) -> Environment:
    """Return the environment of these requirements; make it where the cache has none.

    ``python`` is a minor version ("3.11"), or several, the preferred one first: one that is on
    this machine is taken before any is downloaded. ``modules`` are imported once to see that
    they work.

    Raises:
        NoPython: no such Python is here, and uv could not get one.
        NothingFits: the index has no such packages.
        DoesNotWork: they were installed and cannot be imported.
        ConversionFailed: it cannot be made for another reason; the sentence says which.
    """
    pythons = (python,) if isinstance(python, str) else tuple(python)
    folder = cache_folder() / "environments"
    for minor in pythons:
        if (found := _open(name, _target(folder, name, requirements, minor))) is not None:
            return found
    with writing(folder, _ADVICE):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(
            prefix=f"{_STAGING}{os.getpid()}-", dir=folder, ignore_cleanup_errors=True
        ) as staging:
            made = Path(staging, "environment")
            minor = _create(made, pythons, folder, say)
            say(f"Installing {', '.join(requirements)} for Python {minor} (once).")
            _install(name, made, requirements, modules)
            target = _target(folder, name, requirements, minor)
            _publish(made, target, Path(staging, "replaced"))
    environment = _open(name, target)
    if environment is None:
        raise ConversionFailed(f"{target} was made and is gone again. Try once more.")
    return environment


def _target(folder: Path, name: str, requirements: Sequence[str], minor: str) -> Path:
    key = json.dumps([sorted(requirements), minor, platform.system(), platform.machine()])
    return folder / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _open(name: str, target: Path) -> Environment | None:
    """Return the environment in ``target``; None where it is not there or its Python is gone."""
    python = target / "bin" / "python"
    try:
        stamp = json.loads((target / _STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not python.exists():
        return None
    return Environment(name, python, stamp["versions"])


def _create(made: Path, pythons: Sequence[str], folder: Path, say: Say) -> str:
    """Make an empty environment and return its Python's minor version."""
    for minor in pythons:
        if (path := find_python(minor)) is not None:
            try:
                run_uv(["venv", "--quiet", "--no-project", "--python", str(path), str(made)])
            except UvFailed as failure:
                raise _failure(failure, folder, "An environment could not be made") from None
            return minor
    if os.environ.get("UV_PYTHON_DOWNLOADS", "").lower() not in ("never", "manual", "false", "0"):
        say(f"Downloading Python {pythons[0]} (once), since none of {_either(pythons)} is here.")
        managed = ["--python-preference", "only-managed"]
        try:
            run_uv(["venv", "--quiet", "--no-project", *managed, "--python", pythons[0], str(made)])
        except UvFailed as failure:
            if failure.no_space:
                raise full(folder, _ADVICE) from None
        else:
            return pythons[0]
    raise NoPython(
        f"This needs Python {_either(pythons)}; none is on this machine, and uv could not download "
        f"one. Get one with `uv python install {pythons[0]}` or `pyenv install {pythons[0]}`, or "
        "put one on PATH, and try again."
    )


def _either(pythons: Sequence[str]) -> str:
    return pythons[0] if len(pythons) == 1 else f"{', '.join(pythons[:-1])} or {pythons[-1]}"


def _install(name: str, made: Path, requirements: Sequence[str], modules: Sequence[str]) -> None:
    """Install and import, and write the stamp that says it is complete."""
    python = made / "bin" / "python"
    where = ["--quiet", "--python", str(python)]
    try:
        run_uv(["pip", "install", *where, *_WHEELS_ONLY, *requirements])
        listed = run_uv(["pip", "list", *where, "--format", "json"])
    except UvFailed as failure:
        raise _failure(
            failure,
            cache_folder() / "environments",
            f"{' '.join(requirements)} could not be installed for the conversion",
        ) from None
    versions = {entry["name"].lower(): entry["version"] for entry in json.loads(listed)}
    versions["python"] = _import(name, python, modules)
    stamp = {"requirements": sorted(requirements), "versions": dict(sorted(versions.items()))}
    (made / _STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")


def _import(name: str, python: Path, modules: Sequence[str]) -> str:
    """Import the modules in a process of their own, and return the Python's version."""
    program = [f"import {module}" for module in modules]
    program.append("import platform; print('Python', platform.python_version())")
    try:
        result = subprocess.run(
            [python, "-I", "-c", "\n".join(program)],
            check=False,
            env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_IMPORT_S,
        )
    except subprocess.TimeoutExpired:
        raise ConversionFailed(
            f"The environment {name} took more than {_IMPORT_S:.0f} s to import "
            f"{', '.join(modules)}."
        ) from None
    if result.returncode != 0:
        said = (result.stderr.strip().splitlines() or [f"exit status {result.returncode}"])[-1]
        raise DoesNotWork(
            f"The environment {name} was installed and does not work on this machine: {said[:300]}"
        )
    return result.stdout.split()[-1]


def _failure(failure: UvFailed, folder: Path, what: str) -> ConversionFailed:
    if failure.no_space:
        return full(folder, _ADVICE)
    if failure.nothing_fits:
        return NothingFits(f"{what}: the package index has nothing that fits ({failure.sentence}).")
    if failure.no_index:
        return ConversionFailed(
            f"{what}: the package index cannot be reached. Check the network, or tell uv of your "
            "own index (UV_DEFAULT_INDEX), and try again."
        )
    return ConversionFailed(f"{what}: {failure.sentence}.")


def _publish(made: Path, target: Path, replaced: Path) -> None:
    try:
        made.rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if _open("", target) is not None:
            return  # another process was faster, and its environment is as good
        target.rename(replaced)
        made.rename(target)


def _sweep(folder: Path) -> None:
    """Take away what processes left behind that were killed while they made an environment."""
    for path in folder.glob(f"{_STAGING}*"):
        owner = path.name.removeprefix(_STAGING).split("-")[0]
        if not owner.isdigit() or not Path("/proc", owner).exists():
            shutil.rmtree(path, ignore_errors=True)
