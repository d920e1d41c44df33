"""The CPythons of this machine: uv's own, pyenv's, those on PATH, and the one that runs this."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from wherry.dependencies.uv_program import find_uv
from wherry.errors import RuntimeMissing

_ASK_S: Final = 30.0
_ASK: Final = """
import json, os, sys, sysconfig
get = sysconfig.get_config_var
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": list(sys.version_info[:3]),
    "final": sys.version_info[3] == "final",
    "free_threaded": bool(get("Py_GIL_DISABLED")),
    "executable": os.path.realpath(sys.executable),
    "stdlib": sysconfig.get_path("stdlib"),
    "dynload": get("DESTSHARED") or "",
    "include": sysconfig.get_path("include"),
    "library": os.path.join(get("LIBDIR") or "", get("INSTSONAME") or "")
        if get("Py_ENABLE_SHARED") else "",
    "debian": os.path.isdir(os.path.join(sys.base_prefix, "lib", "python3", "dist-packages"))
        and sys.base_prefix == "/usr",
}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A CPython that really runs here.

    Attributes:
        version: Three parts.
        source: Where it was found, for a sentence.
        stdlib: Its library folder: ``lib/python3.12``.
        library: The shared library that it needs; None for most.
        debian: Whether the distribution changed where it installs packages.
    """

    version: tuple[int, int, int]
    source: str
    executable: Path
    stdlib: Path
    include: Path
    library: Path | None
    debian: bool

    @property
    def minor(self) -> tuple[int, int]:
        """Major and minor."""
        return self.version[:2]

    @property
    def text(self) -> str:
        """The version as people write it."""
        return ".".join(map(str, self.version))


def find_interpreter(minor: tuple[int, int]) -> Interpreter | None:
    """Return the CPython of a minor version that is easiest to take along, or None."""
    return _find(minor, os.environ.get("PATH", ""))


def find_python(minor: str) -> Path | None:
    """Return a CPython of a minor version ("3.11") that really runs here, or None."""
    major, _, number = minor.partition(".")
    found = find_interpreter((int(major), int(number)))
    return None if found is None else found.executable


def nearest_interpreter(minor: tuple[int, int]) -> Interpreter | None:
    """Return the CPython of the minor version that is nearest, a newer one before an older one."""
    others = sorted(
        ((3, number) for number in range(8, 20) if (3, number) != minor),
        key=lambda other: (abs(other[1] - minor[1]), other[1] < minor[1]),
    )
    return next((found for other in others if (found := find_interpreter(other))), None)


@cache
def _find(minor: tuple[int, int], search_path: str) -> Interpreter | None:
    usable = []
    for source, path in _candidates(f"{minor[0]}.{minor[1]}", search_path):
        found = look(path, source)
        if found is None or found.minor != minor:
            continue
        if not found.debian:
            return found
        usable.append(found)
    return usable[0] if usable else None


def _candidates(minor: str, search_path: str) -> Iterator[tuple[str, Path]]:
    managed = _managed()
    if managed is not None:
        found = sorted(managed.glob(f"cpython-{minor}.*/bin/python{minor}"), key=_patch)
        yield from (("uv", path) for path in reversed(found))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    found = sorted(pyenv.glob(f"{minor}.*/bin/python{minor}"), key=_patch)
    yield from (("pyenv", path) for path in reversed(found))
    if f"{sys.version_info.major}.{sys.version_info.minor}" == minor:
        yield "the Python that runs Wherry", Path(sys.base_prefix, "bin", f"python{minor}")
    for folder in search_path.split(os.pathsep):
        if folder and Path(folder).name != "shims":
            yield "PATH", Path(folder, f"python{minor}")


def _patch(path: Path) -> tuple[int, ...]:
    name = path.parent.parent.name.removeprefix("cpython-").partition("-")[0]
    return tuple(int(part) for part in name.split(".") if part.isdigit())


@cache
def _managed() -> Path | None:
    try:
        done = subprocess.run(
            [find_uv(), "python", "dir", "--quiet"],
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ASK_S,
        )
    except (RuntimeMissing, OSError, subprocess.TimeoutExpired):
        return None
    return Path(done.stdout.strip()) if done.returncode == 0 and done.stdout.strip() else None


@cache
def look(path: Path, source: str) -> Interpreter | None:
    """Return what a program says of itself; version managers leave shims that print an error."""
    if not os.access(path, os.X_OK):
        return None
    try:
        done = subprocess.run(
            [path, "-I", "-c", _ASK],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ASK_S,
        )
        said = json.loads(done.stdout) if done.returncode == 0 else {}
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    if said.get("implementation") != "cpython" or said["free_threaded"] or not said["final"]:
        return None
    library = Path(said["library"]) if said["library"] else None
    stdlib = Path(said["stdlib"])
    if not (stdlib / "os.py").is_file() or (library and not library.is_file()):
        return None
    major, minor, patch = said["version"]
    return Interpreter(
        version=(major, minor, patch),
        source=source,
        executable=Path(said["executable"]),
        stdlib=stdlib,
        include=Path(said["include"]),
        library=library,
        debian=bool(said["debian"]),
    )
