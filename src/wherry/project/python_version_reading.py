"""Reads which Python a project asks for, in the order in which Heroku's buildpack does."""

import posixpath
import re
from typing import Final

from wherry.buildrules import python_files
from wherry.buildrules.python_files import (
    PIPFILE_LOCK,
    PYTHON_VERSION,
    RUNTIME_TXT,
    VERSION,
    Asked,
    misspells,
)
from wherry.project.folder import Folder
from wherry.project.problems import Problem
from wherry.project.python_version import PythonVersion
from wherry.project.texts import Text

_SOMEHOW: Final = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


def read_python_version(folder: Folder) -> PythonVersion:
    """Return the Python that is asked for where the host builds, or else beside manage.py."""
    found = _read(folder, folder.base)
    if found.file or found.problems or folder.app == folder.base:
        return found
    # Whoever moves the project to the root, or the root to the project, takes it along.
    return _read(folder, folder.app)


def _read(folder: Folder, home: str) -> PythonVersion:
    problems: list[Problem] = []
    runtime = _text(folder, home, RUNTIME_TXT)
    plain = _text(folder, home, PYTHON_VERSION)
    found = None
    if runtime is not None:
        found = _runtime(runtime, problems)
    if plain is not None:
        # Read even where runtime.txt goes before it: its mistakes wait for the day that that goes.
        other: list[Problem] = []
        asked = _plain(plain, other)
        problems += [] if runtime is not None else other
        found = found if runtime is not None else asked
    if runtime is None and plain is None:
        problems += _misspelled(folder, home)
        found = _pipfile_lock(folder, home)
    found = found or PythonVersion()
    return PythonVersion(
        found.asked, found.file, found.line, found.version, found.patch, tuple(problems)
    )


def _text(folder: Folder, home: str, name: str) -> Text | None:
    path = posixpath.join(home, name)
    return folder.text(path) if folder.files.deployed(path) else None


def _runtime(text: Text, problems: list[Problem]) -> PythonVersion:
    content = text.content.strip()
    if text.encoding.startswith("utf-16") or text.marked:
        problems.append(Problem("encoding", text.path, 1, content[:80], text.encoding))
        return _guessed(text, content)
    return _read_as(text, python_files.read_runtime_txt(text.content), content, problems)


def _plain(text: Text, problems: list[Problem]) -> PythonVersion:
    said = "\n".join(line for line in text.lines if not line.lstrip().startswith("#")).strip()
    first = said.partition("\n")[0].strip()
    if text.marked or text.encoding != "utf-8":
        problems.append(Problem("encoding", text.path, 1, first[:80], text.encoding))
        return _guessed(text, text.content)
    return _read_as(text, python_files.read_python_version(text.content), first, problems)


def _read_as(
    text: Text,
    found: python_files.Asked | python_files.Malformed,
    meant: str,
    problems: list[Problem],
) -> PythonVersion:
    """Return what a file asks for, or what ``meant`` may mean where it is not in the right form."""
    if isinstance(found, Asked):
        return PythonVersion(found.text, text.path, found.line, found.version, found.patch)
    if found.kind == "empty":
        problems.append(Problem("empty", text.path))
        return PythonVersion(file=text.path)
    problems.append(Problem(found.kind, text.path, found.line, found.quote))
    return _guessed(text, meant)


def _version(path: str, line: int, found: re.Match[str]) -> PythonVersion:
    patch = None if found[3] is None else int(found[3])
    return PythonVersion(found[0], path, line, (int(found[1]), int(found[2])), patch)


def _guessed(text: Text, content: str) -> PythonVersion:
    """Return the version that is meant where it is not written as it must be."""
    found = _SOMEHOW.search(content[:200])
    if found is None:
        return PythonVersion(file=text.path, line=1)
    return _version(text.path, 1, found)


def _misspelled(folder: Folder, home: str) -> list[Problem]:
    return [
        Problem("misspelled", entry.path)
        for entry in folder.files.in_folder(home)
        if entry.deployed and misspells(entry.name)
    ]


def _pipfile_lock(folder: Folder, home: str) -> PythonVersion | None:
    """Return what Pipenv's lock says, or the Pipfile that it is yet to be made from."""
    lock, pipfile = posixpath.join(home, PIPFILE_LOCK), posixpath.join(home, "Pipfile")
    locked = folder.files.deployed(lock) is not None
    path = lock if locked else pipfile
    document = folder.document(path) if folder.files.deployed(path) else None
    if document is None:
        return None
    requires = document.table("_meta", "requires") if locked else document.table("requires")
    asked = requires.get("python_full_version") or requires.get("python_version")
    found = VERSION.fullmatch(asked) if isinstance(asked, str) else None
    if found is None:
        return None
    line = document.line_of_key("python_full_version") or document.line_of_key("python_version")
    return _version(path, line or 1, found)
