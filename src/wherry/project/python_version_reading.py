"""Reads which Python a project asks for, in the order in which Heroku's buildpack does."""

import posixpath
import re
from difflib import SequenceMatcher
from typing import Final

from wherry.project.folder import Folder
from wherry.project.problems import Problem
from wherry.project.python_version import PythonVersion
from wherry.project.texts import Text

_VERSION: Final = re.compile(r"(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})(?:\.(0|[1-9]\d{0,3}))?")
_SOMEHOW: Final = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_LETTERS: Final = re.compile(r"[^a-z]")
_NEAR_RATIO: Final = 0.88
# Other tools' files, and documents about the subject, are not meant as this one.
_OTHERS: Final = (".md", ".rst", ".py", ".sh", ".yml", ".yaml", ".json", ".toml", ".lock", ".html")
RUNTIME: Final = "runtime.txt"
FILE: Final = ".python-version"


def read_python_version(folder: Folder) -> PythonVersion:
    """Return the Python that is asked for where the host builds, or else beside manage.py."""
    found = _read(folder, folder.base)
    if found.file or found.problems or folder.app == folder.base:
        return found
    # Whoever moves the project to the root, or the root to the project, takes it along.
    return _read(folder, folder.app)


def _read(folder: Folder, home: str) -> PythonVersion:
    problems: list[Problem] = []
    runtime = _text(folder, home, RUNTIME)
    plain = _text(folder, home, FILE)
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
    if not content:
        problems.append(Problem("empty", text.path))
        return PythonVersion(file=text.path)
    found = _VERSION.fullmatch(content.removeprefix("python-"))
    if found is None or not content.startswith("python-"):
        problems.append(Problem("bad-format", text.path, 1, content[:80]))
        return _guessed(text, content)
    return _version(text.path, _first_line(text), found)


def _plain(text: Text, problems: list[Problem]) -> PythonVersion:
    lines = [
        (number, line.strip())
        for number, line in enumerate(text.lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if text.marked or text.encoding != "utf-8":
        quote = lines[0][1][:80] if lines else ""
        problems.append(Problem("encoding", text.path, 1, quote, text.encoding))
        return _guessed(text, text.content)
    if not lines:
        problems.append(Problem("empty", text.path))
        return PythonVersion(file=text.path)
    number, line = lines[0]
    if len(lines) > 1:
        problems.append(Problem("several", text.path, lines[1][0], lines[1][1][:80]))
        return _guessed(text, line)
    found = _VERSION.fullmatch(line)
    if found is None:
        problems.append(Problem("bad-format", text.path, number, line[:80]))
        return _guessed(text, line)
    return _version(text.path, number, found)


def _first_line(text: Text) -> int:
    return next((number for number, line in enumerate(text.lines, 1) if line.strip()), 1)


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


def misspells(name: str) -> bool:
    """Whether a file's name is meant to be ``.python-version``, or ``runtime.txt``, and is not."""
    if name in (FILE, RUNTIME) or name.lower().endswith(_OTHERS):
        return False
    stem = name.lower().removesuffix(".txt")
    letters = _LETTERS.sub("", stem)
    if letters in ("pythonversion", "pythonversions"):
        return True
    if not letters.startswith("p") or not 11 <= len(letters) <= 16:
        return False
    # SequenceMatcher costs little here: a dozen letters, and only a few files begin so.
    return SequenceMatcher(None, letters, "pythonversion").ratio() >= _NEAR_RATIO


def _pipfile_lock(folder: Folder, home: str) -> PythonVersion | None:
    """Return what Pipenv's lock says, or the Pipfile that it is yet to be made from."""
    lock, pipfile = posixpath.join(home, "Pipfile.lock"), posixpath.join(home, "Pipfile")
    locked = folder.files.deployed(lock) is not None
    path = lock if locked else pipfile
    document = folder.document(path) if folder.files.deployed(path) else None
    if document is None:
        return None
    requires = document.table("_meta", "requires") if locked else document.table("requires")
    asked = requires.get("python_full_version") or requires.get("python_version")
    found = _VERSION.fullmatch(asked) if isinstance(asked, str) else None
    if found is None:
        return None
    line = document.line_of_key("python_full_version") or document.line_of_key("python_version")
    return _version(path, line or 1, found)
