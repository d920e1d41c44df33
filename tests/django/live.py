"""A real server process with the test models, for what only a socket can show."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SETTINGS = """
from tests.project.settings import *
WHERRY = {{
    "MODELS": {{name: {{"PATH": path, "THREADS": 1}} for name, path in {models!r}.items()}},
    "MAX_BODY_BYTES": {max_body_bytes},
}}
"""
WSGI = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "live_settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
MAX_BODY_BYTES = 200_000
STARTS_WITHIN_S = 60
ANSWERS_WITHIN_S = 30
REPOSITORY = Path(__file__).parents[2]


class Server:
    """A running server."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self.process = process

    def connect(self) -> socket.socket:
        """Return a bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=ANSWERS_WITHIN_S)

    def request(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send a request on a connection of its own and return status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWERS_WITHIN_S)
        try:
            connection.request(method, path, body, headers or {})  # type: ignore[arg-type]
            with connection.getresponse() as response:
                return response.status, response.read()
        finally:
            connection.close()

    def anonymous_bytes(self) -> int:
        """Return the anonymous memory of the server's processes together."""
        pids, found = [self.process.pid], 0
        for pid in pids:
            for thread in Path(f"/proc/{pid}/task").iterdir():
                pids += map(int, (thread / "children").read_text().split())
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    found += int(line.split()[1]) * 1024
        return found


@contextmanager
def serve(models: dict[str, Path], folder: Path) -> Iterator[Server]:
    """Run ``wherry serve`` with one process and four threads until the block ends."""
    paths = {name: str(path) for name, path in models.items()}
    settings = SETTINGS.format(models=paths, max_body_bytes=MAX_BODY_BYTES)
    (folder / "live_settings.py").write_text(settings)
    (folder / "live_wsgi.py").write_text(WSGI)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "wherry.cli", "serve", "live_wsgi:application"),
            *("--host", "127.0.0.1", "--port", str(port), "--processes", "1", "--threads", "4"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{REPOSITORY}"},
        stdout=log,
        stderr=log,
    )
    server = Server(port, process)
    try:
        _wait_until_ready(server, folder / "log")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(ANSWERS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _wait_until_ready(server: Server, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            if server.request("GET", "/v2/health/ready")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    message = f"The server did not become ready:\n{log.read_text()}"
    raise AssertionError(message)
