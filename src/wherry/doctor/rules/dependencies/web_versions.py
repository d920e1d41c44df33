"""Django and Flask in versions that do not run on the host's Python, or beside what is installed.

Measured: Django 1.11 to 4.1 on Python 3.10 to 3.13, an empty site and its first request.
"""

from collections.abc import Iterator
from typing import Final

from packaging.version import Version

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

_NO_CGI: Final[Python] = (3, 13)
_NO_DISTUTILS: Final[Python] = (3, 12)
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
    installed = versions(context)
    if version < Version("2.1") or (version < Version("2.2") and python >= (3, 11)):
        return python >= (3, 10)
    if version < Version("4.1") and python >= _NO_CGI:
        return "legacy-cgi" not in installed and not any(
            line.key == "legacy-cgi" for line in lines(context)
        )
    if version < Version("3.2") and python >= _NO_DISTUTILS:
        return not _has_setuptools(context)
    return False


def _has_setuptools(context: Context) -> bool:
    """Whether setuptools, which brings distutils back, is there: asked for, or preinstalled."""
    asked = "setuptools" in versions(context) or any(
        line.key == "setuptools" for line in lines(context)
    )
    by_buildpack = context.target.platform.name in ("heroku", "dokku")
    return asked or (by_buildpack and not in_image(context))


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
