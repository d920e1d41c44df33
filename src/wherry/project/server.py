"""The server that a start command runs, and how it is set up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wherry.findings import FileSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A web server as a command and its configuration file set it up; None: it is not said.

    Attributes:
        kind: ``gunicorn``, ``uvicorn``, ``daphne``, ``hypercorn``, ``waitress``, ``granian``,
            ``uwsgi``, ``wherry``, ``runserver``, ``flask``, or ``script`` for ``python app.py``.
        program: As the command has it: ``./manage.py``, ``app.py``.
        target: What it is told to serve, as it is written; "" where it is not said.
        module: The dotted module of it; "" where it is not said, or is none.
        attribute: What it takes from the module: ``application``; "" where it is not said.
        command: The whole command.
        folder: Where it runs, relative to the project's root.
        located: Whether that is known; an image may put the code anywhere.
        paths: The folders that it is told to import from, beside that one.
        binds: The addresses that it listens on, as they are written, or by default.
        binds_said: Whether they are written, and not the default.
        workers: The processes; None where the server, or WEB_CONCURRENCY, decides.
        workers_by_cpus: (a, b) where there are ``a`` for each visible processor and ``b`` more.
        timeout_s: After which a silent worker is killed; 0 for never.
        env: The variables that the command gives it.
        config: The path of its configuration file; "" for none.
        config_read: Whether all of what matters in that file could be read.
        where: The place of the command.
        shell: Whether a shell has filled in its variables.
        alone: Whether it is reached as it is, and by no nginx in front of it.
        handed_over: Whether it takes the place of the shell script that starts it (``exec``).
        said_at: The places of single options that stand in the configuration file, by name.
    """

    kind: str
    where: FileSpan
    command: str
    program: str = ""
    target: str = ""
    module: str = ""
    attribute: str = ""
    folder: str = ""
    located: bool = True
    paths: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    binds_said: bool = False
    workers: int | None = None
    workers_by_cpus: tuple[int, int] | None = None
    threads: int | None = None
    worker_class: str = ""
    timeout_s: float | None = None
    keepalive_s: float | None = None
    preload: bool = False
    max_requests: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    config_read: bool = True
    arguments: tuple[str, ...] = ()
    shell: bool = True
    alone: bool = True
    handed_over: bool = True
    said_at: Mapping[str, FileSpan] = field(default_factory=dict)

    def at(self, option: str) -> FileSpan:
        """Return where an option is said; the command where it stands there, or nowhere."""
        return self.said_at.get(option, self.where)

    @property
    def asgi(self) -> bool:
        """Whether it calls ASGI apps."""
        if self.kind in ("uvicorn", "daphne", "hypercorn"):
            return True
        return self.kind == "gunicorn" and "uvicorn" in self.worker_class.lower()
