"""requirements.txt and what it includes."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from wherry.project.files import Files
from wherry.project.problems import Problem
from wherry.project.requirements.pep508 import NotARequirement, Place, parse
from wherry.project.requirements.pip_lines import PipLine, pip_lines
from wherry.project.requirements.requirement import Option, Requirement, RequirementFile
from wherry.project.texts import Text

_DEEPEST: Final = 10
_MOST_LINES: Final = 20_000
_INCLUDES: Final = ("--requirement", "--constraint")


@dataclass
class PipReading:
    """What was read from a requirements file and from those that it includes."""

    files: list[RequirementFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What is installed."""
        return tuple(
            requirement
            for file in self.files
            for requirement in file.requirements
            if not requirement.constraint
        )

    @property
    def constraints(self) -> tuple[Requirement, ...]:
        """What ``-c`` files limit."""
        return tuple(
            requirement
            for file in self.files
            for requirement in file.requirements
            if requirement.constraint
        )


@dataclass(frozen=True)
class _Reader:
    files: Files
    text: Callable[[str], Text | None]
    base: str
    reading: PipReading
    seen: set[str] = field(default_factory=set)


def read_pip(
    files: Files, text: Callable[[str], Text | None], path: str, base: str = ""
) -> PipReading:
    """Return what a requirements file asks for.

    Args:
        files: The project's files.
        text: What returns a file's text.
        path: The file, which is there.
        base: The folder in which pip runs: paths of packages count from it.
    """
    reader = _Reader(files, text, base, PipReading())
    _read(reader, path, parent="", constraint=False, depth=0)
    return reader.reading


def _read(reader: _Reader, path: str, *, parent: str, constraint: bool, depth: int) -> None:
    reading = reader.reading
    if path in reader.seen or depth > _DEEPEST:
        return
    reader.seen.add(path)
    text = reader.text(path)
    if text is None:
        reading.complete = False
        return
    reading.problems += _encoding(text)
    requirements: list[Requirement] = []
    options: list[Option] = []
    # Its place among the files is that of its first line, before what it includes.
    place = len(reading.files)
    reading.files.append(RequirementFile(path, "pip", parent, constraint))
    for line in pip_lines(text.lines[:_MOST_LINES]):
        if line.option in _INCLUDES:
            _include(reader, path, line, constraint=constraint, depth=depth)
        elif line.option and line.option != "--editable":
            options.append(Option(line.option, line.text, path, line.number))
        else:
            _requirement(reader, path, line, requirements, constraint=constraint)
    reading.files[place] = replace(
        reading.files[place], requirements=tuple(requirements), options=tuple(options)
    )


def _requirement(
    reader: _Reader, path: str, line: PipLine, into: list[Requirement], *, constraint: bool
) -> None:
    try:
        found = parse(
            line.text,
            Place(path, line.number, constraint=constraint),
            raw=line.raw if line.option else line.text,
            hashes=line.hashes,
        )
    except NotARequirement as problem:
        reader.reading.problems.append(Problem("syntax", path, line.number, line.raw, str(problem)))
        return
    if line.option == "--editable":
        found = replace(found, editable=True)
    into.append(found)
    if found.local:
        _check_local(reader, found)


def _check_local(reader: _Reader, found: Requirement) -> None:
    if found.local.startswith("/"):
        reader.reading.problems.append(
            Problem("local-missing", found.file, found.line, found.raw, found.local)
        )
        return
    path = posixpath.normpath(posixpath.join(reader.base, found.local))
    if path.startswith(".."):
        reader.reading.complete = False
        return
    if path == "." or reader.files.deployed(path) or path in reader.files.folders:
        return
    kind = "local-ignored" if path in reader.files else "local-missing"
    reader.reading.problems.append(Problem(kind, found.file, found.line, found.raw, found.local))


def _include(reader: _Reader, path: str, line: PipLine, *, constraint: bool, depth: int) -> None:
    reading = reader.reading
    if "://" in line.text:
        reading.complete = False
        return
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), line.text))
    if target.startswith(("..", "/")):
        # Outside the folder: nothing is known of it.
        reading.complete = False
        return
    entry = reader.files.get(target)
    if entry is None or not entry.deployed:
        kind = "include-missing" if entry is None else "include-ignored"
        reading.problems.append(Problem(kind, path, line.number, line.raw, target))
        reading.complete = False
        if entry is None:
            return
    only_limits = constraint or line.option == "--constraint"
    _read(reader, target, parent=path, constraint=only_limits, depth=depth + 1)


def _encoding(text: Text) -> list[Problem]:
    if text.encoding.startswith("utf-16"):
        return [Problem("utf16-marked" if text.marked else "utf16", text.path)]
    if text.encoding == "latin-1":
        number = next((n for n, line in enumerate(text.lines, 1) if not line.isascii()), None)
        return [Problem("not-utf8", text.path, number, text.line(number or 0))]
    return []
