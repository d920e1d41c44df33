"""gunicorn 20 wants pkg_resources, which today's setuptools no longer holds."""

from collections.abc import Iterator
from typing import Final

from packaging.version import InvalidVersion, Version

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import (
    built_by_buildpack,
    on_fir,
    on_host,
    replace_line,
)
from wherry.findings import Evidence, Finding, Fix, How
from wherry.project.requirements.requirement import Requirement

# gunicorn 21 asks importlib.metadata instead; setuptools 82 dropped pkg_resources (both from
# their changelogs). Heroku's classic buildpack brings an old setuptools up to Python 3.12, as the
# python images do up to 3.11.
_FIXED: Final = Version("21")
_DROPPED: Final = Version("82")
_LAST_WITH_SETUPTOOLS: Final = (3, 12)
_LAST_IMAGE_WITH_SETUPTOOLS: Final = (3, 11)
_NEW: Final = "gunicorn==23.0.0"


def _check(context: Context) -> Iterator[Finding]:
    requirements = context.project.requirements
    server = context.project.server(context.target.platform.name)
    version = _version(requirements.version("gunicorn"))
    if version is None or version >= _FIXED or context.python is None:
        return
    if server is not None and server.kind != "gunicorn":
        return
    asked = requirements.get("gunicorn")
    if asked is None or not on_host(asked, context.python) or _has_setuptools(context):
        return
    yield found(
        "gunicorn20-no-pkg-resources",
        asked.where,
        values={"pin": asked.raw, "requirements": asked.file},
        evidence=(Evidence("the pinned gunicorn", str(version), How.READ),),
        fix=_move(context, asked),
    )


def _has_setuptools(context: Context) -> bool:
    python = context.python or (0, 0)
    classic = built_by_buildpack(context) and not on_fir(context)
    last = _LAST_WITH_SETUPTOOLS if classic else _LAST_IMAGE_WITH_SETUPTOOLS
    if python <= last and context.project.requirements.manager in ("pip", "pipenv", None):
        return True
    asked = context.project.requirements.get("setuptools")
    pinned = _version(context.project.requirements.version("setuptools"))
    if pinned is not None:
        return pinned < _DROPPED
    # A cap of whatever kind is somebody's answer to the same trouble.
    return asked is not None and "<" in asked.specifier


def _version(text: str | None) -> Version | None:
    try:
        return None if text is None else Version(text)
    except InvalidVersion:
        return None


def _move(context: Context, asked: Requirement) -> Fix | None:
    text = context.project.text(asked.file)
    if text is None or context.project.requirements.manager != "pip" or asked.hashes:
        return None
    old = text.line(asked.line)
    new = old.replace(asked.raw, _NEW)
    if new == old or old.count(asked.raw) != 1:
        return None
    return replace_line(context, asked.file, asked.line, new, f"Move to {_NEW} in {asked.file}")


RULE: Final = Rule("gunicorn20-no-pkg-resources", ("gunicorn20-no-pkg-resources",), _check)
