"""Where the server listens, and where the host looks for it."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files import modules, script_listening
from wherry.doctor.rules.files.circumstances import on_fir, replace_line, runs_in_image
from wherry.findings import Finding, Fix
from wherry.project.server import Server

_LOCAL: Final = ("127.0.0.1", "localhost", "[::1]", "::1")
_ADDRESS: Final = re.compile(r"^(?:https?://|tcp:)?(\[[^\]]*\]|[^:/]*):(.*)$")
_PORT: Final = re.compile(r"^\$\{?PORT\b|^\$\(PORT\)$")
# Hosts that hand a port over and look nowhere else. Render and Railway look which one is open.
_ONLY_PORT: Final = ("heroku",)


def _check(context: Context) -> Iterator[Finding]:
    server = context.project.server(context.target.platform.name)
    if server is None or not server.alone:
        return
    if server.kind == "script":
        yield from script_listening.check(context, server)
        return
    if not server.config_read and not server.binds_said:
        return
    reasons = [_wrong(context, server, bind) for bind in server.binds]
    # One good address among several is enough.
    if not reasons or not all(reasons):
        return
    yield found(
        "port-not-bound",
        server.at("bind"),
        values={
            "address": server.binds[0],
            "project": modules.project_package(context) or "mysite",
        },
        fix=_fix(context, server),
    )


def _wrong(context: Context, server: Server, bind: str) -> bool:
    """Whether the host does not find what listens there."""
    if bind.startswith(("unix:", "fd:", "/")):
        return server.binds_said
    host, port = _parts(bind, server)
    if host in _LOCAL:
        return True
    if not port.isdecimal():
        # The exec form of an image's command is read by no shell: "$PORT" stays as it is.
        return bool(_PORT.match(port)) and not server.shell and server.binds_said
    return _other_port(context, server, int(port))


def _parts(bind: str, server: Server) -> tuple[str, str]:
    named = _ADDRESS.match(bind)
    if named is not None:
        host, port = named[1], named[2]
    else:
        host, port = ("", bind) if bind.isdecimal() else (bind, "8000")
    if host in ("", "*") or (host.startswith("$") and server.binds_said):
        host = "0.0.0.0"  # noqa: S104, what it stands for
    default = re.match(r"^\$\{PORT:?-\d+\}$", port)
    return host, "$PORT" if default else port


def _other_port(context: Context, server: Server, port: int) -> bool:
    """Whether a fixed port is another one than the host looks at."""
    platform = context.target.platform.name
    told = context.project.environment(platform).get("PORT") or server.env.get("PORT")
    if told is not None and told.isdecimal() and int(told) == port:
        return False
    if platform in _ONLY_PORT:
        return True
    if platform == "dokku":
        return not runs_in_image(context)
    if platform == "fly":
        looked_at = fly_port(context)
        return looked_at is not None and looked_at != port
    if platform == "railway":
        return told is None and _is_checked(context)
    return platform == "cloud-run" and told is None and port != _default_port(context)


def _is_checked(context: Context) -> bool:
    """Whether Railway asks for a page before it switches: at PORT, and nowhere else."""
    return any(
        item.host == "railway" and item.kind == "web" and item.health_path
        for item in context.project.services
    )


def _default_port(context: Context) -> int | None:
    """Return the port that the host hands over where nobody chooses another: ``$PORT (8080)``."""
    rule = context.target.find("port_rule")
    given = None if rule is None else re.search(r"\((\d+)\)", str(rule.value))
    return None if given is None else int(given[1])


def fly_port(context: Context) -> int | None:
    """Return the port that Fly.io's router asks; None where its file says none."""
    own = [item for item in context.project.services if item.host == "fly" and item.kind == "web"]
    return own[0].port if own else None


def _fix(context: Context, server: Server) -> Fix | None:
    """Name $PORT in a Procfile's command, or leave the address to gunicorn, which reads it."""
    path, line = server.where.path, server.where.line
    text = context.project.text(path)
    if text is None or line is None or not path.endswith("Procfile") or "bind" in server.said_at:
        return None
    old = text.line(line)
    bind = server.binds[0]
    if (
        not server.binds_said
        or old.count(bind) != 1
        or server.kind not in ("gunicorn", "runserver")
    ):
        return None
    new = old.replace(bind, "0.0.0.0:$PORT")
    return replace_line(context, path, line, new, f"Listen on $PORT in {path}")


def _fir(context: Context) -> Iterator[Finding]:
    server = context.project.server(context.target.platform.name)
    if not on_fir(context) or server is None or not server.alone or not server.binds:
        return
    if server.kind == "script" or (not server.config_read and not server.binds_said):
        return
    if any(bind.startswith(("[::", "unix:", "fd:", "$", "::")) for bind in server.binds):
        return
    yield found(
        "ipv6-bind-on-fir",
        server.at("bind"),
        values={"project": modules.project_package(context) or "mysite"},
    )


RULES: Final = (
    Rule("port-not-bound", ("port-not-bound",), _check),
    Rule("ipv6-bind-on-fir", ("ipv6-bind-on-fir",), _fir),
)
