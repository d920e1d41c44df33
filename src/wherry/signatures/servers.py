"""What servers and ``python -m`` say of an app that they cannot load, each in its own words."""

import re
from typing import Final

from wherry.signatures.conditions import passes
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_TOOLS_TEXT: Final = """
uvicorn daphne hypercorn waitress granian celery flask django streamlit gradio honcho rq dramatiq
huey uwsgi robyn sanic bjoern cheroot
"""
_TOOLS: Final = frozenset(_TOOLS_TEXT.split())
# What builds and tests run; whoever misses them misses no server.
_OTHERS_TEXT: Final = (
    "pip ensurepip venv virtualenv poetry pipenv build pytest coverage mypy ruff uv"
)
_OTHERS: Final = frozenset(_OTHERS_TEXT.split())


def _run_as_module(event: Event, found: re.Match[str]) -> Verdict | None:
    """``python -m NAME``: a server that is not installed, or a module that is not there."""
    module = found["module"]
    top = module.partition(".")[0]
    if event.building or top in _OTHERS:
        return None
    if top == "gunicorn":
        return Verdict("gunicorn-not-installed", {})
    if top in _TOOLS:
        return Verdict("start-command-not-found", {"command": module})
    return Verdict("wsgi-module-not-found", {"module": module})


def _not_spawned(event: Event, found: re.Match[str]) -> Verdict | None:
    """The first process of a machine could not be started."""
    command, why = found["command"].strip("\"'"), found["why"].lower()
    del event
    if why.startswith("exec format"):
        return Verdict("image-architecture-mismatch", {})
    if command.rpartition("/")[2] == "gunicorn" and why.startswith("no such"):
        return Verdict("gunicorn-not-installed", {})
    if command.endswith(".sh") and why.startswith("no such"):
        return Verdict(
            "crlf-line-endings",
            {"file": command},
            ("start-command-not-found",),
            f"`file {command}`: CRLF line terminators, or the script is not in the image",
            sure=False,
        )
    return Verdict("start-command-not-found", {"command": command})


def _loader(event: Event, found: re.Match[str]) -> Verdict:
    """waitress tells which exception it was, and not of whose import."""
    del event
    return Verdict(
        "wsgi-module-not-found",
        values_of(found),
        ("dependency-not-in-requirements",),
        "the name below it: the project's own, or a package's",
        sure=False,
    )


_WHY: Final = r"(?P<why>[Nn]o such file|[Pp]ermission denied|[Ee]xec format error)"

SIGNATURES = (
    *sees(
        "wsgi-module-not-found",
        r"Could not import module \"(?P<module>[\w.]+)\"",
        r"Cannot load application from '(?P<module>[^':]+)\S*', module not found",
        r"The module (?P<module>[\w.]+) was not found\.$",
        r"Target WSGI script not found or unable to stat: (?P<module>\S+)",
        r"Error while finding module specification for '(?P<module>[\w.]+)'",
    ),
    *sees(
        "wsgi-attribute-not-found",
        r"Attribute \"(?P<attribute>\w+)\" not found in module \"(?P<module>[\w.]+)\"",
        r"Import string \"(?P<module>[^\"]*)\" must be in format",
        r"Cannot load application from '(?P<module>[^':]+)\S*', application not found",
        r"Module '(?P<module>[\w.]+)' has no attribute '(?P<attribute>\w+)'$",
        (
            r"Target WSGI script '(?P<module>[^']+)' does not contain WSGI application "
            r"'(?P<attribute>\w+)'"
        ),
    ),
    *sees(
        "wsgi-module-not-found",
        r"There was an exception \((?:ModuleNotFound|Import)Error\) importing your module",
        judge=_loader,
    ),
    *sees(
        "wsgi-asgi-mixed-up",
        r"__call__\(\) takes \d positional arguments? but \d (?:was|were) given",
        types="TypeError",
        when=passes("/uvicorn/", "/daphne/", "/hypercorn/", "/asgiref/compatibility.py"),
    ),
    *sees(
        "wsgi-asgi-mixed-up",
        r"'coroutine' object is not iterable",
        types="TypeError",
        when=passes("/gunicorn/workers/", "/waitress/", "/wsgiref/", "/werkzeug/serving.py"),
    ),
    *sees(
        "gunicorn-not-installed start-command-not-found wsgi-module-not-found",
        r"/python: No module named (?P<module>[\w.]+)$",
        r"/python3: No module named (?P<module>[\w.]+)$",
        r"/python3\.\d+: No module named (?P<module>[\w.]+)$",
        r"^python3?: No module named (?P<module>[\w.]+)$",
        judge=_run_as_module,
    ),
    *sees(
        "gunicorn-not-installed start-command-not-found image-architecture-mismatch "
        "crlf-line-endings",
        r"failed to spawn command: (?P<command>\S{1,200})(?: .{0,300})?: " + _WHY,
        r"Application failed to start: .{0,80}failed to load (?P<command>\S{1,200}): " + _WHY,
        judge=_not_spawned,
    ),
    *sees(
        "start-command-not-found",
        r"No start command detected",
    ),
    # Google's buildpack: neither a Procfile nor an entrypoint, nor a file that it starts by itself.
    *sees(
        "no-web-process",
        r"provide a main\.py or app\.py file or set an entrypoint",
        r"provide a main\.py file or set an entrypoint",
        r"for Python, an entrypoint must be manually set",
    ),
)
