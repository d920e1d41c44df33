"""A Python as the platform's buildpack brings it, from one that is installed here.

After the recipe that the buildpack's interpreters are built by: no tests, no static library, no
symbols, bytecode of the plain kind only, and the buildpack's pip.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from wherry.platforms import hosts

_TIMEOUT_S: Final = 600
_LEFT_OUT: Final = ("test", "tests", "idle_test", "turtledemo", "__pycache__", "site-packages")
_SETUPTOOLS_UNTIL: Final = (3, 12)


class NoPython(Exception):
    """There is no such Python on this machine."""


def interpreter(version: str, folder: Path) -> Path:
    """Make a Python of that version in a new folder, and return its program.

    Raises:
        NoPython: none is installed here.
    """
    home = installed(version)
    shutil.copytree(home, folder, symlinks=True, ignore=_left_out)
    _library(folder, version).joinpath("site-packages").mkdir(exist_ok=True)
    _strip(folder)
    program = folder / "bin" / f"python{version}"
    _run(program, "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash", folder)
    _install_pip(program, version)
    return program


def installed(version: str) -> Path:
    """Return the folder of a Python that is installed here.

    Raises:
        NoPython: there is none.
    """
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = sorted(versions.glob(f"{version}.*/bin/python{version}"))
    if not found:
        raise NoPython(f"There is no Python {version} in {versions}.")
    return found[-1].parents[1]


def _left_out(folder: str, names: list[str]) -> set[str]:
    out = {name for name in names if name in _LEFT_OUT or name.endswith((".a", ".pyc"))}
    # What others have installed as programs beside it.
    if Path(folder).name == "bin":
        out |= {name for name in names if not name.startswith(("python", "pydoc", "idle", "2to3"))}
    return out | ({"share"} & set(names) if Path(folder, "bin").is_dir() else set())


def _library(folder: Path, version: str) -> Path:
    return folder / "lib" / f"python{version}"


def _strip(folder: Path) -> None:
    native = [
        path
        for path in folder.rglob("*")
        if not path.is_symlink() and path.is_file() and _is_elf(path)
    ]
    for path in native:
        path.chmod(path.stat().st_mode | 0o200)
    subprocess.run(["strip", "--strip-all", *native], check=True, timeout=_TIMEOUT_S)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _install_pip(program: Path, version: str) -> None:
    target = hosts.get("heroku")
    wanted = [f"pip=={target.fact('pip_version').value}"]
    major, minor = version.split(".")
    if (int(major), int(minor)) <= _SETUPTOOLS_UNTIL:
        wanted.append(f"setuptools=={target.fact('setuptools_preinstalled').value}")
    # The bundled pip installs the buildpack's, as get-pip does there.
    bundled = next((program.parents[1] / "lib").glob("python*/ensurepip/_bundled/pip-*.whl"))
    environment = os.environ | {"PYTHONPATH": str(bundled)}
    _run(program, "-m", "pip", "install", "--quiet", "--no-cache-dir", *wanted, env=environment)


def _run(program: Path, *arguments: str | Path, env: dict[str, str] | None = None) -> None:
    subprocess.run([program, *arguments], check=True, timeout=_TIMEOUT_S, env=env)
