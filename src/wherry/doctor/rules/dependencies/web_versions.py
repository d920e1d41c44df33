"""Django and Flask that do not run on the host's Python, or beside what else is installed."""

from collections.abc import Iterator
from typing import Final

from packaging.version import Version

from wherry.buildrules.installing import setuptools_version
from wherry.dependencies.frameworks import needs
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Python
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.repair import chosen
from wherry.doctor.rules.dependencies.situation import (
    added,
    changed,
    dotted,
    in_image,
    lines,
    versions,
    where,
)
from wherry.findings import Finding, Fix

_WERKZEUG_2: Final = "Werkzeug==2.3.8"


def _django(context: Context) -> Iterator[Finding]:
    line = next((item for item in lines(context) if item.key == "django"), None)
    version = versions(context).get("django")
    if line is None or version is None or context.python is None:
        return
    if not _fails(context, version, context.python):
        return
    best = chosen(context)
    usual = "3.12" if version >= Version("3.2") else "3.11"
    pythons = dotted(best.python) if best is not None else usual
    yield found(
        "django-too-old-for-python",
        where(line),
        values={
            "pin": f"Django {version}",
            "python": dotted(context.python),
            "requirements": line.file,
            "pin_python": pythons if Version(pythons) <= Version(usual) else usual,
        },
    )


def _fails(context: Context, version: Version, python: Python) -> bool:
    return not all(_is_there(context, package) for package in needs(version, python))


def _is_there(context: Context, package: str) -> bool:
    """Whether a package comes along: asked for, or, as setuptools is, preinstalled."""
    asked = package in versions(context) or any(line.key == package for line in lines(context))
    if asked or package != "setuptools":
        return asked
    by_buildpack = context.target.platform.name in ("heroku", "dokku") and not in_image(context)
    python = context.python if by_buildpack else None
    return python is not None and setuptools_version(python) is not None


def _flask(context: Context) -> Iterator[Finding]:
    """Flask 2.0 to 2.2.3 import what Werkzeug 3 removed, and ask for Werkzeug without a limit."""
    installed = versions(context)
    flask, werkzeug = installed.get("flask"), installed.get("werkzeug")
    asked = {line.key: line for line in lines(context)}
    if flask is None or "flask" not in asked or not Version("2") <= flask < Version("2.2.4"):
        return
    free = werkzeug is None and "werkzeug" not in asked
    if free or (werkzeug is not None and werkzeug >= Version("3")):
        yield found(
            "flask-werkzeug-mismatch",
            where(asked["flask"]),
            *((where(asked["werkzeug"]),) if "werkzeug" in asked else ()),
            values={"requirements": asked["flask"].file},
            fix=_werkzeug_2(context, asked.get("werkzeug")),
        )


def _werkzeug_2(context: Context, line: RequirementLine | None) -> Fix | None:
    """Return the fix that stays with the last Werkzeug that has what such a Flask imports."""
    if line is not None:
        changes = changed(context.project, {line: _WERKZEUG_2})
    else:
        change = added(context.project, _WERKZEUG_2)
        changes = () if change is None else (change,)
    return Fix(f"Stay with {_WERKZEUG_2}", changes, safe=line is None) if changes else None


RULES: Final = (
    Rule("django-too-old-for-python", ("django-too-old-for-python",), _django),
    Rule("flask-beside-werkzeug", ("flask-werkzeug-mismatch",), _flask),
)
