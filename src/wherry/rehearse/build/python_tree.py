"""A Python for the slug: a pruned copy of one of this machine's, which runs where it is put."""

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from wherry import elf
from wherry.dependencies.interpreters import Interpreter
from wherry.dependencies.strip import strip
from wherry.rehearse.build.running import Deadline, Environment, run

# What the buildpack's own builds of Python leave out as well.
_LEFT_OUT: Final = frozenset(
    (
        *("test", "tests", "idle_test", "idlelib", "turtledemo", "__pycache__"),
        *("site-packages", "dist-packages", "EXTERNALLY-MANAGED"),
    )
)
_STATIC: Final = re.compile(r"config-3\.\d+.*|lib.*\.a|.*\.exe")
# In which file, from which function on, what is written anew.
_DEBIAN: Final = (
    ("sysconfig.py", "def _get_preferred_schemes", "'posix_local'", "'posix_prefix'"),
    ("sysconfig.py", "def _get_preferred_schemes", '"posix_local"', '"posix_prefix"'),
    ("sysconfig/__init__.py", "def _get_preferred_schemes", "'posix_local'", "'posix_prefix'"),
)
_CHECK: Final = """
import os, sys, sysconfig
import ctypes, hashlib, json, sqlite3, ssl, zlib
home = os.path.realpath(sys.argv[1])
for name in ("purelib", "stdlib", "scripts"):
    if not os.path.realpath(sysconfig.get_path(name)).startswith(home + os.sep):
        sys.exit(f"{name} is {sysconfig.get_path(name)}")
if os.path.realpath(sysconfig.get_path("purelib")) not in map(os.path.realpath, sys.path):
    sys.exit("packages would not be found")
"""
_SHORTEST_COMPILE_S: Final = 300.0


class NotMovable(Exception):
    """The copy does not run where it was put; ``str()`` of this says how."""


def make_python(interpreter: Interpreter, home: Path) -> None:
    """Copy an interpreter to ``home``, without what a slug does not need, and try it there.

    Raises:
        NotMovable: it does not run there.
        OSError: it cannot be written.
    """
    name = f"python{interpreter.minor[0]}.{interpreter.minor[1]}"
    (home / "bin").mkdir(parents=True)
    shutil.copy2(interpreter.executable, home / "bin" / name)
    for link in ("python3", "python"):
        (home / "bin" / link).symlink_to(name)
    library = home / "lib" / name
    shutil.copytree(interpreter.stdlib, library, ignore=_ignored, ignore_dangling_symlinks=True)
    (library / "site-packages").mkdir(exist_ok=True)
    if interpreter.include.is_dir():
        shutil.copytree(interpreter.include, home / "include" / name, dirs_exist_ok=True)
    if interpreter.library is not None:
        shutil.copy2(interpreter.library, home / "lib" / interpreter.library.name)
    if interpreter.debian:
        _undo_debian(library)
    _strip(home)
    _compile(home, library)
    _try(home)


def environment_of(home: Path, folder: Path, **more: str) -> Environment:
    """Return what a Python in ``home`` runs with: nothing of this process's own environment."""
    variables = {
        "PATH": f"{home / 'bin'}:{os.defpath}",
        "LD_LIBRARY_PATH": str(home / "lib"),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        **more,
    }
    return Environment(folder, variables)


def _ignored(folder: str, names: list[str]) -> set[str]:
    found = {name for name in names if name in _LEFT_OUT or _STATIC.fullmatch(name)}
    # A link out of the library leads to what is not taken along.
    return found | {
        name
        for name in names
        if (path := Path(folder, name)).is_symlink() and not path.resolve().exists()
    }


def _undo_debian(library: Path) -> None:
    """Let packages be installed where every other Python has them."""
    for name, start, old, new in _DEBIAN:
        path = library / name
        if not path.is_file():
            continue
        text = path.read_text("utf-8")
        place = text.find(start)
        if place >= 0:
            text = text[:place] + text[place:].replace(old, new)
            path.unlink()
            path.write_text(text, "utf-8")
    # Where its site module looks is frozen into the program.
    looked_in = library.parent / "python3" / "dist-packages"
    looked_in.parent.mkdir(exist_ok=True)
    looked_in.symlink_to(Path("..", library.name, "site-packages"))


def _strip(home: Path) -> None:
    """Take the symbols out, which the platform's builds do not have, and which weigh in a slug."""
    for library in (*home.glob("lib/libpython*.so*"), *home.glob("lib/python3*/lib-dynload/*.so")):
        with contextlib.suppress(elf.NotElf):
            strip(library)


def _compile(home: Path, library: Path) -> None:
    python = home / "bin" / "python"
    options = ("-q", "-j", "0", "--invalidation-mode", "unchecked-hash")
    run(
        [python, "-I", "-m", "compileall", *options, library],
        environment_of(home, home),
        lambda _: None,
        Deadline.after(_SHORTEST_COMPILE_S),
    )


def _try(home: Path) -> None:
    environment = environment_of(home, home)
    try:
        done = subprocess.run(
            [home / "bin" / "python", "-s", "-c", _CHECK, str(home)],
            cwd=home,
            env=dict(environment.variables),
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SHORTEST_COMPILE_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMovable(str(error)) from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise NotMovable(said[-1][:300])
