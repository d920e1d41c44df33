"""Servers that run, and not as they should on this host: runserver, keep-alive, no exec."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files import modules, start_programs
from wherry.doctor.rules.files.circumstances import (
    applies,
    installed,
    replace_line,
    runs_in_image,
)
from wherry.doctor.rules.files.listening import fly_port
from wherry.findings import Confidence, Evidence, FileSpan, Finding, Fix, How
from wherry.project import scripts
from wherry.project.server import Server

# What the servers themselves do when nothing is said, from their documentation.
_GTHREAD_KEEPALIVE_S: Final = 2.0
_THREADED: Final = ("gthread", "eventlet", "gevent")


def _runserver(context: Context) -> Iterator[Finding]:
    server = context.project.server(context.target.platform.name)
    if server is None or server.kind != "runserver":
        return
    package = modules.project_package(context)
    yield found(
        "runserver-in-production",
        server.where,
        values={"project": package} if package else {},
        fix=_gunicorn(context, server, package),
    )


def _gunicorn(context: Context, server: Server, package: str) -> Fix | None:
    """Return the fix that starts gunicorn in its place, and requires it where it is not there."""
    path, line = server.where.path, server.where.line
    if not package or line is None or context.project.app != context.project.base:
        return None
    new = _command(context, server, package)
    start = replace_line(context, path, line, new, f"Start gunicorn in {path}") if new else None
    if start is None:
        return None
    if installed(context, "gunicorn"):
        return Fix(start.text, start.changes, safe=False)
    required = start_programs.require_gunicorn(context)
    if required is None:
        return None
    return Fix(f"{start.text}, and require it", (*start.changes, *required.changes), safe=False)


def _command(context: Context, server: Server, package: str) -> str:
    """Return the line that starts gunicorn in place of one that does nothing but start Django's."""
    path = server.where.path
    text = context.project.text(path)
    old = text.line(server.where.line or 0) if text is not None else ""
    if not old or any(sign in old for sign in ("&&", ";", "|")) or old.endswith("\\"):
        return ""
    if path.endswith("Procfile"):
        return f"web: gunicorn {package}.wsgi"
    dockerfile = context.project.dockerfile
    if dockerfile is None or path != dockerfile.path or not old.startswith("CMD "):
        return ""
    if any(step.name == "ENTRYPOINT" for step in dockerfile.last_stage):
        return ""
    port = fly_port(context)
    if context.target.platform.name == "fly" and port is not None:
        return f'CMD ["gunicorn", "--bind", "0.0.0.0:{port}", "{package}.wsgi"]'
    # It reads $PORT by itself.
    return f'CMD ["gunicorn", "{package}.wsgi"]'


def _keep_alive(context: Context) -> Iterator[Finding]:
    server = context.project.server(context.target.platform.name)
    router_s = context.target.number("router_idle_s")
    if server is None or router_s is None or not applies(context, "keep-alive-shorter-than-router"):
        return
    kept_s = _kept_s(server)
    if kept_s is None or kept_s >= router_s or not server.config_read:
        return
    threads = server.kind == "gunicorn"
    yield found(
        "keep-alive-shorter-than-router",
        server.at("keepalive"),
        severity=Severity.NOTE if threads else Severity.WARNING,
        confidence=Confidence.MEDIUM,
        values={"project": modules.project_package(context) or "mysite"},
        evidence=(
            Evidence(
                "how long an idle connection is kept", kept_s, How.READ, unit="s", limit=router_s
            ),
        ),
    )


def _kept_s(server: Server) -> float | None:
    """Return how long the server keeps an idle connection; None where it keeps none, or unknown."""
    if server.kind == "uvicorn":
        return server.keepalive_s
    if server.kind != "gunicorn":
        return None
    threaded = server.worker_class in _THREADED or (server.threads or 1) > 1
    if not threaded and not server.asgi:
        return None
    return _GTHREAD_KEEPALIVE_S if server.keepalive_s is None else server.keepalive_s


def _shutdown(context: Context) -> Iterator[Finding]:
    server = context.project.server(context.target.platform.name)
    # Heroku tells every process of a dyno itself; elsewhere only the first one is told.
    if server is None or server.handed_over or not runs_in_image(context):
        return
    path = _script(context, server)
    if path:
        yield found(
            "shutdown-ignored-sigterm",
            FileSpan(path),
            server.where,
            confidence=Confidence.MEDIUM,
            values={"script": path, "project": modules.project_package(context) or "mysite"},
        )


def _script(context: Context, server: Server) -> str:
    """Return the start script whose last line starts the server without exec."""
    for word in server.command.replace('"', " ").replace(",", " ").split():
        if word.strip("[]'").endswith(".sh"):
            path = scripts.find(context.project, word.strip("[]'"))
            text = context.project.text(path) if path else None
            if text is None:
                continue
            lines = [line.strip() for line in text.lines if line.strip()]
            last = lines[-1] if lines else ""
            if server.kind in last and not last.startswith("exec") and "&" not in last:
                return path
    return ""


RULES: Final = (
    Rule("runserver-in-production", ("runserver-in-production",), _runserver),
    Rule("keep-alive-shorter-than-router", ("keep-alive-shorter-than-router",), _keep_alive),
    Rule("shutdown-ignored-sigterm", ("shutdown-ignored-sigterm",), _shutdown),
)
