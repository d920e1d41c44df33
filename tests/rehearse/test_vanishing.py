"""What a restart undoes, and which request caused it."""

import pytest

from wherry.rehearse.events import FileWritten, RequestServed
from wherry.rehearse.record import Record
from wherry.rehearse.rehearsal import Vanished
from wherry.rehearse.vanishing import vanished

AT = 1000.0
SQLITE = b"SQLite format 3\0"


def lost(path: str, at: float = 10.0, *, kind: str = "new", head: bytes = b"x") -> Vanished | None:
    """Return what is told of one file, beside a POST at 9.5 to 10.5 and a GET at 9.8 to 10.2."""
    record = Record()
    record(RequestServed(AT + 10.5, "POST", "/send/", 302, 1.0, dyno="web.1"))
    record(RequestServed(AT + 10.2, "GET", "/page/?q=1", 200, 0.4, dyno="web.1"))
    record(RequestServed(AT + 30.0, "GET", "/alone/", 200, 0.4, dyno="web.1"))
    record(FileWritten(AT + at, "web.1", path, 100, kind))
    found = vanished(record, AT, lambda *_: head)
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("path", "head", "what"),
    [
        ("db.sqlite3", SQLITE, "SQLite database"),
        ("data/store", SQLITE, "SQLite database"),
        ("db.sqlite3", b"", "SQLite database"),
        ("notes.db", b"something else", "file"),
        ("media/mole.jpg", b"x", "upload"),
        ("mole.jpg", b"x", "upload"),
        ("uploads/anything", b"x", "upload"),
        ("weights/new.h5", b"x", "model"),
        ("app.log", b"x", "log"),
        (".keras/keras.json", b"x", "cache"),
        (".matplotlib/fontlist.json", b"x", "cache"),
        ("cache/a.json", b"x", "cache"),
        ("counter", b"x", "file"),
    ],
)
def test_what_it_is(path: str, head: bytes, what: str) -> None:
    found = lost(path, head=head)
    assert found is not None
    assert found.what == what
    assert found.since_s == pytest.approx(10.0)


def test_what_a_page_writes_is_no_upload() -> None:
    found = lost("chart.png", at=29.9)
    assert found is not None
    assert (found.request, found.what) == ("GET /alone/", "file")


@pytest.mark.parametrize(
    ("at", "request_"),
    [
        (10.0, "POST /send/"),  # of two that ran, the one that sends something
        (10.4, "POST /send/"),
        (10.6, "POST /send/"),  # just after the answer
        (29.8, "GET /alone/"),
        (20.0, ""),
        (1.0, ""),
        (40.0, ""),
    ],
)
def test_who_caused_it(at: float, request_: str) -> None:
    found = lost("counter", at=at)
    assert found is not None
    assert found.request == request_


@pytest.mark.parametrize(
    "path",
    [
        "site/__pycache__/urls.cpython-313.pyc",
        "a.pyc",
        "gunicorn.pid",
        "app.sock",
        ".heroku/python/lib/x.py",
        ".cache/pip/x",
        "db.sqlite3-journal",
    ],
)
def test_what_nobody_misses(path: str) -> None:
    assert lost(path) is None


def test_requests_come_first() -> None:
    record = Record()
    record(RequestServed(AT + 1, "POST", "/", 200, 1.0, dyno="web.1"))
    record(FileWritten(AT + 50, "web.1", "big", 10**6))
    record(FileWritten(AT + 0.5, "web.1", "small", 1))
    record(FileWritten(AT + 0.5, "web.1", "small", 2, "changed"))
    assert [file.path for file in vanished(record, AT, lambda *_: b"x")] == ["small", "big"]
