"""Reads how gunicorn is set up: its configuration file, GUNICORN_CMD_ARGS, its arguments."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from wherry.findings import FileSpan
from wherry.project.folder import Folder
from wherry.project.gunicorn_config import GunicornConfig, Plain, read_config
from wherry.project.options import Options, parse
from wherry.project.shell import Invocation, split

_SHORT: Final = {
    "b": "bind",
    "w": "workers",
    "k": "worker-class",
    "t": "timeout",
    "c": "config",
    "e": "env",
    "n": "name",
    "p": "pid",
    "u": "user",
    "g": "group",
    "m": "umask",
}
_FLAGS: Final = frozenset(
    (
        *("preload", "reload", "daemon", "D", "check-config", "print-config", "no-sendfile"),
        *("spew", "enable-stdio-inheritance", "R", "capture-output", "log-syslog", "S"),
        *("proxy-protocol", "strip-header-spaces", "reuse-port", "initgroups"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gunicorn:
    """How gunicorn is set up; the attributes are those of ``Server``."""

    target: str
    chdir: str
    paths: tuple[str, ...]
    binds: tuple[str, ...]
    binds_said: bool
    workers: int | None
    workers_by_cpus: tuple[int, int] | None
    threads: int | None
    worker_class: str
    timeout_s: float | None
    keepalive_s: float | None
    preload: bool
    max_requests: int | None
    env: Mapping[str, str]
    config: str
    config_read: bool
    said_at: Mapping[str, FileSpan] = field(default_factory=dict)


def read_gunicorn(
    folder: Folder, invocation: Invocation, env: Mapping[str, str], run_in: str
) -> Gunicorn:
    """Return how gunicorn is set up; what stands on the command line goes before its file."""
    given = {**env, **invocation.env}
    options = parse(
        [*split(given.get("GUNICORN_CMD_ARGS", "")), *invocation.arguments],
        short=_SHORT,
        flags=_FLAGS,
    )
    file = _config(folder, options, run_in)
    values: Mapping[str, Plain] = {} if file is None else file.values
    workers = options.number("workers")
    by_cpus = None
    if not options.has("workers"):
        plain = values.get("workers")
        workers = plain if isinstance(plain, int) and not isinstance(plain, bool) else None
        by_cpus = plain if isinstance(plain, tuple) else None
    binds = options.every.get("bind") or _strings(values.get("bind"))
    target = next(iter(options.positional), "") or _string(values.get("wsgi_app"))
    return Gunicorn(
        target=target,
        chdir=options.get("chdir") or _string(values.get("chdir")),
        paths=_paths(options.get("pythonpath") or _string(values.get("pythonpath"))),
        binds=binds or ("0.0.0.0:$PORT",),
        binds_said=bool(binds),
        workers=workers,
        workers_by_cpus=by_cpus,
        threads=_whole(options, "threads", values.get("threads")),
        worker_class=options.get("worker-class") or _string(values.get("worker_class")),
        timeout_s=_whole(options, "timeout", values.get("timeout")),
        keepalive_s=_whole(options, "keep-alive", values.get("keepalive")),
        preload=options.has("preload") or values.get("preload_app") is True,
        max_requests=_whole(options, "max-requests", values.get("max_requests")),
        env=_pairs((*_strings(values.get("raw_env")), *options.every.get("env", ()))),
        config="" if file is None else file.path,
        config_read=_is_read(options, file),
        said_at=_places(file, options),
    )


def _is_read(options: Options, file: GunicornConfig | None) -> bool:
    """Whether all is known that decides what is served and where."""
    if file is None:
        return not options.has("config")
    given = {"bind"} if options.has("bind") else set()
    given |= {"wsgi_app"} if options.positional else set()
    return not (file.unknown & {"bind", "wsgi_app", "chdir"}) - given


def _config(folder: Folder, options: Options, run_in: str) -> GunicornConfig | None:
    named = options.get("config")
    name = (named or "gunicorn.conf.py").removeprefix("file:").removeprefix("/app/")
    if name.startswith("python:"):
        name = f"{name.removeprefix('python:').replace('.', '/')}.py"
    candidates = [posixpath.normpath(posixpath.join(run_in, name))]
    if options.get("chdir"):
        # gunicorn looks for its file before and after it changes the folder.
        candidates.append(
            posixpath.normpath(posixpath.join(run_in, options.get("chdir") or "", name))
        )
    for path in candidates:
        text = folder.text(path)
        if text is not None:
            return read_config(text)
    return None


def _places(file: GunicornConfig | None, options: Options) -> dict[str, FileSpan]:
    if file is None:
        return {}
    given = {"preload_app": "preload", "keepalive": "keep-alive"}
    return {
        name: FileSpan(file.path, file.lines[name], quote=f"{name} = {value}")
        for name, value in file.values.items()
        if not options.has(given.get(name, name.replace("_", "-")))
    }


def _string(value: Plain | None) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: Plain | None) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(","))
    return tuple(value) if isinstance(value, list) else ()


def _paths(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split(",") if part)


def _whole(options: Options, name: str, plain: Plain | None) -> int | None:
    if options.has(name):
        return options.number(name)
    is_number = isinstance(plain, int) and not isinstance(plain, bool)
    return plain if is_number and isinstance(plain, int) else None


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for entry in given:
        name, sign, value = entry.partition("=")
        if sign:
            found[name] = value
    return found
