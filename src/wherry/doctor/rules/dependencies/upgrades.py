"""Requirements that are open upwards, and old packages that take what is newest below them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from packaging.version import Version

from wherry.dependencies import tensorflow_table
from wherry.dependencies.requirement import RequirementLine
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import (
    changed,
    dotted,
    is_open_above,
    lines,
    versions,
    where,
)
from wherry.findings import Finding, Fix


def _tensorflow(context: Context) -> Iterator[Finding]:
    for line in lines(context):
        if line.key not in (tensorflow_table.FULL, tensorflow_table.CPU):
            continue
        if not is_open_above(line) or context.project.requirements.lock is not None:
            continue
        newest = tensorflow_table.newest_for(context.python) if context.python else None
        values = {"line": line.text, "requirements": line.file}
        fix = None
        if newest is not None:
            values["version"] = str(newest.version)
            changes = changed(context.project, {line: f"{line.name}=={newest.version}"})
            fix = Fix(f"Pin {line.name} {newest.version}", changes, safe=False) if changes else None
        yield found("tf-unpinned", where(line), values=values, fix=fix)


def _django(context: Context) -> Iterator[Finding]:
    for line in lines(context):
        if line.key == "django" and is_open_above(line):
            if context.project.requirements.lock is not None:
                continue
            changes = changed(context.project, {line: "django~=5.2.0"})
            yield found(
                "django-unpinned",
                where(line),
                values={"line": line.text, "requirements": line.file},
                fix=Fix("Pin Django's series", changes, safe=False) if changes else None,
            )


@dataclass(frozen=True, slots=True)
class _Break:
    """A package that breaks with a release of something that it asks for without a limit.

    Attributes:
        below: The first release of the parent that gets on with it.
        child: What moved on.
        first: The first release of the child that breaks it.
        keep: What to hold the child at.
    """

    parent: str
    below: str
    child: str
    first: str
    keep: str


# Each of them seen, or in the child's own list of removals.
_BREAKS: Final = (
    _Break("flask", "2.0", "jinja2", "3.1", "jinja2==3.0.3"),
    _Break("flask", "2.0", "itsdangerous", "2.1", "itsdangerous==2.0.1"),
    _Break("flask", "2.0", "werkzeug", "2.1", "werkzeug==2.0.3"),
    _Break("jinja2", "3.0", "markupsafe", "2.1", "markupsafe==2.0.1"),
    _Break("flask-sqlalchemy", "3.0", "sqlalchemy", "2.0", "sqlalchemy==1.4.54"),
    _Break("streamlit", "1.22", "altair", "5.0", "altair==4.2.2"),
    _Break("librosa", "0.9", "numpy", "1.24", "numpy==1.23.5"),
    _Break("keras", "2.4", "h5py", "3.0", "h5py==2.10.0"),
)


def _transitive(context: Context) -> Iterator[Finding]:
    """What the index would install today below an old pin; without the index nobody knows."""
    if context.resolution is None or context.project.requirements.lock is not None:
        return
    installed = versions(context)
    asked = {line.key: line for line in lines(context)}
    for item in _BREAKS:
        parent, child = installed.get(item.parent), installed.get(item.child)
        if parent is None or child is None or item.parent not in asked:
            continue
        pinned = asked.get(item.child)
        if parent < Version(item.below) and child >= Version(item.first):
            line = asked[item.parent]
            yield found(
                "unpinned-transitive-breaks",
                where(line),
                *((where(pinned),) if pinned is not None else ()),
                values={
                    "package": f"{item.child} {child}",
                    "parent": item.parent,
                    "replacement": item.keep,
                    "requirements": line.file,
                    "python": dotted(context.python),
                },
                fix=_hold(context, line, pinned, item.keep),
            )


def _hold(
    context: Context, parent: RequirementLine, pinned: RequirementLine | None, keep: str
) -> Fix | None:
    """Return the fix that holds the child back, on its own line or below its parent's."""
    if pinned is not None:
        changes = changed(context.project, {pinned: keep})
    else:
        changes = changed(context.project, {parent: f"{parent.text}\n{keep}"})
    return Fix(f"Hold {keep} back", changes, safe=False) if changes else None


RULES: Final = (
    Rule("tf-unpinned", ("tf-unpinned",), _tensorflow),
    Rule("django-unpinned", ("django-unpinned",), _django),
    Rule("unpinned-transitive", ("unpinned-transitive-breaks",), _transitive),
)
