"""Where in the project a finding is to be mended, and what the project calls its things."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from wherry.findings import FileSpan, Finding
from wherry.project.project import Project

# What the Procfile's web line says wrongly, or could say to mend it.
_OF_WEB: Final = frozenset(
    (
        *("port-not-bound", "gunicorn-not-installed", "start-command-not-found", "slow-boot"),
        *("wsgi-module-not-found", "wsgi-attribute-not-found", "worker-declared-as-web"),
        *("wsgi-asgi-mixed-up", "too-many-workers", "shutdown-ignored-sigterm"),
        *("requests-queue-behind-prediction", "gunicorn-worker-timeout", "fork-after-model-load"),
    )
)


def placed(found: Finding, project: Project | None) -> Finding:
    """Return a finding with the line that it is about, and with the project's own names."""
    if project is None:
        return found
    values = {**dict(_names(project)), **found.values}
    where = (*found.where, *_line(found, project))
    return replace(found, values=values, where=where)


def _names(project: Project) -> Iterator[tuple[str, str]]:
    settings = project.code.settings
    if settings is not None and "." in settings.module:
        yield "project", settings.module.partition(".")[0]
    if project.requirements.file:
        yield "requirements", project.requirements.file


def _line(found: Finding, project: Project) -> Iterator[FileSpan]:
    if found.cause.name not in _OF_WEB or _has_file(found):
        return
    procfile = project.procfile
    if procfile is not None and procfile.web is not None:
        yield procfile.web.where


def _has_file(found: Finding) -> bool:
    return any(isinstance(span, FileSpan) for span in found.where)
