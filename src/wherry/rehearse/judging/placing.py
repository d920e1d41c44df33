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


def placed(found: Finding, project: Project | None, platform: str = "") -> Finding:
    """Return a finding with the line that it is about, and with the project's own names.

    Args:
        found: What was found.
        project: What was pushed; None where only its slug is known.
        platform: Whose start command holds: ``heroku``; "" where that does not matter.
    """
    if project is None:
        return found
    values = {**dict(_names(project)), **dict(_patience(found, project, platform)), **found.values}
    where = (*found.where, *_line(found, project))
    return replace(found, values=values, where=where)


def _names(project: Project) -> Iterator[tuple[str, str]]:
    settings = project.code.settings
    if settings is not None and "." in settings.module:
        yield "project", settings.module.partition(".")[0]
    if project.requirements.file:
        yield "requirements", project.requirements.file


def _patience(found: Finding, project: Project, platform: str) -> Iterator[tuple[str, str]]:
    """Yield how long gunicorn waits for a silent worker, where the project says so."""
    if found.cause.name == "gunicorn-worker-timeout" and platform:
        server = project.server(platform)
        if server is not None and server.timeout_s:
            yield "seconds", f"{server.timeout_s:g} s"


def _line(found: Finding, project: Project) -> Iterator[FileSpan]:
    if found.cause.name not in _OF_WEB or _has_file(found):
        return
    procfile = project.procfile
    if procfile is not None and procfile.web is not None:
        yield procfile.web.where


def _has_file(found: Finding) -> bool:
    return any(isinstance(span, FileSpan) for span in found.where)
