"""pyproject.toml: what [project], [dependency-groups] and [tool.poetry] ask for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wherry.project.documents import Document, strings
from wherry.project.problems import Problem
from wherry.project.requirements.pep508 import NotARequirement, Place, parse
from wherry.project.requirements.requirement import Requirement, canonical
from wherry.project.requirements.specifiers import from_poetry


@dataclass
class PyprojectReading:
    """What a pyproject.toml asks for.

    Attributes:
        poetry: Whether [tool.poetry] declares dependencies.
        declares: Whether it declares what an app needs at all.
    """

    requirements: list[Requirement] = field(default_factory=list)
    optional: list[Requirement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    requires_python: str = ""
    poetry: bool = False
    declares: bool = False
    complete: bool = True


def read_pyproject(document: Document) -> PyprojectReading:
    """Return what a pyproject.toml asks for."""
    reading = PyprojectReading()
    if document.problem is not None:
        reading.problems.append(document.problem)
        reading.complete = False
        return reading
    project = document.table("project")
    if project:
        _project(document, project, reading)
    _groups(document, document.table("dependency-groups"), reading)
    poetry = document.table("tool", "poetry")
    if "dependencies" in poetry or "group" in poetry:
        _poetry(document, poetry, reading)
    return reading


def _project(document: Document, project: Mapping[str, Any], reading: PyprojectReading) -> None:
    python = project.get("requires-python")
    reading.requires_python = python if isinstance(python, str) else ""
    reading.declares = "dependencies" in project
    if "dependencies" in strings(project.get("dynamic")):
        reading.complete = False
    start = document.line_of_key("dependencies") or 0
    reading.requirements += _parsed(document, project.get("dependencies"), "", start, reading)
    for extra, wishes in document.table("project", "optional-dependencies").items():
        start = document.line_of_key(extra) or 0
        reading.optional += _parsed(document, wishes, extra, start, reading)


def _groups(document: Document, groups: Mapping[str, Any], reading: PyprojectReading) -> None:
    for group, wishes in groups.items():
        start = document.line_of_key(group) or 0
        reading.optional += _parsed(document, wishes, group, start, reading)


def _parsed(
    document: Document, wishes: object, group: str, start: int, reading: PyprojectReading
) -> Iterator[Requirement]:
    for wish in strings(wishes):
        line = _line(document, wish, start)
        try:
            yield parse(wish, Place(document.text.path, line, group), raw=wish)
        except NotARequirement as problem:
            reading.problems.append(Problem("syntax", document.text.path, line, wish, str(problem)))


def _line(document: Document, wish: str, start: int) -> int:
    escaped = wish.replace("\\", "\\\\").replace('"', '\\"')
    for quoted in (f'"{escaped}"', f"'{wish}'"):
        line = document.text.line_of(quoted, max(start - 1, 0)) or document.text.line_of(quoted)
        if line is not None:
            return line
    return max(start, 1)


def _poetry(document: Document, poetry: Mapping[str, Any], reading: PyprojectReading) -> None:
    reading.poetry = reading.declares = True
    main = document.table("tool", "poetry", "dependencies")
    python = main.get("python")
    if isinstance(python, str) and not reading.requires_python:
        reading.requires_python = from_poetry(python) or ""
    start = document.text.line_of("[tool.poetry.dependencies]") or 0
    for name, wish in main.items():
        if canonical(name) != "python":
            # A requirement of [project] that Poetry only adds a source to is already there.
            known = {found.name for found in reading.requirements}
            found = poetry_requirement(document, name, wish, "", start)
            if found.name not in known:
                target = reading.optional if _is_optional(wish) else reading.requirements
                target.append(found)
    groups = {"dev": poetry.get("dev-dependencies")}
    for group, table in document.table("tool", "poetry", "group").items():
        groups[group] = table.get("dependencies") if isinstance(table, Mapping) else None
    for group, wishes in groups.items():
        if isinstance(wishes, Mapping):
            start = document.text.line_of(f"[tool.poetry.group.{group}.dependencies]") or 0
            reading.optional += [
                poetry_requirement(document, name, wish, group, start)
                for name, wish in wishes.items()
            ]


def _is_optional(wish: object) -> bool:
    return isinstance(wish, Mapping) and wish.get("optional") is True


def poetry_requirement(
    document: Document, name: str, wish: object, group: str, start: int
) -> Requirement:
    """Return the requirement that a line of Poetry's tables is; several wishes are any."""
    line = document.line_of_key(name, start) or document.line_of_key(name) or max(start, 1)
    if isinstance(wish, list):
        # Several wishes, each for its own Pythons or systems: any version may be right.
        wish = "*"
    table = wish if isinstance(wish, Mapping) else {}
    version = wish if isinstance(wish, str) else table.get("version", "")
    specifier = from_poetry(version) if isinstance(version, str) else ""
    address = table.get("git") or table.get("url") or ""
    path = table.get("path") or table.get("file") or ""
    marker = table.get("markers") or table.get("platform") or ""
    if marker == table.get("platform") and marker:
        marker = f"sys_platform == '{marker}'"
    return Requirement(
        name=canonical(name),
        written_name=name,
        extras=strings(table.get("extras", ())),
        specifier=specifier or "",
        marker=marker if isinstance(marker, str) else "",
        url=f"git+{address}" if table.get("git") else str(address),
        local=path if isinstance(path, str) else "",
        file=document.text.path,
        line=line,
        raw=document.text.line(line).strip() or name,
        group=group,
    )
