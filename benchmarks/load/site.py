"""A Django site that serves one model, and ``wherry serve`` in front of it, for faults."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.load.quota import Group
from benchmarks.serving.environments import REPOSITORY

STARTS_WITHIN_S = 60
STOPS_WITHIN_S = 30
NAME = "model"

_SETTINGS = """
SECRET_KEY = "only for benchmarks"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["wherry.django"]
ROOT_URLCONF = "site_urls"
SILENCED_SYSTEM_CHECKS = ["wherry.W002"]
WHERRY = {wherry!r}
"""
_URLS = """
from django.http import HttpResponse
from django.urls import include, path
urlpatterns = [path("ok", lambda _: HttpResponse("ok")), path("", include("wherry.django.urls"))]
"""
_WSGI = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
_MANAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A running server."""

    folder: Path
    process: subprocess.Popen[bytes]
    port: int

    @property
    def log(self) -> str:
        """All that it has said."""
        return (self.folder / "log").read_text(errors="replace")

    def workers(self) -> list[int]:
        """Return its worker processes."""
        found: list[int] = []
        for listing in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            found += map(int, listing.read_text().split())
        return found

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=STARTS_WITHIN_S)
        try:
            connection.request("GET", path)
            with connection.getresponse() as response:
                return response.status, response.read()
        finally:
            connection.close()

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py wherry`` beside the server."""
        return subprocess.run(
            [sys.executable, "manage.py", "wherry", *words],
            cwd=self.folder,
            env=_environment(self.folder),
            capture_output=True,
            text=True,
            check=False,
        )


@contextlib.contextmanager
def serve(
    folder: Path, model: Mapping[str, object], group: Group, *arguments: str
) -> Iterator[Site]:
    """Serve a model under the name ``model`` until the block ends."""
    wherry: dict[str, object] = {"MODELS": {NAME: dict(model)}}
    if group.folder is None:
        wherry["MEMORY_QUOTA_BYTES"] = group.quota_bytes
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site_settings.py").write_text(_SETTINGS.format(wherry=wherry))
    (folder / "site_urls.py").write_text(_URLS)
    (folder / "site_wsgi.py").write_text(_WSGI)
    (folder / "manage.py").write_text(_MANAGE)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "wherry.cli", "serve", "site_wsgi", "--port", "0"),
                *arguments,
            ],
            cwd=folder,
            env=_environment(folder),
            stdout=log,
            stderr=log,
            preexec_fn=group.enter,
        )
    try:
        yield _ready(Site(folder, process, _port(folder / "log", process)))
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(folder: Path) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    path = os.pathsep.join((str(folder), str(REPOSITORY / "src")))
    return {**kept, "PYTHONPATH": path, "TMPDIR": str(folder)}


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"listening on \S+:(\d+)", log.read_text(errors="replace"))
        if found:
            return int(found[1])
        time.sleep(0.02)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')}")


def _ready(site: Site) -> Site:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        status, body = site.get("/v2/health/ready")
        if status == 200 and json.loads(body)["ready"]:
            return site
        time.sleep(0.05)
    raise RuntimeError(f"The server did not become ready:\n{site.log}")
