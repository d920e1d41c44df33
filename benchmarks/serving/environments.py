"""One environment per peer, made once by uv and kept until its requirements change."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
KEPT = REPOSITORY / ".wherry" / "bench"
INSTALL_TIMEOUT_S = 1200

# The neighbours get the very versions that Wherry is locked to.
_RUNTIMES = tuple(f"{name}=={version(name)}" for name in ("ai-edge-litert", "onnxruntime"))
_DJANGO = f"django=={version('django')}"
_GUNICORN = f"gunicorn=={version('gunicorn')}"

REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "chart": ("matplotlib>=3.10",),
    "tensorflow": ("tensorflow-cpu==2.21.0", _DJANGO, _GUNICORN),
    "django": (_DJANGO, _GUNICORN, *_RUNTIMES),
    # uvloop 0.22 makes every inference worker of MLServer 1.7.1 die at start.
    "mlserver": ("mlserver==1.7.1", "uvloop<0.22", *_RUNTIMES),
    "litserve": ("litserve==0.2.19", *_RUNTIMES),
    "bentoml": ("bentoml==1.4.39", *_RUNTIMES),
    "ray": ("ray[serve]==2.60.0", *_RUNTIMES),
}
WHERRY = "wherry"

# As pip does, and not while a start is being timed.
_COMPILE = "--compile-bytecode"

# What a reader wants to know the version of, in each environment.
_TOLD = (
    *("ai-edge-litert", "bentoml", "django", "granian", "gunicorn", "litserve", "matplotlib"),
    *("mlserver", "onnxruntime", "ray", "tensorflow-cpu", "wherry"),
)
_TELL = (
    "import json, sys, importlib.metadata as m\n"
    "found = {d.metadata['Name'].lower(): d.version for d in m.distributions()}\n"
    "print(json.dumps({n: found[n] for n in sys.argv[1:] if n in found}))"
)


class InstallFailed(Exception):
    """An environment could not be made; the message is the installer's."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment that a peer runs in."""

    folder: Path
    versions: dict[str, str]

    @property
    def bin(self) -> Path:
        """The folder of its programs."""
        return self.folder / "bin"

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.bin / "python")


@cache
def environment(name: str) -> Environment:
    """Return the environment of that name, making it if it is not there as required.

    It is looked at once in a run: all is measured with what was there at its beginning.

    Raises:
        InstallFailed: with the last lines of what the installer said.
    """
    folder = KEPT / "environments" / name
    if name == WHERRY:
        _install_wherry(folder)
    else:
        _install(folder, REQUIREMENTS[name])
    told = _run([str(folder / "bin" / "python"), "-c", _TELL, *_TOLD], timeout_s=60)
    return Environment(folder, json.loads(told))


def _install(folder: Path, requirements: tuple[str, ...]) -> None:
    wanted = "\n".join((sys.version, *requirements))
    if _holds(folder, wanted):
        return
    print(f"  making the environment {folder.name} (once) ...", file=sys.stderr, flush=True)
    base = str(Path(sys.executable).resolve())
    _uv("venv", "--quiet", "--clear", "--python", base, str(folder))
    python = str(folder / "bin" / "python")
    _uv("pip", "install", "--quiet", _COMPILE, "--python", python, *requirements)
    _mark(folder, wanted)


def _install_wherry(folder: Path) -> None:
    """Install Wherry as a user gets it: built, not editable, with the locked versions."""
    digest = hashlib.sha256(sys.version.encode())
    sources = sorted((REPOSITORY / "src").rglob("*.*"))
    for path in (REPOSITORY / "pyproject.toml", REPOSITORY / "uv.lock", *sources):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(str(path.relative_to(REPOSITORY)).encode() + path.read_bytes())
    if _holds(folder, digest.hexdigest()):
        return
    print("  installing the working tree's Wherry ...", file=sys.stderr, flush=True)
    extras = [part for extra in ("litert", "onnx", "serve") for part in ("--extra", extra)]
    _uv(
        *("sync", "--quiet", "--project", str(REPOSITORY), "--frozen", "--no-default-groups"),
        *("--python", str(Path(sys.executable).resolve())),
        *("--no-editable", "--reinstall-package", "wherry", _COMPILE, *extras),
        environment_folder=folder,
    )
    _mark(folder, digest.hexdigest())


def _holds(folder: Path, wanted: str) -> bool:
    mark = folder / ".complete"
    return mark.is_file() and mark.read_text() == wanted


def _mark(folder: Path, wanted: str) -> None:
    (folder / ".complete").write_text(wanted)


def _uv(*arguments: str, environment_folder: Path | None = None) -> None:
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME"}
    }
    if environment_folder is not None:
        variables["UV_PROJECT_ENVIRONMENT"] = str(environment_folder)
    _run(
        [os.environ.get("UV", "uv"), *arguments],
        timeout_s=INSTALL_TIMEOUT_S,
        variables=variables,
    )


def _run(command: list[str], *, timeout_s: float, variables: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout_s, env=variables, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallFailed(str(error)) from error
    if done.returncode != 0:
        raise InstallFailed(" ".join(done.stderr.split())[-400:] or f"status {done.returncode}")
    return done.stdout
