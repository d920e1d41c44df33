"""Lists of files read from the end of a wheel, over a real connection."""

import io
import re
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from wherry.estimate.wheels.contents import Kind
from wherry.estimate.wheels.ranges import RangeFile, Unreadable, remote_contents


def wheel(files: int, noise_bytes: int = 300_000) -> bytes:
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("pkg/lib.so", bytes(noise_bytes))
        for number in range(files):
            archive.writestr(f"pkg/a_module_with_a_rather_long_name_{number}.py", "x = 1\n")
    return place.getvalue()


class Index(BaseHTTPRequestHandler):
    """Serves files in ranges, or as it is told."""

    files: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[tuple[str, int]]] = []

    def do_GET(self) -> None:
        body = self.files.get(self.path)
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if body is None or wanted is None:
            self.send_error(404)
            return
        if self.path.startswith("/whole"):
            self._send(200, body, "")
            return
        start = int(wanted[1]) if wanted[1] else max(0, len(body) - int(wanted[2]))
        stop = int(wanted[2]) + 1 if wanted[1] else len(body)
        self.asked.append((self.path, stop - start))
        total = "*" if self.path.startswith("/unsaid") else str(len(body))
        self._send(206, body[start:stop], f"bytes {start}-{stop - 1}/{total}")

    def _send(self, status: int, body: bytes, span: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if span:
            self.send_header("Content-Range", span)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Index, "files", {})
    monkeypatch.setattr(Index, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_small_part_of_a_large_wheel_is_fetched(index: str) -> None:
    Index.files["/a.whl"] = wheel(20, noise_bytes=3_000_000)
    inside = remote_contents(f"{index}/a.whl")
    assert inside.of(Kind.NATIVE).raw_bytes == 3_000_000
    assert inside.of(Kind.PYTHON).count == 20
    assert sum(size for _, size in Index.asked) < 200_000


def test_a_list_longer_than_the_first_part_is_fetched_too(index: str) -> None:
    Index.files["/long.whl"] = wheel(3000)
    inside = remote_contents(f"{index}/long.whl", len(Index.files["/long.whl"]))
    assert inside.of(Kind.PYTHON).count == 3000
    assert len(Index.asked) <= 4


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/none.whl", None, "the server answers 404"),
        ("/whole.whl", wheel(1), "gives no parts"),
        ("/unsaid.whl", wheel(1), "how large"),
        ("/broken.whl", b"<html>no wheel</html>" * 100, "not a wheel"),
        ("/empty.whl", b"", "not a wheel"),
    ],
)
def test_what_cannot_be_read_is_said(index: str, path: str, body: bytes | None, said: str) -> None:
    if body is not None:
        Index.files[path] = body
    with pytest.raises(Unreadable, match=said):
        remote_contents(f"{index}{path}")


def test_another_size_than_the_index_states_is_not_believed(index: str) -> None:
    Index.files["/a.whl"] = wheel(1)
    with pytest.raises(Unreadable, match="how large"):
        remote_contents(f"{index}/a.whl", 5)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/a.whl", "relative.whl"])
def test_only_web_addresses_are_opened(url: str) -> None:
    with pytest.raises(Unreadable, match="not read in parts"):
        RangeFile(url)


def test_a_server_that_is_not_there_is_said(index: str) -> None:
    nobody = re.sub(r":\d+$", ":1", index)
    with pytest.raises(Unreadable, match="cannot be reached"):
        remote_contents(f"{nobody}/a.whl")
