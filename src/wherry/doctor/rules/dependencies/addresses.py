"""Requirements that are named by an address: conda's folders, wheels of others, private places."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from wherry.dependencies.releases import tags_fit
from wherry.dependencies.requirement import RequirementLine
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import changed, dotted, lines, several, where
from wherry.findings import Finding, Fix
from wherry.project.project import Project
from wherry.project.requirements.pipfile import read_conda

_FOREIGN: Final = re.compile(r"^(?:file:)?(?://+)?(?:localhost)?(?:/|[A-Za-z]:[\\/])")
_PRIVATE: Final = re.compile(
    r"^(?:git\+)?ssh://|^git\+git@|^git@[\w.-]+:|://[^/@\s]*\$\{?\w+\}?[^/@\s]*@"
)
# Conda's `numpy=1.20.3` allows what begins so: with three numbers, that is one release.
_CONDA_VERSION: Final = re.compile(r"^==(\d+(?:\.\d+){2,})(?:\.\*)?$")
_WHEEL_VERSION: Final = re.compile(r"^[^-]+-([^-]+)-")


def _conda(context: Context) -> Iterator[Finding]:
    """Absolute paths of the machine where the list was written."""
    there = [line for line in lines(context) if line.url and _FOREIGN.match(line.url)]
    if not there:
        return
    known = _known_to_conda(context.project)
    changes = changed(context.project, {line: _by_name(line, known) for line in there})
    yield found(
        "conda-file-pin",
        *(where(line) for line in there),
        values={
            "file": there[0].file,
            "requirements": there[0].file,
            "pin": _by_name(there[0]),
        },
        fix=Fix(f"Name {several(there)} without the path", changes, safe=False)
        if changes
        else None,
    )


def _known_to_conda(project: Project) -> dict[str, str]:
    """Return the versions in conda's own list, which is often there beside such an export."""
    path = project.deployed("environment.yml") or project.deployed("environment.yaml")
    document = project.document(path) if path else None
    if document is None or "dependencies" not in document.data:
        return {}
    requirements, _ = read_conda(document)
    found = {item.name: _CONDA_VERSION.match(item.specifier) for item in requirements}
    return {name: version[1] for name, version in found.items() if version is not None}


def _by_name(line: RequirementLine, known: Mapping[str, str] | None = None) -> str:
    """Return the requirement without its path: a wheel's name tells the version."""
    filename = unquote(urlsplit(line.url).path).replace("\\", "/").rpartition("/")[2]
    version = _WHEEL_VERSION.match(filename) if filename.endswith(".whl") else None
    told = version[1] if version else (known or {}).get(line.key)
    return f"{line.name}=={told}" if told else line.name


def _wheels(context: Context) -> Iterator[Finding]:
    """Wheels whose names say that they are for another Python or another system."""
    if context.python is None:
        return
    for line in lines(context):
        filename = unquote(urlsplit(line.url).path).rpartition("/")[2]
        if not filename.endswith(".whl") or _FOREIGN.match(line.url):
            continue
        if not tags_fit(filename, context.python):
            yield found(
                "wheel-platform-mismatch",
                where(line),
                values={
                    "wheel": filename,
                    "pin": _by_name(line),
                    "requirements": line.file,
                    "python": dotted(context.python),
                },
            )


def _private(context: Context) -> Iterator[Finding]:
    """Addresses that only who has a key can read."""
    for line in lines(context):
        if _PRIVATE.search(line.url) or _PRIVATE.search(line.raw.removeprefix("-e ").strip()):
            yield found(
                "private-dependency-unreachable",
                where(line),
                values={"package": line.name, "requirements": line.file},
            )


RULES: Final = (
    Rule("conda-file-pin", ("conda-file-pin",), _conda),
    Rule("wheel-platform-mismatch", ("wheel-platform-mismatch",), _wheels),
    Rule("private-dependency", ("private-dependency-unreachable",), _private),
)
