"""Pipfile, and conda's environment.yml."""

from collections.abc import Mapping
from typing import Any

from wherry.project.documents import Document, strings
from wherry.project.requirements.pep508 import NotARequirement, Place, parse
from wherry.project.requirements.requirement import Requirement, canonical
from wherry.project.requirements.specifiers import from_conda


def read_pipfile(document: Document) -> tuple[list[Requirement], list[Requirement], str]:
    """Return what a Pipfile asks for, what only development needs, and its Python."""
    main = [
        _requirement(document, name, wish, "packages")
        for name, wish in document.table("packages").items()
    ]
    develop = [
        _requirement(document, name, wish, "dev-packages")
        for name, wish in document.table("dev-packages").items()
    ]
    requires = document.table("requires")
    python = requires.get("python_full_version") or requires.get("python_version") or ""
    wish = f"=={python}.*" if isinstance(python, str) and python.count(".") == 1 else ""
    return main, develop, wish


def _requirement(document: Document, name: str, wish: object, section: str) -> Requirement:
    table: Mapping[str, Any] = wish if isinstance(wish, Mapping) else {}
    version = wish if isinstance(wish, str) else table.get("version", "*")
    start = document.text.line_of(f"[{section}]") or 0
    line = document.line_of_key(name, start) or max(start, 1)
    markers = [table.get("markers", "")]
    markers += [
        f"{key} {table[key]}"
        for key in ("sys_platform", "python_version", "os_name", "platform_system")
        if isinstance(table.get(key), str)
    ]
    address = table.get("git") or table.get("file") or ""
    return Requirement(
        name=canonical(name),
        written_name=name,
        extras=strings(table.get("extras", ())),
        specifier=""
        if version in ("*", "") or not isinstance(version, str)
        else version.replace(" ", ""),
        marker=" and ".join(part for part in markers if part),
        url=f"git+{address}" if table.get("git") else str(address),
        local=str(table.get("path", "")),
        editable=table.get("editable") is True,
        file=document.text.path,
        line=line,
        raw=document.text.line(line).strip() or name,
        group="" if section == "packages" else "dev",
    )


def read_conda(document: Document) -> tuple[list[Requirement], str]:
    """Return what conda's environment.yml asks for, and its Python."""
    found: list[Requirement] = []
    python = ""
    for entry in document.data.get("dependencies") or ():
        if isinstance(entry, str):
            named = from_conda(entry)
            if named is None:
                continue
            if named[0] == "python":
                python = named[1]
            elif named[0] != "pip":
                found.append(_conda(document, named[0], named[1], entry))
        elif isinstance(entry, Mapping):
            found += _pip_part(document, strings(entry.get("pip", ())))
    return found, python


def _conda(document: Document, name: str, specifier: str, entry: str) -> Requirement:
    return Requirement(
        name=canonical(name),
        written_name=name,
        specifier=specifier,
        file=document.text.path,
        line=document.text.line_of(entry) or 1,
        raw=entry,
        group="conda",
    )


def _pip_part(document: Document, entries: tuple[str, ...]) -> list[Requirement]:
    found = []
    for entry in entries:
        place = Place(document.text.path, document.text.line_of(entry) or 1)
        try:
            found.append(parse(entry.strip(), place))
        except NotARequirement:
            continue
    return found
