"""Against a small index on this machine, over real HTTP."""

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from wherry.dependencies import connections
from wherry.dependencies.fetch import Unreachable, fetch
from wherry.dependencies.index import Index, configured

_WHEEL = "demo-1.0-py3-none-any.whl"
_METADATA = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: six\n"
_PAGE = {
    "files": [
        {"filename": _WHEEL, "url": f"/files/{_WHEEL}", "requires-python": ">=3.8", "size": 5},
        {"filename": "demo-2.0.tar.gz", "url": "/files/demo-2.0.tar.gz", "yanked": "broken"},
        {"filename": "demo-1.5-cp312-cp312-win_amd64.whl", "url": "/files/x"},
        {"filename": "demo-1.0.exe", "url": "/files/y"},
    ]
}
_LINKS = '<a href="../../files/page-1.0.tar.gz#sha256=1" data-requires-python="&gt;=3.9">p</a>'


def _wheel() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("demo/data.bin", "x" * 200_000)
        archive.writestr("demo-1.0.dist-info/METADATA", _METADATA)
    return target.getvalue()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []
    apart = True

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, kind, body = self._answer()
        if status == 200 and (part := self.headers.get("Range")):
            whole = len(body)
            first, _, last = part.removeprefix("bytes=").partition("-")
            start = int(first) if first else max(0, whole - int(last))
            body = body[start : int(last) + 1 if first and last else whole]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{start + len(body) - 1}/{whole}")
        else:
            self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> tuple[int, str, bytes]:
        json_kind = "application/vnd.pypi.simple.v1+json"
        answers = {
            "/simple/demo/": (json_kind, json.dumps(_PAGE).encode()),
            "/simple/page/": ("text/html", _LINKS.encode()),
            "/simple/broken/": (json_kind, b"{"),
            f"/files/{_WHEEL}": ("application/zip", _wheel()),
        }
        if self.apart:
            answers[f"/files/{_WHEEL}.metadata"] = ("text/plain", _METADATA.encode())
        if self.path == "/simple/failing/":
            return 503, "text/plain", b"busy"
        kind, body = answers.get(self.path, ("text/plain", b"nothing"))
        return (200 if self.path in answers else 404), kind, body

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002
        return


@pytest.fixture
def server() -> Iterator[str]:
    _Handler.asked.clear()
    _Handler.apart = True
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    connections.close()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def index(server: str, tmp_path: Path) -> Index:
    return Index(urls=(f"{server}/simple",), folder=tmp_path)


def test_a_page_is_read(index: Index) -> None:
    found = index.page("demo")
    assert found is not None
    assert [release.text for release in found.releases] == ["1.0", "1.5", "2.0"]
    first, windows, last = found.releases
    assert first.wheel((3, 12)) is not None
    assert first.wheel((3, 7)) is None
    assert windows.elsewhere == {"windows"}
    assert last.yanked


def test_an_old_index_answers_with_links(index: Index, server: str) -> None:
    found = index.page("page")
    assert found is not None
    source = found.releases[0].sdist
    assert source is not None
    assert source.url == f"{server}/files/page-1.0.tar.gz#sha256=1"
    assert source.requires_python == ">=3.9"


def test_there_is_no_such_package(index: Index) -> None:
    assert index.pages(["nothing", "demo"])["nothing"] is None


def test_it_is_asked_once_in_ten_minutes(index: Index) -> None:
    index.page("demo")
    index.page("demo")
    assert _Handler.asked.count("/simple/demo/") == 1
    later = Index(index.urls, index.folder, now=index.now + 601)
    later.page("demo")
    assert _Handler.asked.count("/simple/demo/") == 2


def test_metadata_is_asked_for_once_and_kept(index: Index) -> None:
    found = index.page("demo")
    assert found is not None
    file = found.releases[0].wheels[0]
    for _ in range(2):
        assert index.metadata([file])[_WHEEL].requires == ("six",)
    assert _Handler.asked.count(f"/files/{_WHEEL}.metadata") == 1


def test_metadata_is_taken_out_of_the_wheel_where_it_is_not_apart(index: Index) -> None:
    _Handler.apart = False
    found = index.page("demo")
    assert found is not None
    assert index.metadata([found.releases[0].wheels[0]])[_WHEEL].requires == ("six",)


@pytest.mark.parametrize("name", ["broken", "failing"])
def test_an_index_that_fails_is_not_taken_for_an_empty_one(index: Index, name: str) -> None:
    with pytest.raises(Unreachable):
        index.page(name)


def test_a_second_index_that_fails_is_passed_over(server: str, tmp_path: Path) -> None:
    both = Index((f"{server}/other-failing/failing", f"{server}/simple"), tmp_path)
    assert both.page("demo") is not None
    lost = Index(("http://127.0.0.1:9/simple", f"{server}/simple"), None)
    assert lost.page("demo") is not None
    assert lost.unreached == {"http://127.0.0.1:9/simple"}


def test_an_answer_has_a_limit(server: str) -> None:
    with pytest.raises(Unreachable, match="larger than"):
        fetch(f"{server}/files/{_WHEEL}", largest_bytes=1000)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.test/", "nothing"])
def test_only_the_web_is_asked(url: str) -> None:
    with pytest.raises(Unreachable, match="no web address"):
        fetch(url)


def test_a_damaged_cache_is_no_answer(index: Index, tmp_path: Path) -> None:
    index.page("demo")
    for path in tmp_path.rglob("*.json"):
        path.write_text("{")
    assert index.page("demo") is not None


def test_the_users_settings_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.test/simple/")
    assert configured() == ("https://mirror.test/simple",)
    monkeypatch.setenv("UV_INDEX", "ours=https://ours.test/simple")
    assert configured() == ("https://ours.test/simple", "https://mirror.test/simple")
