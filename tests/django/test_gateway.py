"""Granian's calls as PEP 3333's, and the answers back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from wherry.django.server.gateway import answerer
from wherry.django.server.handover import Application

HEADERS = [("Content-Type", "text/plain")]


class Proto:
    """Where an answer goes; granian's has the same methods."""

    def __init__(self) -> None:
        self.given: list[tuple[str, int, list[tuple[str, str]], bytes]] = []

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.given.append(("bytes", status, headers, body))

    def response_iter(self, status: int, headers: list[tuple[str, str]], body: Any) -> None:
        pieces = []
        while True:
            try:
                pieces.append(body.__next__())
            except StopIteration:
                break
        body.close()
        self.given.append(("pieces", status, headers, b"".join(pieces)))


def ask(app: Application, **scope: str) -> tuple[str, int, list[tuple[str, str]], bytes]:
    proto = Proto()
    answerer(app)(proto, {"REMOTE_ADDR": "192.0.2.1", "PATH_INFO": "/", **scope})
    (given,) = proto.given
    return given


class Closing:
    """An iterable that remembers whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"a", b"b"])

    def close(self) -> None:
        self.closed = True


# Django looks after its connections when an answer is closed.
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "way"),
    [
        ([b"a", b"b"], "bytes"),
        ((b"a", b"b"), "pieces"),
        (iter([b"a", b"b"]), "pieces"),
        (Closing(), "pieces"),
        (HttpResponse(b"ab"), "bytes"),
        (StreamingHttpResponse([b"a", b"b"]), "pieces"),
    ],
    ids=["list", "tuple", "iterator", "closing", "response", "streaming"],
)
def test_every_kind_of_answer_arrives_whole(answer: Any, way: str) -> None:
    """With its status and headers; what can be closed is closed."""

    def app(_: dict[str, Any], start_response: Any) -> Any:
        start_response("404 Not Found", HEADERS)
        return answer

    assert ask(app) == (way, 404, HEADERS, b"ab")
    assert getattr(answer, "closed", True)


def seen(**scope: str) -> dict[str, Any]:
    environs: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environs.append(environ)
        start_response("200 OK", [])
        return [b""]

    ask(app, **scope)
    return environs[0]


def test_an_environ_has_what_pep_3333_asks_for_and_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The host's configuration variables are not in every request's META."""
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@host/db")
    environ = seen()
    assert environ["wsgi.version"] == (1, 0)
    assert {"SCRIPT_NAME", "wsgi.errors", "wsgi.multithread", "wsgi.run_once"} <= environ.keys()
    assert "DATABASE_URL" not in environ


@pytest.mark.parametrize(
    ("address", "expected"),
    [("::ffff:192.0.2.7", "192.0.2.7"), ("192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::1")],
)
def test_an_address_has_its_usual_form(address: str, expected: str) -> None:
    """IPv4 that came in through a socket of IPv6."""
    assert seen(REMOTE_ADDR=address)["REMOTE_ADDR"] == expected
