"""Dependency files that cannot be read: their encoding, their lines, what they include."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import on_host
from wherry.findings import Change, FileSpan, Finding, Fix, Span
from wherry.project.problems import Problem
from wherry.project.requirements.pep508 import NotARequirement, Place, parse
from wherry.project.texts import Text

_MOST_PLACES: Final = 5
_CONDA: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)\s*=\s*([0-9][\w.!+-]*)(?:=[\w.]+)?(\s*;.*)?$")
_INSTALL: Final = re.compile(r"^[$>]?\s*(?:python\d?\s+-m\s+)?pip\d?\s+install\s+(?:-U\s+)?(\S.*)$")
_SYNTAX: Final = ("syntax", "not-utf8")
_INCLUDES: Final = ("include-missing", "include-ignored", "local-missing", "local-ignored")
_DOCUMENTS: Final = ("invalid-toml", "invalid-json")


def _encoding(context: Context) -> Iterator[Finding]:
    for problem in context.project.requirements.problems:
        if problem.kind not in ("utf16", "utf16-marked"):
            continue
        text = context.project.text(problem.path)
        yield found(
            "requirements-utf16",
            problem.where,
            severity=Severity.ERROR if problem.kind == "utf16" else Severity.NOTE,
            values={"file": problem.path, "requirements": problem.path},
            fix=None if text is None else _as_utf8(text),
        )


def _as_utf8(text: Text) -> Fix:
    return Fix(
        f"Write {text.path} as UTF-8",
        (Change(text.path, text.content, text.content),),
        safe=True,
    )


def _syntax(context: Context) -> Iterator[Finding]:
    problems = [item for item in context.project.requirements.problems if item.kind in _SYNTAX]
    for path in dict.fromkeys(problem.path for problem in problems):
        here = [problem for problem in problems if problem.path == path]
        where: tuple[Span, ...] = tuple(problem.where for problem in here[:_MOST_PLACES])
        yield found(
            "requirements-syntax",
            *where,
            values={
                "file": path,
                "requirements": path,
                "line": _said(here[0]),
                **_right(here[0]),
            },
            fix=_corrected(context, path, here),
        )


def _said(problem: Problem) -> str:
    if problem.kind == "not-utf8":
        return f"line {problem.line} is not in UTF-8"
    return f"`{problem.quote[:80]}` in line {problem.line}"


def _right(problem: Problem) -> dict[str, str]:
    right = corrected(problem.quote)
    return {"pin": right} if right else {}


def corrected(line: str) -> str:
    """Return the requirement that a line is evidently meant as; "" where it is not evident."""
    conda = _CONDA.match(line)
    if conda is not None:
        candidate = f"{conda[1]}=={conda[2]}{conda[3] or ''}"
    else:
        install = _INSTALL.match(line)
        if install is None or " " in install[1].strip():
            return ""
        candidate = install[1].strip()
    try:
        parse(candidate, Place("", 1))
    except NotARequirement:
        return ""
    return candidate


def _corrected(context: Context, path: str, problems: list[Problem]) -> Fix | None:
    text = context.project.text(path)
    right = {problem.line: corrected(problem.quote) for problem in problems}
    # conda's own builds differ from the index's: a whole file of them is not turned by rule.
    if text is None or not all(right.values()) or any("=py" in item.quote for item in problems):
        return None
    lines = text.content.splitlines(keepends=True)
    for number, line in right.items():
        if number is None or not 0 < number <= len(lines):
            return None
        old = lines[number - 1]
        lines[number - 1] = f"{line}{old[len(old.rstrip()) :]}"
    return Fix(
        f"Write the lines of {path} as pip reads them",
        (Change(path, text.content, "".join(lines)),),
        safe=True,
    )


def _documents(context: Context) -> Iterator[Finding]:
    """Report a pyproject.toml, a Pipfile or a lock that is no TOML or JSON, where it is used."""
    requirements = context.project.requirements
    used = {"pipenv": ("Pipfile", "Pipfile.lock"), "pip": ()}
    names = used.get(requirements.manager or "", ("pyproject.toml", "poetry.lock", "uv.lock"))
    for problem in requirements.problems:
        name = problem.path.rpartition("/")[2]
        if problem.kind in _DOCUMENTS and name in names:
            yield found(
                "requirements-syntax",
                problem.where,
                values={"file": problem.path, "line": problem.detail, "requirements": problem.path},
            )


def _includes(context: Context) -> Iterator[Finding]:
    for problem in context.project.requirements.problems:
        if problem.kind in _INCLUDES:
            yield found(
                "requirements-include-missing",
                problem.where,
                values={
                    "file": problem.path,
                    "requirements": problem.path,
                    "target": problem.detail,
                },
            )


def _hashes(context: Context) -> Iterator[Finding]:
    requirements = context.project.requirements
    if requirements.manager != "pip":
        return
    wanted = [item for item in requirements.declared if on_host(item, context.python)]
    in_files = [item for item in wanted if item.file.endswith((".txt", ".in"))]
    demanded = any(item.hashes for item in in_files)
    bare = [item for item in in_files if not item.hashes]
    if not demanded or not bare:
        return
    yield found(
        "requirements-hash-mismatch",
        *(FileSpan(item.file, item.line, quote=item.raw) for item in bare[:_MOST_PLACES]),
        values={"file": bare[0].file, "requirements": requirements.file},
    )


RULES: Final = (
    Rule("requirements-utf16", ("requirements-utf16",), _encoding),
    Rule("requirements-syntax", ("requirements-syntax",), _syntax),
    Rule("requirements-documents", ("requirements-syntax",), _documents),
    Rule("requirements-include-missing", ("requirements-include-missing",), _includes),
    Rule("requirements-hash-mismatch", ("requirements-hash-mismatch",), _hashes),
)
