"""What ``wherry serve`` was asked for, on its command line and in the environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from wherry.errors import ConfigurationError
from wherry.platforms import heroku

DEFAULT_PORT = 8000
# Leaves the platform's grace a few seconds for the processes to end.
DEFAULT_GRACEFUL_TIMEOUT_S = heroku.SHUTDOWN_GRACE_S - 4.0


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What to serve, where, and what of it is not to be chosen from the machine.

    Attributes:
        app: ``module`` or ``module:attribute``; the attribute is ``application`` by default.
        host: The address to listen on; empty for every address, of IPv6 too where there is any.
        port: The TCP port.
        processes: Worker processes; None leaves it to the machine's limits.
        threads: Threads that answer requests in each; None leaves it to the models' speed.
        graceful_timeout_s: Seconds that running requests have to finish after SIGTERM.
        processes_from: What asked for that number of processes, for messages.
    """

    app: str
    host: str = ""
    port: int = DEFAULT_PORT
    processes: int | None = None
    threads: int | None = None
    graceful_timeout_s: float = DEFAULT_GRACEFUL_TIMEOUT_S
    processes_from: str = "--processes"

    def words(self) -> list[str]:
        """Return the options as command line words for ``from_words``."""
        return [
            f"app={self.app}",
            f"host={self.host}",
            f"port={self.port}",
            f"processes={self.processes or ''}",
            f"threads={self.threads or ''}",
            f"graceful_timeout_s={self.graceful_timeout_s}",
            f"processes_from={self.processes_from}",
        ]

    @classmethod
    def from_words(cls, words: Sequence[str]) -> Self:
        """Read what ``words`` wrote."""
        fields = dict(word.split("=", 1) for word in words)
        return cls(
            app=fields["app"],
            host=fields["host"],
            port=int(fields["port"]),
            processes=int(fields["processes"]) if fields["processes"] else None,
            threads=int(fields["threads"]) if fields["threads"] else None,
            graceful_timeout_s=float(fields["graceful_timeout_s"]),
            processes_from=fields["processes_from"],
        )


def complete(
    app: str,
    environ: Mapping[str, str],
    *,
    host: str = "",
    port: int | None = None,
    processes: int | None = None,
    threads: int | None = None,
    graceful_timeout_s: float | None = None,
) -> ServeOptions:
    """Fill in from ``$PORT`` and ``$WEB_CONCURRENCY`` what was not given; check all of it.

    Raises:
        ConfigurationError: a value is not usable.
    """
    processes_from = "--processes"
    if port is None:
        port = _whole_number(environ.get("PORT") or str(DEFAULT_PORT), "PORT", least=0)
    if processes is None and _owner_set_concurrency(environ):
        processes_from = "WEB_CONCURRENCY"
        processes = _whole_number(environ["WEB_CONCURRENCY"], processes_from, least=1)
    module, _, attribute = app.partition(":")
    attribute = attribute or "application"
    if not all(part.isidentifier() for part in (*module.split("."), *attribute.split("."))):
        raise ConfigurationError(
            f"{app!r} does not name a module: write it as in an import, project.wsgi or "
            "project.wsgi:application."
        )
    if not 0 <= port <= 65535:
        raise ConfigurationError(f"The port {port} is not between 0 and 65535.")
    for name, number in (("--processes", processes), ("--threads", threads)):
        if number is not None and number < 1:
            raise ConfigurationError(f"{name} must be 1 or more, not {number}.")
    if graceful_timeout_s is None:
        graceful_timeout_s = DEFAULT_GRACEFUL_TIMEOUT_S
    if not graceful_timeout_s > 0:
        raise ConfigurationError(
            f"--graceful-timeout must be more than 0 seconds, not {graceful_timeout_s}."
        )
    return ServeOptions(
        f"{module}:{attribute}",
        host,
        port,
        processes,
        threads,
        graceful_timeout_s,
        processes_from,
    )


def _owner_set_concurrency(environ: Mapping[str, str]) -> bool:
    """Whether WEB_CONCURRENCY is somebody's decision: buildpacks set a guess of their own.

    Heroku's knows nothing of models, and Wherry's rests on what the build measured; the number
    chosen here rests on a worker measured where it runs.
    """
    set_by = environ.get("WEB_CONCURRENCY_SET_BY")
    by_buildpack = set_by in (heroku.BUILDPACK, heroku.OWN_BUILDPACK)
    return bool(environ.get("WEB_CONCURRENCY")) and not by_buildpack


def _whole_number(text: str, name: str, *, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise ConfigurationError(
            f"{name} is set to {text!r}, which is not a whole number of at least {least}."
        )
    return int(text)
