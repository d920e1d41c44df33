"""Requests that a user gives: lines, JSON lines, HAR, and what is wrong with them."""

import json
from pathlib import Path
from typing import Any

import pytest

from wherry.errors import InvalidInput
from wherry.rehearse.traffic.planned import PlannedRequest
from wherry.rehearse.traffic.reading import read_requests


def _read(tmp_path: Path, text: str, name: str = "requests.txt") -> tuple[PlannedRequest, ...]:
    (tmp_path / name).write_text(text)
    return read_requests(tmp_path / name).requests


def test_a_list(tmp_path: Path) -> None:
    requests = _read(
        tmp_path,
        "# what visitors do\n\nGET /\n  post /form?a=1  \n/bare\n"
        "GET https://example.com/a/b?c=d#e\nGET /straße\n",
    )
    assert [(one.method, one.path) for one in requests] == [
        ("GET", "/"),
        ("POST", "/form?a=1"),
        ("GET", "/bare"),
        ("GET", "/a/b?c=d"),
        ("GET", "/stra%C3%9Fe"),
    ]
    assert [one.source for one in requests][:2] == ["requests.txt:3", "requests.txt:4"]
    assert requests[1].name == "POST /form"


def test_json_lines(tmp_path: Path) -> None:
    (tmp_path / "image.bin").write_bytes(b"\x00\xff")
    lines = [
        {"path": "/a"},
        {"method": "put", "path": "/b", "body": "text", "headers": {"X-Key": "k", "Host": "x"}},
        {"path": "/c", "json": {"inputs": [1, 2]}},
        {"path": "/d", "body_file": "image.bin", "headers": {"Content-Type": "image/png"}},
    ]
    requests = _read(tmp_path, "".join(f"{json.dumps(line)}\n" for line in lines))
    assert requests[0].method == "GET"
    assert requests[1].headers == (("X-Key", "k"),)
    assert requests[1].body == b"text"
    assert requests[2].method == "POST"
    assert requests[2].headers == (("Content-Type", "application/json"),)
    assert json.loads(requests[2].body) == {"inputs": [1, 2]}
    assert requests[3].body == b"\x00\xff"
    assert requests[3].headers == (("Content-Type", "image/png"),)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("GET", "no method with a path"),
        ("GET a b", "no method with a path"),
        ("GET relative", "does not begin with a slash"),
        ("G(T /", "is no method"),
        ("CONNECT /", "takes no CONNECT"),
        ("{nonsense", "no JSON"),
        ('{"path": "/", "verb": "GET"}', "'verb' means nothing here"),
        ('{"method": "GET"}', "has no path"),
        ('{"path": "/", "body": "a", "json": 1}', "exclude each other"),
        ('{"path": "/", "body": 1}', "'body' is no text"),
        ('{"path": "/", "body_file": "missing.bin"}', "cannot be read"),
        ('{"path": "/", "headers": []}', "'headers' is no object"),
        ('{"path": "/", "headers": {"A b": "c"}}', "is no header"),
        ('{"path": "/", "headers": {"A": "b\\r\\nC: d"}}', "is no header"),
        ('{"path": "/a b"}', "has a space or a control character"),
        ('{"path": "/a\\r\\nX: y"}', "has a space or a control character"),
        ("[" * 100_000, "no method with a path"),
        ('{"a":' * 100_000, "no JSON"),
    ],
)
def test_what_is_no_request(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=r"requests.txt:2: ") as raised:
        _read(tmp_path, f"GET /\n{line}\n")
    assert told in str(raised.value)
    assert str(raised.value).endswith("body, json or body_file.")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_requests(tmp_path / "missing")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(InvalidInput, match="no text in UTF-8"):
        read_requests(tmp_path / "bytes")
    with pytest.raises(InvalidInput, match="holds no request"):
        _read(tmp_path, "# nothing\n")
    with pytest.raises(InvalidInput, match="more than 10000 requests"):
        _read(tmp_path, "GET /\n" * 10_001)


def test_bodies_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wherry.rehearse.traffic.reading._MOST_FILE_BYTES", 1000)
    (tmp_path / "large.bin").write_bytes(bytes(300))
    line = '{"path": "/", "body_file": "large.bin"}\n'
    assert len(_read(tmp_path, line * 3)) == 3
    with pytest.raises(InvalidInput, match="come to more than 1000 bytes"):
        _read(tmp_path, line * 4)
    with pytest.raises(InvalidInput, match="is larger than 1000 bytes"):
        _read(tmp_path, "GET /\n" * 300)


def _entry(url: str, **request: Any) -> dict[str, Any]:
    return {"request": {"method": "GET", "url": url, "headers": [], **request}}


def test_a_har(tmp_path: Path) -> None:
    headers = [
        {"name": ":authority", "value": "app.example"},
        {"name": "Cookie", "value": "sessionid=1"},
        {"name": "Accept", "value": "text/html"},
    ]
    entries = [
        _entry("https://app.example/?q=1", headers=headers),
        _entry("https://cdn.example/a.js"),
        _entry("https://app.example/api", method="POST", postData={"text": "{}"}),
        _entry("https://app.example/up", postData={"text": "AP8=", "encoding": "base64"}),
        _entry("https://app.example/broken", postData={"text": "!", "encoding": "base64"}),
    ]
    path = tmp_path / "site.har"
    path.write_text("\ufeff" + json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    plan = read_requests(path, "app.local")
    assert plan.host == "app.local"
    assert plan.source == "site.har"
    assert [(one.method, one.path, one.body) for one in plan.requests] == [
        ("GET", "/?q=1", b""),
        ("POST", "/api", b"{}"),
        ("GET", "/up", b"\x00\xff"),
    ]
    assert plan.requests[0].headers == (("Accept", "text/html"),)
    assert [(one.what, one.reason) for one in plan.skipped] == [
        ("site.har, entry 2", "it goes to another host than app.example"),
        ("site.har, entry 5", "it cannot be sent: its body is no base64"),
    ]


@pytest.mark.parametrize("text", ['{"log": {"entries": 1}}', '{"entries": [{}]}', '{"entries"'])
def test_what_is_no_har(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match="is no HAR"):
        _read(tmp_path, text, "site.har")
