"""A Django site in a folder of its own, and real server processes that serve it."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self

REPOSITORY = Path(__file__).parents[2]
DENSE = REPOSITORY / "tests" / "fixtures" / "tflite" / "dense.tflite"
WHERRY = [sys.executable, "-m", "wherry.cli", "serve"]

NOT_INHERITED = {
    "PORT",
    "WEB_CONCURRENCY",
    "DYNO",
    "DJANGO_SETTINGS_MODULE",
    "PYTHONDONTWRITEBYTECODE",
}
# Dozens of servers are started: what one has compiled the next need not.
BYTECODE = TemporaryDirectory(prefix="wherry-tests-")

SETTINGS = """
from pathlib import Path
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["wherry.django"]
ROOT_URLCONF = "project.urls"
SILENCED_SYSTEM_CHECKS = ["wherry.W002"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
WHERRY = {"MODELS": {"dense": %r}}
"""
URLS = """
import os, sys, threading, time
from django.http import HttpResponse, JsonResponse
from django.urls import include, path
from wherry.django import get_model


def slow(request):
    time.sleep(float(request.GET["s"]))
    return HttpResponse("slow")


def state(request):
    return JsonResponse({
        "pid": os.getpid(),
        "modules": sorted(sys.modules),
        "model": get_model("dense").state,
        "threads": threading.active_count(),
    })


def length(request):
    return HttpResponse(str(len(request.body)))


def address(request):
    return HttpResponse(request.META["REMOTE_ADDR"])


def predict(request):
    return HttpResponse(repr(get_model("dense").predict([[1.0] * 16])["probabilities"].tolist()))


def fail(request):
    raise ValueError("a mistake of the site")


urlpatterns = [
    path("slow", slow),
    path("state", state),
    path("length", length),
    path("address", address),
    path("predict", predict),
    path("fail", fail),
    path("", include("wherry.django.urls")),
]
"""
WSGI = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
MANAGE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


def make_site(folder: Path, **files: str) -> Path:
    """Write a project; ``files`` replaces modules of the package ``project`` by name."""
    package = folder / "project"
    package.mkdir(parents=True)
    modules = {"__init__": "", "settings": SETTINGS % str(DENSE), "urls": URLS, "wsgi": WSGI}
    for name, text in {**modules, **files}.items():
        (package / f"{name}.py").write_text(text)
    (folder / "manage.py").write_text(MANAGE)
    return folder


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """A server process, its log, and its address once it has said it."""

    def __init__(self, command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> None:
        inherited = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={
                **inherited,
                "PYTHONPATH": str(REPOSITORY / "src"),
                "PYTHONPYCACHEPREFIX": BYTECODE.name,
                **environ,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self.lines.append(line.rstrip("\n"))

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, pattern: str, *, times: int = 1, within_s: float = 30) -> re.Match[str]:
        """Wait until the log has matched so often; return the last match."""

        def found() -> re.Match[str] | None:
            matches = list(re.finditer(pattern, self.log))
            return matches[times - 1] if len(matches) >= times else None

        return until(found, within_s=within_s, what=lambda: f"{pattern!r} in:\n{self.log}")

    @property
    def port(self) -> int:
        return int(self.wait_for(r"https?://\S*?:(\d+)")[1])

    def connect(self, timeout_s: float = 30) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        connection.connect()
        return connection

    def get(self, path: str, **options: Any) -> Answer:
        return self.ask("GET", path, **options)

    def post(self, path: str, document: Any) -> Answer:
        return self.ask(
            "POST", path, json.dumps(document).encode(), {"Content-Type": "application/json"}
        )

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout_s: float = 30,
        connection: http.client.HTTPConnection | None = None,
    ) -> Answer:
        own = connection or self.connect(timeout_s)
        try:
            own.request(method, path, body, dict(headers or {}))
            with own.getresponse() as response:
                return Answer(response.status, response.read(), dict(response.getheaders()))
        finally:
            if connection is None:
                own.close()

    def raw(self, data: bytes) -> socket.socket:
        """Send bytes as they are and leave the connection open."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        try:
            connection.sendall(data)
        except BaseException:
            connection.close()
            raise
        return connection

    def workers(self) -> list[int]:
        """Return the processes below this one."""
        found: list[int] = []
        for listing in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            found += map(int, listing.read_text().split())
        return found

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, within_s: float = 30) -> int:
        """Wait for the end; return the exit code."""
        code = self.process.wait(within_s)
        self._reader.join(5)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self._reader.join(5)


def wherry_serve(folder: Path, *arguments: str, **environ: str) -> Server:
    """Start ``wherry serve project.wsgi`` on a free port."""
    return Server([*WHERRY, "project.wsgi", "--port", "0", *arguments], folder, environ)


def until[T](
    ask: Callable[[], T | None], *, within_s: float = 30, what: Callable[[], str] = lambda: "it"
) -> T:
    """Ask until there is an answer that counts; fail when there is none in time."""
    deadline = time.monotonic() + within_s
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {within_s} s: {what()}"
        time.sleep(0.01)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def in_thread(work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """Run something meanwhile; yields a function that waits for and returns its result."""
    result: list[Any] = []

    def run() -> None:
        try:
            result.append(work())
        except Exception as error:
            result.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def outcome() -> Any:
        thread.join(60)
        return result[0]

    yield outcome
    thread.join(60)
