"""The demo site: its modules importable, and one real server for all that ask over HTTP."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests import pitch
from wherry.serving.packing import pack

DEMO = Path(__file__).parents[2] / "examples" / "demo"
sys.path.insert(0, str(DEMO))

READY_WITHIN_S = 60.0


@dataclass(frozen=True)
class Answer:
    """What the site answered."""

    status: int
    content: bytes
    content_type: str

    @property
    def value(self) -> Any:
        """The JSON that the content is."""
        return json.loads(self.content)


@dataclass(frozen=True)
class Site:
    """The demo site, served by ``wherry serve``."""

    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: bytes, content_type: str) -> Answer:
        """Send a body."""
        return self._ask("POST", path, body, {"Content-Type": content_type})

    def announce(self, path: str, length: int) -> Answer:
        """Announce a body and send none."""
        return self._ask("POST", path, None, {"Content-Length": str(length)})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = HTTPConnection("localhost", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read(), response.headers["Content-Type"])
        finally:
            connection.close()


@pytest.fixture(scope="session")
def notes_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Basic Pitch as scripts/demo makes it: a bundle of its ONNX file."""
    return pack(pitch.ONNX, tmp_path_factory.mktemp("models") / "notes").path


@pytest.fixture(scope="session")
def site(notes_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo site, ready."""
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    } | {"NOTES_MODEL": str(notes_model)}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=DEMO,
        env=environment,
        check=True,
        timeout=60,
    )
    log = tmp_path_factory.mktemp("site") / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [Path(sys.executable).with_name("wherry"), "serve", "demo.wsgi", "--port", "0"],
            cwd=DEMO,
            env=environment | {"PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _wait(server, log)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _wait(server: "subprocess.Popen[bytes]", log: Path) -> Site:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        _, _, after = log.read_text().partition("listening on http://")
        port = after.partition(";")[0].rpartition(":")[2]
        if port:
            site = Site(int(port))
            try:
                if site.get("/v2/health/ready").status == 200:
                    return site
            except OSError:
                pass
        time.sleep(0.05)
    raise AssertionError(f"The demo site did not become ready:\n{log.read_text()}")
