"""Reads the options of the servers that people start Django with."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from wherry.findings import FileSpan
from wherry.project.folder import Folder
from wherry.project.gunicorn_reading import read_gunicorn
from wherry.project.options import Options, parse
from wherry.project.server import Server
from wherry.project.shell import SHELLS, Invocation

EVERYWHERE: Final = "0.0.0.0"  # noqa: S104, what others bind and nothing here does
_TARGET: Final = re.compile(r"^([A-Za-z_][\w.]*?)(?:\.py)?(?::([A-Za-z_][\w.]*)(\(.*\))?)?$")


@dataclass(frozen=True, slots=True)
class Start:
    """A start command.

    Attributes:
        invocations: What it runs, start scripts looked into.
        folder: Where it runs, relative to the project's root.
        located: Whether that is known.
        env: The variables that its image sets.
        shell: Whether a shell reads the command.
    """

    command: str
    where: FileSpan
    invocations: tuple[Invocation, ...]
    folder: str = ""
    located: bool = True
    env: Mapping[str, str] = field(default_factory=dict)
    shell: bool = True


def server_of(folder: Folder, start: Start) -> Server | None:
    """Return the server that a start command runs; None where it runs none that is known."""
    for invocation in reversed(start.invocations):
        reader = _READERS.get(invocation.program)
        found = None if reader is None else reader(folder, start, invocation)
        if found is not None:
            return _placed(found, start, invocation)
    for invocation in reversed(start.invocations):
        if invocation.program.endswith(".py") or invocation.program.startswith("python"):
            python = _python(folder, start, invocation)
            return None if python is None else _placed(python, start, invocation)
    return None


def _placed(server: Server, start: Start, invocation: Invocation) -> Server:
    """Add what the commands around it tell."""
    in_front = {"nginx", "start-nginx", "caddy", "supervisord"}
    others_run = [item for item in start.invocations if item is not invocation]
    others = {item.program for item in start.invocations} | set(invocation.through)
    scripted = any(item.program.endswith(".sh") or item.program in SHELLS for item in others_run)
    return replace(
        server,
        shell=start.shell or scripted,
        alone=in_front.isdisjoint(others),
        handed_over=not scripted or "exec" in invocation.through,
    )


def _server(
    kind: str,
    start: Start,
    invocation: Invocation,
    options: Options,
    *,
    target: str = "",
    host: str = "127.0.0.1",
    port: str = "8000",
    keepalive_s: float | None = None,
) -> Server:
    target = target or next(iter(options.positional), "")
    module, attribute = served(target)
    said_host, said_port = options.get("host"), options.get("port")
    binds = options.every.get("bind", ())
    chdir = options.get("app-dir", "chdir") or ""
    paths = tuple(path for path in (options.get("pythonpath") or "").split(",") if path)
    return Server(
        kind=kind,
        where=start.where,
        command=start.command,
        program=invocation.written,
        target=target,
        module=module,
        attribute=attribute,
        folder=run_in(start, invocation, chdir),
        located=start.located,
        paths=paths,
        binds=binds or (f"{said_host or host}:{said_port or port}",),
        binds_said=bool(binds or said_host or said_port),
        workers=options.number("workers"),
        threads=options.number("threads"),
        keepalive_s=options.number("timeout-keep-alive", "keep-alive") or keepalive_s,
        env={**start.env, **invocation.env},
        arguments=invocation.arguments,
    )


def served(target: str) -> tuple[str, str]:
    """Return the module and the attribute of ``mysite.wsgi:application``."""
    found = _TARGET.match(target.strip("\"'"))
    return (found[1], found[2] or "") if found else ("", "")


def run_in(start: Start, invocation: Invocation, chdir: str) -> str:
    """Return the folder in which a program runs, relative to the project's root."""
    path = posixpath.join(start.folder, invocation.folder, chdir.removeprefix("/app/"))
    path = posixpath.normpath(path) if path else ""
    return "" if path in (".", "/", "/app") else path.lstrip("/")


def _gunicorn(folder: Folder, start: Start, invocation: Invocation) -> Server:
    found = read_gunicorn(folder, invocation, start.env, run_in(start, invocation, ""))
    module, attribute = served(found.target)
    return Server(
        kind="gunicorn",
        where=start.where,
        command=start.command,
        program=invocation.written,
        target=found.target,
        module=module,
        attribute=attribute,
        folder=run_in(start, invocation, found.chdir),
        located=start.located,
        paths=found.paths,
        binds=found.binds,
        binds_said=found.binds_said,
        workers=found.workers,
        workers_by_cpus=found.workers_by_cpus,
        threads=found.threads,
        worker_class=found.worker_class,
        timeout_s=found.timeout_s,
        keepalive_s=found.keepalive_s,
        preload=found.preload,
        max_requests=found.max_requests,
        env={**start.env, **invocation.env, **found.env},
        config=found.config,
        config_read=found.config_read,
        arguments=invocation.arguments,
        said_at=found.said_at,
    )


def _uvicorn(_folder: Folder, start: Start, invocation: Invocation) -> Server:
    flags = ("reload", "proxy-headers", "factory", "no-access-log", "access-log", "use-colors")
    options = parse(invocation.arguments, short={}, flags=(*flags, "no-proxy-headers"))
    return _server("uvicorn", start, invocation, options, keepalive_s=5)


