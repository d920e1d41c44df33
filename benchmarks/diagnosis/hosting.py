"""Collects a repaired project's static files, starts it as its host would, and asks it once."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import socket
from typing import Final

from benchmarks.diagnosis.commands import complaint, run
from benchmarks.diagnosis.installing import Environment
from benchmarks.serving.processes import free_port
from wherry.project.project import Project
from wherry.project.server import Server

_COLLECT_S: Final = 300
# A loaded machine that imports TensorFlow; it is not the host's limit that is looked at here.
_BOOT_S: Final = 300
_STOP_S: Final = 15
_POLL_S: Final = 0.1
# What is below it was answered by the app as it meant to; 400 is a host name that is refused.
_REFUSED: Final = 400


class NotServed(Exception):
    """The app did not start, or did not answer; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The first request as the host's router hands it on."""

    path: str
    host: str


def collect(home: Path, environment: Environment, variables: Mapping[str, str], log: Path) -> str:
    """Return what became of collectstatic: ``yes``, ``-`` where there is none, or what it said."""
    if not (home / "manage.py").is_file() or variables.get("DISABLE_COLLECTSTATIC"):
        return "-"
    command = (environment.bin / "python", "manage.py", "collectstatic", "--noinput")
    done = run(command, folder=home, variables=variables, log=log, timeout_s=_COLLECT_S)
    if "Unknown command: 'collectstatic'" in done.said:
        return "-"
    return done.complaint if done.status else "yes"


def first_status(
    project: Project, platform: str, asked: Asked, variables: Mapping[str, str], log: Path
) -> int:
    """Start the project's web command and return the status of the first answer.

    Raises:
        NotServed: there is no such command, it ended, or nobody answered in time.
    """
    server = project.server(platform)
    if server is None:
        raise NotServed("nothing says how the web process is started")
    port, told = _port(project, platform)
    if _is_taken(port):
        raise NotServed(f"something else listens on port {port} of this machine")
    said = log.with_suffix(".server.txt")
    command = _command(project, server)
    folder = project.root / server.folder
    with _started(command, folder, {**server.env, **told, **variables}, said) as process:
        deadline = time.monotonic() + _BOOT_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise NotServed(complaint(said.read_text(errors="replace")))
            with suppress(ConnectionError):
                return _ask(port, asked, deadline - time.monotonic())
            time.sleep(_POLL_S)
    raise NotServed(f"nobody listened on port {port} within {_BOOT_S} s")


def refused(status: int) -> bool:
    """Whether a status says that the first request failed."""
    return status >= _REFUSED


def _port(project: Project, platform: str) -> tuple[int, Mapping[str, str]]:
    """Return where the host's router asks, and the variable that tells the app of it."""
    ports = [service.port for service in project.services if service.host == platform]
    if platform == "fly" and ports and ports[0] is not None:
        # It tells the app nothing: both sides must name the same port.
        return ports[0], {}
    port = free_port()
    return port, {"PORT": str(port)}


def _is_taken(port: int) -> bool:
    with socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _command(project: Project, server: Server) -> tuple[str, ...]:
    """Return what the host runs, word for word."""
    image = project.dockerfile
    if image is None or server.where.path != image.path:
        return ("bash", "-c", server.command)
    steps = {step.name: step for step in image.last_stage}
    words: list[str] = []
    for step in (steps.get("ENTRYPOINT"), steps.get("CMD")):
        if step is not None:
            words += step.words or ("/bin/sh", "-c", step.text)
    return tuple(words)


@contextmanager
def _started(
    command: Sequence[str], folder: Path, variables: Mapping[str, str], said: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with said.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        # The group holds the workers too, which the shell would leave behind.
        for kind in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, kind)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_S)


def _ask(port: int, asked: Asked, timeout_s: float) -> int:
    """Send the request; a redirection to itself, which never ends, counts as its failure."""
    connection = HTTPConnection("127.0.0.1", port, timeout=max(timeout_s, 1))
    headers = {"Host": asked.host, "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"}
    try:
        connection.request("GET", asked.path, headers=headers)
        answer = connection.getresponse()
        answer.read()
    except HTTPException as error:
        raise NotServed(f"the answer is none: {error!r}") from None
    except TimeoutError:
        raise NotServed(f"no answer within {_BOOT_S} s") from None
    finally:
        connection.close()
    if answer.headers.get("Location") == f"https://{asked.host}{asked.path}":
        raise NotServed("it redirects to itself without end")
    return answer.status
