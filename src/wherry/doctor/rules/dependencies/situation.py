"""What the rules over dependencies ask of a project: its lines, and what is known of them."""

import posixpath
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from packaging.version import InvalidVersion, Version

from wherry.dependencies import tables
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Python, Resolution
from wherry.doctor.rule import Context
from wherry.estimate import requirement_lines
from wherry.findings import Change, FileSpan
from wherry.project.host_python import uses_image
from wherry.project.project import Project

_LATER: Final = Version("99")


def lines(context: Context) -> tuple[RequirementLine, ...]:
    """Return what the host installs, line by line, as far as it applies there."""
    if context.project.requirements.manager == "conda":
        return ()
    found = requirement_lines.installed(context.project.requirements)
    python = context.python
    return found if python is None else tuple(line for line in found if line.applies(python))


def known(context: Context) -> Resolution | None:
    """Return what the index says of the lines, or the tables where it was not asked."""
    resolution = context.resolution
    if resolution is not None and (resolution.packages or resolution.troubles):
        return resolution
    if context.python is None:
        return None
    return _assessed(lines(context), context.python, context.project.requirements.lock is not None)


@lru_cache(maxsize=8)
def _assessed(found: tuple[RequirementLine, ...], python: Python, locked: bool) -> Resolution:
    return tables.assess(found, python, locked=locked)


def versions(context: Context) -> Mapping[str, Version]:
    """Return the version that is installed of each package, where that is known."""
    found: dict[str, Version] = {}
    for line in lines(context):
        if line.exact and (version := version_of(line.exact)) is not None:
            found[line.key] = version
    if context.resolution is not None:
        for package in context.resolution.packages:
            if (version := version_of(package.version)) is not None:
                found[package.name] = version
    return found


def version_of(text: str) -> Version | None:
    """Return a version, or None where the text is none."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


def is_open_above(line: RequirementLine) -> bool:
    """Whether a line lets a new major version in as soon as it is released."""
    if line.url:
        return False
    allowed = line.specifiers
    if allowed is None:
        return False
    if any(part.operator in ("==", "===", "~=", "<", "<=") for part in allowed):
        return False
    return allowed.contains(_LATER, prereleases=True)


def where(line: RequirementLine) -> FileSpan:
    """Return where a line stands."""
    return FileSpan(line.file, line.line or None, quote=line.raw or line.text)


def several(found: Iterable[RequirementLine]) -> str:
    """Return lines in short: ``scipy==1.4.1 (and 5 more)``."""
    texts = [line.text for line in found]
    more = len(texts) - 1
    return texts[0] if more < 1 else f"{texts[0]} (and {more} more)"


def dotted(python: Python | None) -> str:
    """Return a version as people write it: ``3.12``."""
    return "" if python is None else f"{python[0]}.{python[1]}"


def in_image(context: Context) -> bool:
    """Whether the project's Dockerfile makes what runs."""
    return uses_image(context.project, context.target.platform.name)


def bases(context: Context) -> tuple[str, ...]:
    """Return the images that the stages of the Dockerfile start from; () where none is used."""
    file = context.project.dockerfile
    if file is None or not in_image(context):
        return ()
    return tuple(stage.image for stage in file.stages)


def system_packages(context: Context) -> str | None:
    """Return all that names packages of the operating system, in small letters.

    None where an image is made in a way that cannot be looked into.
    """
    project = context.project
    parts = [
        text.content
        for name in ("Aptfile", "nixpacks.toml", "project.toml", "render.yaml")
        if (text := project.text(project.at_base(name))) is not None
    ]
    if in_image(context):
        file = project.dockerfile
        if file is None:
            return None
        parts += [step.text for step in file.named("RUN", "COPY", "ADD")]
        if any(
            re.search(r"\.sh\b|apt\.txt|packages\.txt", step.text) for step in file.named("RUN")
        ):
            return None
        if not all(_is_plain(stage.image) for stage in file.stages):
            return None
    variables = project.environment(context.target.platform.name)
    parts += [value for name, value in variables.items() if value and "APT" in name]
    return "\n".join(parts).lower()


def _is_plain(image: str) -> bool:
    """Whether an image is one that is known to hold no more than Python or a bare system."""
    name = posixpath.basename(image).partition(":")[0].partition("@")[0]
    return name in ("python", "debian", "ubuntu", "alpine", "pypy") or not name


def changed(project: Project, edits: Mapping[RequirementLine, str | None]) -> tuple[Change, ...]:
    """Return what becomes of the files when these lines change; None takes a line away.

    Lines whose files cannot be read, or that are not there as they were read, stay.
    """
    found = []
    for path in dict.fromkeys(line.file for line in edits):
        text = project.text(path)
        if text is None or not path.endswith((".txt", ".in")):
            continue
        rows = text.content.splitlines(keepends=True)
        for line, to in edits.items():
            if line.file == path and 0 < line.line <= len(rows):
                rows[line.line - 1] = _row(rows[line.line - 1], line, to)
        after = "".join(rows)
        if after != text.content:
            found.append(Change(path, text.content, after))
    return tuple(found)


def added(project: Project, text: str) -> Change | None:
    """Return the requirements with a line more; None where they are no plain list for pip."""
    requirements = project.requirements
    if requirements.manager != "pip" or any(item.hashes for item in requirements.declared):
        return None
    file = project.text(requirements.file)
    if file is None or not requirements.file.endswith((".txt", ".in")):
        return None
    newline = "\r\n" if "\r\n" in file.content else "\n"
    gap = "" if not file.content or file.content.endswith("\n") else newline
    return Change(requirements.file, file.content, f"{file.content}{gap}{text}{newline}")


def _row(row: str, line: RequirementLine, to: str | None) -> str:
    """Return a row with another requirement in it; its marker and its comment stay."""
    if line.name.lower() not in row.lower() or row.rstrip("\r\n").endswith("\\"):
        return row
    if to is None:
        return ""
    ending = row[len(row.rstrip("\r\n")) :]
    body, mark, comment = row.rstrip("\r\n").partition(" #")
    marker = f" ; {line.marker}" if line.marker and ";" in body else ""
    return f"{to}{marker}{f'  #{comment}' if mark else ''}{ending}"