def _daphne(_folder: Folder, start: Start, invocation: Invocation) -> Server:
    short = {"b": "host", "p": "port", "u": "unix-socket", "e": "endpoint", "v": "verbosity"}
    options = parse(invocation.arguments, short=short, flags=("proxy-headers", "no-server-name"))
    values = dict(options.values)
    if "bind" in values:
        values["host"] = values.pop("bind")
    every = {name: given for name, given in options.every.items() if name != "bind"}
    return _server("daphne", start, invocation, Options(values, every, options.positional))


def _hypercorn(_folder: Folder, start: Start, invocation: Invocation) -> Server:
    short = {"b": "bind", "w": "workers", "k": "worker-class", "c": "config"}
    options = parse(invocation.arguments, short=short, flags=("reload", "debug"))
    return _server("hypercorn", start, invocation, options, keepalive_s=5)


def _waitress(_folder: Folder, start: Start, invocation: Invocation) -> Server:
    flags = ("call", "expose-tracebacks", "ipv4", "no-ipv4", "ipv6", "no-ipv6")
    options = parse(invocation.arguments, short={}, flags=flags)
    every = dict(options.every)
    if "listen" in every:
        every["bind"] = every["listen"]
    options = Options(options.values, every, options.positional)
    return _server("waitress", start, invocation, options, host=EVERYWHERE, port="8080")


def _granian(_folder: Folder, start: Start, invocation: Invocation) -> Server:
    flags = (
        "reload",
        "ws",
        "no-ws",
        "access-log",
        "no-access-log",
        "factory",
        "respawn-failed-workers",
    )
    options = parse(invocation.arguments, short={}, flags=flags)
    return _server("granian", start, invocation, options)


def _wherry(_folder: Folder, start: Start, invocation: Invocation) -> Server | None:
    if invocation.arguments[:1] != ("serve",):
        return None
    options = parse(invocation.arguments[1:], short={}, flags=("access-log",))
    return _server("wherry", start, invocation, options, host="[::]", port="$PORT")


def _uwsgi(_folder: Folder, start: Start, invocation: Invocation) -> Server:
    short = {"w": "module", "p": "processes"}
    flags = ("master", "enable-threads", "vacuum", "die-on-term", "need-app", "lazy-apps")
    options = parse(invocation.arguments, short=short, flags=flags)
    every = dict(options.every)
    places = ("http", "http-socket", "socket")
    every["bind"] = tuple(bind for place in places for bind in every.get(place, ()))
    values = dict(options.values)
    if "processes" in values:
        values["workers"] = values["processes"]
    target = values.get("module", "")
    ini = not every["bind"]
    found = _server(
        "uwsgi", start, invocation, Options(values, every, () if target else ("",)), target=target
    )
    # An .ini file that nobody reads here says the rest.
    return replace(found, binds=(), config_read=False) if ini else found


def _flask(_folder: Folder, start: Start, invocation: Invocation) -> Server | None:
    if "run" not in invocation.arguments:
        return None
    options = parse(
        invocation.arguments,
        short={"h": "host", "p": "port", "A": "app"},
        flags=("debug", "reload", "no-reload", "with-threads", "without-threads"),
    )
    target = options.get("app") or invocation.env.get("FLASK_APP", "")
    env = {**start.env, **invocation.env}
    return _server(
        "flask",
        start,
        invocation,
        Options(options.values, options.every, ()),
        target=target,
        host=env.get("FLASK_RUN_HOST", "127.0.0.1"),
        port=env.get("FLASK_RUN_PORT", "5000"),
    )


def _python(folder: Folder, start: Start, invocation: Invocation) -> Server | None:
    """Read ``python x.py ...`` and ``./manage.py ...``."""
    words = list(invocation.words)
    if invocation.program.startswith("python"):
        words = words[1:]
        while words and words[0].startswith("-"):
            words.pop(0)
    if not words or not words[0].endswith(".py"):
        return None
    if posixpath.basename(words[0]) == "manage.py" and len(words) > 1:
        return _manage(folder, start, invocation, words)
    return Server(
        kind="script",
        where=start.where,
        command=start.command,
        program=words[0],
        folder=run_in(start, invocation, ""),
        located=start.located,
        env={**start.env, **invocation.env},
        arguments=tuple(words[1:]),
    )


def _manage(
    _folder: Folder, start: Start, invocation: Invocation, words: list[str]
) -> Server | None:
    if words[1] not in ("runserver", "runserver_plus"):
        return None
    options = parse(words[2:], short={}, flags=("noreload", "insecure", "nothreading", "ipv6"))
    address = next(iter(options.positional), "")
    given = {"bind": (address if ":" in address else f"127.0.0.1:{address}",)} if address else {}
    place = posixpath.join(start.folder, posixpath.dirname(words[0]))
    return _server(
        "runserver",
        replace(start, folder=place),
        invocation,
        Options(options.values, given, ("",)),
    )


_READERS: Final[Mapping[str, Callable[[Folder, Start, Invocation], Server | None]]] = {
    "gunicorn": _gunicorn,
    "uvicorn": _uvicorn,
    "daphne": _daphne,
    "hypercorn": _hypercorn,
    "waitress-serve": _waitress,
    "waitress": _waitress,
    "granian": _granian,
    "wherry": _wherry,
    "uwsgi": _uwsgi,
    "flask": _flask,
}
