"""The files that name the Python: in the wrong form, under a wrong name, or out of fashion."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files import pythons
from wherry.doctor.rules.files.circumstances import built_by_buildpack, dotted, on_fir
from wherry.findings import Change, FileSpan, Finding, Fix
from wherry.project.problems import Problem
from wherry.project.texts import Text

_SAID: Final = {
    "empty": "A file without a version",
    "several": "More than one version",
    "encoding": "A file that is not plain UTF-8",
}


def _form(context: Context) -> Iterator[Finding]:
    if not built_by_buildpack(context):
        return
    for problem in context.project.python_version.problems:
        if problem.kind == "misspelled":
            continue
        told = _SAID.get(problem.kind, f"`{problem.quote}`")
        pin = pythons.best(context, context.project.python_version.version)
        yield found(
            "python-version-bad-format",
            problem.where,
            values={"found": told, "pin_python": dotted(pin), "file": problem.path},
            fix=_rewrite(context, problem),
        )


def _rewrite(context: Context, problem: Problem) -> Fix | None:
    """Write the version that is meant as it must be; None where none is evident."""
    text = context.project.text(problem.path)
    meant = context.project.python_version.version
    if text is None or meant is None or problem.kind == "several":
        return None
    is_runtime = problem.path.endswith("runtime.txt")
    version = f"python-{dotted(meant)}" if is_runtime else dotted(meant)
    return Fix(
        f"Write {problem.path} as {version}",
        (Change(problem.path, text.content, f"{version}\n"),),
        safe=True,
    )


def _name(context: Context) -> Iterator[Finding]:
    if not built_by_buildpack(context):
        return
    for problem in context.project.python_version.problems:
        text = context.project.text(problem.path)
        if problem.kind != "misspelled" or text is None:
            continue
        right = context.project.at_base(".python-version")
        yield found(
            "python-version-file-misspelled",
            problem.where,
            values={"file": problem.path},
            fix=Fix(
                f"Rename {problem.path} to {right}",
                (Change(problem.path, text.content, None), Change(right, None, text.content)),
                safe=True,
            ),
        )


def _runtime_txt(context: Context) -> Iterator[Finding]:
    project = context.project
    path = project.deployed("runtime.txt")
    text = project.text(path) if path else None
    if not built_by_buildpack(context) or text is None:
        return
    refused = on_fir(context) or "uv" in project.requirements.managers
    asked = project.python_version
    pin = pythons.best(context, asked.version)
    yield found(
        "runtime-txt-deprecated",
        FileSpan(path, 1, quote=text.line(1)),
        severity=Severity.ERROR if refused else Severity.WARNING,
        values={"file": path, "pin_python": dotted(pin)},
        fix=_move(context, text),
    )


def _move(context: Context, text: Text) -> Fix | None:
    """Move the version to .python-version, as it is: whether it is a good one is another matter."""
    project = context.project
    asked = project.python_version
    target = project.at_base(".python-version")
    well_formed = asked.file == text.path and not asked.problems
    if not well_formed or asked.asked is None or project.files.deployed(target):
        return None
    return Fix(
        f"Move the version from {text.path} to {target}",
        (Change(text.path, text.content, None), Change(target, None, f"{asked.asked}\n")),
        safe=True,
    )


RULES: Final = (
    Rule("python-version-form", ("python-version-bad-format",), _form),
    Rule("python-version-name", ("python-version-file-misspelled",), _name),
    Rule("runtime-txt", ("runtime-txt-deprecated",), _runtime_txt),
)
