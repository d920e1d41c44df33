"""The module and the variable that the start command names, and the kind of app that they are."""

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files import modules
from wherry.doctor.rules.files.circumstances import replace_line
from wherry.findings import Finding, Fix, Role
from wherry.project.server import Server

_SERVES_MODULES: Final = frozenset(
    ("gunicorn", "uvicorn", "daphne", "hypercorn", "waitress", "granian", "wherry")
)


def _server(context: Context) -> Server | None:
    server = context.project.server(context.target.platform.name)
    if server is None or server.kind not in _SERVES_MODULES or not server.located:
        return None
    return server


def _module(context: Context) -> Iterator[Finding]:
    server = _server(context)
    if server is None or not _certain(server):
        return
    place = modules.find(context, server)
    spelled_as_path = _is_path(server)
    nothing = not server.target and server.kind == "gunicorn"
    absent = place is modules.NOT_FOUND or not place.deployed
    if not (absent or spelled_as_path or nothing):
        return
    right = _right(context, server)
    values = {"project": right.rpartition(".")[0]} if "." in right else {}
    if server.module or server.target:
        values["module"] = server.module or server.target
    if context.project.app != server.folder:
        values["folder"] = context.project.app
    finding = found(
        "wsgi-module-not-found", server.where, values=values, fix=_rename(context, server, right)
    )
    elsewhere = modules.find_module(context, server.module, (context.project.app,))
    # It is there, below manage.py: that the server starts elsewhere is the first cause.
    follows = place is modules.NOT_FOUND and elsewhere.path.endswith(".py") and elsewhere.deployed
    yield replace(finding, role=Role.CONSEQUENCE) if follows else finding


def _is_path(server: Server) -> bool:
    """Whether a file is named where a module is wanted: ``mysite/wsgi.py``, ``wsgi.py``."""
    if not server.module:
        return "/" in server.target
    return server.kind == "gunicorn" and server.target.endswith(".py")


def _certain(server: Server) -> bool:
    """Whether all of what names the module is known: no variable, no unread configuration."""
    return "$" not in server.target and (server.config_read or bool(server.target))


def _right(context: Context, server: Server) -> str:
    """Return the only module that can be meant, from where the server runs; "" for none."""
    kind = "asgi" if server.asgi or server.module.endswith("asgi") else "wsgi"
    found_modules = modules.wsgi_modules(context, kind)
    if len(found_modules) != 1 or context.project.app != server.folder:
        return ""
    return found_modules[0]


def _rename(context: Context, server: Server, right: str) -> Fix | None:
    path, line = server.where.path, server.where.line
    text = context.project.text(path)
    if not right or not server.target or text is None or line is None:
        return None
    old = text.line(line)
    attribute = f":{server.attribute}" if server.attribute else ""
    if old.count(server.target) != 1:
        return None
    new = old.replace(server.target, f"{right}{attribute}")
    return replace_line(context, path, line, new, f"Serve {right} in {path}")


def _attribute(context: Context) -> Iterator[Finding]:
    server = _server(context)
    if server is None or not _certain(server) or "(" in server.target:
        return
    place = modules.find(context, server)
    wanted = server.attribute or ("application" if server.kind in ("gunicorn", "wherry") else "")
    if not wanted or not place.path.endswith(".py") or not place.deployed:
        return
    names = modules.names_in(context, place.path)
    if names is None or wanted.partition(".")[0] in names:
        return
    # A package may hold the rest in modules of the same name.
    folder = posixpath.dirname(place.path)
    if place.path.endswith("__init__.py") and f"{folder}/{wanted}.py" in context.project.files:
        return
    right = next((name for name in ("application", "app") if name in names), "")
    yield found(
        "wsgi-attribute-not-found",
        server.where,
        values={"attribute": wanted, "module": server.module}
        | ({"project": server.module.rpartition(".")[0]} if "." in server.module else {}),
        fix=_other_attribute(context, server, right),
    )


def _other_attribute(context: Context, server: Server, right: str) -> Fix | None:
    path, line = server.where.path, server.where.line
    text = context.project.text(path)
    if not right or text is None or line is None:
        return None
    old = text.line(line)
    if old.count(server.target) != 1:
        return None
    new = old.replace(server.target, f"{server.module}:{right}")
    return replace_line(context, path, line, new, f"Serve {server.module}:{right} in {path}")


def _kind(context: Context) -> Iterator[Finding]:
    server = _server(context)
    if server is None or not server.module:
        return
    interface = server.module.rpartition(".")[2]
    wrong = _takes_other(server, interface)
    # Only Django's own modules are known by their names; an app called asgi may be anything.
    place = modules.find(context, server)
    text = context.project.text(place.path) if place.path.endswith(".py") else None
    if wrong and text is not None and f"get_{interface}_application" in text.content:
        package = server.module.rpartition(".")[0]
        yield found("wsgi-asgi-mixed-up", server.where, values={"project": package})


def _takes_other(server: Server, interface: str) -> bool:
    if server.kind == "granian":
        given = server.arguments
        wanted = "asgi"
        for index, word in enumerate(given):
            if word == "--interface" and index + 1 < len(given):
                wanted = given[index + 1]
            wanted = word.partition("=")[2] if word.startswith("--interface=") else wanted
        return wanted in ("asgi", "wsgi") and interface in ("asgi", "wsgi") and wanted != interface
    if server.kind in ("gunicorn", "waitress") and not server.asgi:
        own_class = server.worker_class not in ("", "sync", "gthread", "gevent", "eventlet")
        return interface == "asgi" and not own_class
    return server.asgi and interface == "wsgi" and server.kind != "hypercorn"


RULES: Final = (
    Rule("wsgi-module-not-found", ("wsgi-module-not-found",), _module),
    Rule("wsgi-attribute-not-found", ("wsgi-attribute-not-found",), _attribute),
    Rule("wsgi-asgi-mixed-up", ("wsgi-asgi-mixed-up",), _kind),
)
