"""Makes the environment that a repaired project asks for, as its host would."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.diagnosis.commands import clean, run
from wherry.dependencies.uv_program import find_uv
from wherry.platforms import hosts
from wherry.project.project import Project

_TIMEOUT_S: Final = 1800
_COMPLETE: Final = "complete.json"
_SETUPTOOLS_UNTIL: Final = 12
# Images without a compiler, without pg_config and without anybody's headers.
_SLIM: Final = ("slim", "alpine")


class NotInstalled(Exception):
    """The requirements could not be installed; the message says why."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the project runs in.

    Attributes:
        python: The version that it has, which is the nearest one where the wanted is not here.
    """

    bin: Path
    python: str

    def variables(self, **added: str) -> dict[str, str]:
        """Return what a process of the project is given."""
        return clean(PATH=os.pathsep.join((str(self.bin), os.environ["PATH"])), **added)


def install(project: Project, wanted: str, requirements: str, work: Path, log: Path) -> Environment:
    """Return an environment with the project's requirements, made anew or kept from before.

    Args:
        wanted: The minor version of Python: ``3.13``.
        requirements: Where they stand; ``uv.lock`` is installed by uv, anything else by pip.
        work: Where environments are kept, by what is in them.

    Raises:
        NotInstalled: there is no Python at all, or the installer failed.
    """
    version, program = _nearest(wanted, _pythons())
    home = project.root / project.app
    folder = work / _digest(project, version, home / requirements)
    if not (folder / _COMPLETE).is_file():
        shutil.rmtree(folder, ignore_errors=True)
        if requirements == "uv.lock":
            _by_uv(home, folder, program, log)
        else:
            _by_pip(project, home / requirements, folder, program, log)
        (folder / _COMPLETE).write_text(json.dumps({"python": version}), encoding="utf-8")
    return Environment(folder / "bin", version)


def _pythons() -> Mapping[str, Path]:
    """Return the Pythons of this machine by their minor version."""
    found: dict[str, Path] = {}
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for path in sorted(kept.glob("3.*/bin/python3.*")):
        version = path.name.removeprefix("python")
        if version.replace(".", "").isdigit():
            found[version] = path
    for minor in range(8, 20):
        on_path = shutil.which(f"python3.{minor}")
        # A version manager leaves names on PATH that only say that there is no such Python.
        if on_path and "shims" not in on_path:
            found.setdefault(f"3.{minor}", Path(on_path))
    return found


def _nearest(wanted: str, there: Mapping[str, Path]) -> tuple[str, Path]:
    if not there:
        raise NotInstalled("There is no Python on this machine.")
    minor = int(wanted.split(".")[1])
    version = min(there, key=lambda found: abs(int(found.split(".")[1]) - minor))
    return version, there[version]


def _minor(program: Path) -> int:
    return int(program.name.rpartition(".")[2])


def _digest(project: Project, version: str, requirements: Path) -> str:
    files = {requirements, *(project.root / file.path for file in project.requirements.files)}
    digest = hashlib.sha256(f"{version} {_is_bare(project)}".encode())
    for path in sorted(files):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:16]


def _is_bare(project: Project) -> bool:
    """Whether the project is built in an image that has nothing to build with."""
    image = project.dockerfile
    return image is not None and any(word in image.stages[-1].image for word in _SLIM)


def _by_uv(home: Path, folder: Path, program: Path, log: Path) -> None:
    # This repository's own configuration would speak for a project that lies below it.
    command = (find_uv(), "--no-config", "sync", "--locked", "--no-default-groups")
    options = ("--python", program, "--no-python-downloads", "--compile-bytecode")
    variables = clean(UV_PROJECT_ENVIRONMENT=str(folder))
    done = run(
        (*command, *options), folder=home, variables=variables, log=log, timeout_s=_TIMEOUT_S
    )
    if done.status:
        raise NotInstalled(done.complaint)


def _by_pip(project: Project, path: Path, folder: Path, program: Path, log: Path) -> None:
    target = hosts.get("heroku")
    pip = f"pip=={target.fact('pip_version').value}"
    commands: list[tuple[str | Path, ...]] = [
        (program, "-m", "venv", folder),
        (folder / "bin" / "python", "-m", "pip", "install", "--quiet", pip),
        (folder / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", path.name),
    ]
    if _minor(program) <= _SETUPTOOLS_UNTIL:
        # What the buildpack has installed before the project's own come.
        setuptools = f"setuptools=={target.fact('setuptools_preinstalled').value}"
        commands[1] += (setuptools,)
    variables = clean(PATH=str(folder / "bin")) if _is_bare(project) else clean()
    for number, command in enumerate(commands):
        given = variables if number == len(commands) - 1 else clean()
        done = run(command, folder=path.parent, variables=given, log=log, timeout_s=_TIMEOUT_S)
        if done.status:
            shutil.rmtree(folder, ignore_errors=True)
            raise NotInstalled(done.complaint)
