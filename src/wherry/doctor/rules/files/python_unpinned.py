"""No Python version is pinned, and the host's default is not what the pins were chosen for."""

from collections.abc import Iterator
from typing import Final

from wherry.buildrules.pythons import default as default_python
from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files import pythons
from wherry.doctor.rules.files.circumstances import (
    built_by_buildpack,
    create,
    dotted,
    is_python,
)
from wherry.findings import Evidence, FileSpan, Finding, How, Span

_FILES: Final = (".python-version", "runtime.txt")


def _check(context: Context) -> Iterator[Finding]:
    project = context.project
    asked = project.python_version
    default = default_python(context.target)
    if not built_by_buildpack(context) or default is None or asked.file or asked.problems:
        return
    if not is_python(context) or not (project.requirements.managers or _django(context)):
        return
    # Where all of it lies in a subfolder, that is the fault, and the version lies there as well.
    if any(project.files.deployed(f"{project.app}/{name}") for name in _FILES):
        return
    breaking = pythons.needs_older(context, default)
    refused = not pythons.allowed_by_project(context, default)
    by_manager = project.requirements.manager in ("poetry", "pipenv") and refused
    with_uv = "uv" in project.requirements.managers
    fails = bool(breaking) or by_manager or with_uv
    pin = pythons.best(context)
    where: tuple[Span, ...] = tuple(item.where for item in breaking[:3])
    yield found(
        "python-unpinned",
        *(where or (FileSpan(project.requirements.file or project.at_base(".python-version")),)),
        severity=Severity.ERROR if fails else Severity.WARNING,
        values={"pin_python": dotted(pin), "python": dotted(default)},
        evidence=(Evidence("the host's Python without a pin", dotted(default), How.READ),),
        fix=create(
            project.at_base(".python-version"),
            f"{dotted(pin)}\n",
            f"Pin Python {dotted(pin)} in .python-version",
        ),
    )


def _django(context: Context) -> bool:
    return bool(context.project.files.named("manage.py"))


RULE: Final = Rule("python-unpinned", ("python-unpinned",), _check)
