"""What the files that name a Python may say, and what in them is refused.

Source: lib/python_version.sh of heroku/heroku-buildpack-python v351.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

PYTHON_VERSION: Final = ".python-version"
RUNTIME_TXT: Final = "runtime.txt"
PIPFILE_LOCK: Final = "Pipfile.lock"

VERSION: Final = re.compile(r"(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})(?:\.(0|[1-9]\d{0,3}))?")
_LETTERS: Final = re.compile(r"[^a-z]")
_NEAR_RATIO: Final = 0.88
# Other tools' files, and documents about the subject, are not meant as this one.
_OTHERS: Final = (".md", ".rst", ".py", ".sh", ".yml", ".yaml", ".json", ".toml", ".lock", ".html")
_LONGEST_QUOTE: Final = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """A Python that is asked for in the form that is read.

    Attributes:
        text: ``3.12`` or ``3.12.4``.
        line: Counted from 1.
    """

    text: str
    line: int
    version: tuple[int, int]
    patch: int | None


@dataclass(frozen=True, slots=True)
class Malformed:
    """What is not in the form that is read.

    Attributes:
        kind: ``bad-format``, ``empty``, ``several`` or ``encoding``.
        line: Where, counted from 1; None for the file as a whole.
    """

    kind: str
    line: int | None = None
    quote: str = ""


def read_python_version(content: str) -> Asked | Malformed:
    """Return what a .python-version asks for: one line, and comments that have lines of their own.

    ``content`` is its text; whether that is plain UTF-8 is for the caller to see.
    """
    lines = [
        (number, line.strip())
        for number, line in enumerate(content.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        return Malformed("empty")
    if len(lines) > 1:
        number, line = lines[1]
        return Malformed("several", number, line[:_LONGEST_QUOTE])
    number, line = lines[0]
    found = VERSION.fullmatch(line)
    if found is None:
        return Malformed("bad-format", number, line[:_LONGEST_QUOTE])
    return asked(found, number)


def read_runtime_txt(content: str) -> Asked | Malformed:
    """Return what a runtime.txt asks for: ``python-3.12``, and nothing else."""
    text = content.strip()
    if not text:
        return Malformed("empty")
    found = VERSION.fullmatch(text.removeprefix("python-"))
    if found is None or not text.startswith("python-"):
        return Malformed("bad-format", 1, text[:_LONGEST_QUOTE])
    lines = content.splitlines()
    return asked(found, next(number for number, line in enumerate(lines, 1) if line.strip()))


def asked(found: re.Match[str], line: int) -> Asked:
    """Return what a match of ``VERSION`` asks for."""
    patch = None if found[3] is None else int(found[3])
    return Asked(found[0], line, (int(found[1]), int(found[2])), patch)


def misspells(name: str) -> bool:
    """Whether a file's name is meant to be ``.python-version``, or ``runtime.txt``, and is not.

    The buildpack has a list of some twenty misspellings; this finds those, and their like.
    """
    if name in (PYTHON_VERSION, RUNTIME_TXT) or name.lower().endswith(_OTHERS):
        return False
    stem = name.lower().removesuffix(".txt")
    letters = _LETTERS.sub("", stem)
    if letters in ("pythonversion", "pythonversions"):
        return True
    if not letters.startswith("p") or not 11 <= len(letters) <= 16:
        return False
    # SequenceMatcher costs little here: a dozen letters, and only a few files begin so.
    return SequenceMatcher(None, letters, "pythonversion").ratio() >= _NEAR_RATIO
