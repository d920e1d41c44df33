"""Bodies as Python's streams: every way to read gives the same bytes; stalls are noticed."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from wherry.django.server.bodies import (
    SMALL_BODY_BYTES,
    LargeBody,
    SmallBody,
    is_small,
    receive_bodies,
)
from wherry.django.server.slow_bodies import Incoming

TEXT = b"first\n" + b"x" * 200_000 + b"\nthird\n\nno end"
TIMEOUT_S = 20


class Granian:
    """A body as granian has it: read() for all of it, read(n) for n bytes, and no lines."""

    def __init__(self, content: bytes) -> None:
        self._content = BytesIO(content)
        self.sizes: list[int | None] = []

    def read(self, size: int | None = None) -> bytes:
        self.sizes.append(size)
        return self._content.read() if size is None else self._content.read(size)


def request() -> Incoming:
    return Incoming("127.0.0.1", 0.0)


WAYS: list[Callable[[Any], bytes]] = [
    lambda body: body.read(),
    lambda body: b"".join(iter(lambda: body.read(1000), b"")),
    lambda body: b"".join(body),
    lambda body: b"".join(body.readlines()),
    lambda body: b"".join(iter(body.readline, b"")),
    lambda body: b"".join(iter(lambda: body.readline(70), b"")),
    lambda body: body.readline() + body.read(3) + body.readline(5) + body.read(),
]


@pytest.mark.parametrize("kind", [SmallBody, LargeBody])
@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_read_gives_the_same_bytes(
    kind: Callable[[Any, Incoming], Any], way: Callable[[Any], bytes]
) -> None:
    """Lines, pieces, all at once, or one after the other."""
    assert way(kind(Granian(TEXT), request())) == TEXT


@pytest.mark.parametrize("way", WAYS)
def test_a_body_of_stated_length_gives_the_same_bytes(way: Callable[[Any], bytes]) -> None:
    """Whichever part of it is asked for first."""
    assert way(LargeBody(Granian(TEXT), request(), len(TEXT))) == TEXT


@pytest.mark.parametrize("size", [-1, len(TEXT), len(TEXT) + 1])
def test_a_body_of_stated_length_is_taken_as_a_whole(size: int) -> None:
    """Who asks for all of it spares granian a copy."""
    given = Granian(TEXT)
    body = LargeBody(given, request(), len(TEXT))
    assert body.read(size) == TEXT
    assert given.sizes == [None]
    assert body.read(10) == b""


@pytest.mark.parametrize("kind", [SmallBody, LargeBody])
def test_lines_are_those_of_a_file(kind: Callable[[Any, Incoming], Any]) -> None:
    """Empty ones and the last one without an end among them."""
    assert list(kind(Granian(TEXT), request())) == list(BytesIO(TEXT))
    assert kind(Granian(TEXT), request()).readlines(10) == BytesIO(TEXT).readlines(10)
    assert kind(Granian(TEXT), request()).readline(3) == b"fir"
    assert kind(Granian(b""), request()).readline() == b""


def test_a_large_body_is_passed_on_as_it_was_read() -> None:
    """Not collected first, and not copied: what is asked for is asked of granian."""
    given = Granian(TEXT)
    body = LargeBody(given, request())
    assert len(body.read(150_000)) == 150_000
    assert given.sizes == [150_000]
    assert body.read(0) == b""


@pytest.mark.parametrize(
    ("environ", "small"),
    [
        ({}, True),
        ({"CONTENT_LENGTH": "0"}, True),
        ({"CONTENT_LENGTH": str(SMALL_BODY_BYTES)}, True),
        ({"CONTENT_LENGTH": str(SMALL_BODY_BYTES + 1)}, False),
        ({"CONTENT_LENGTH": "many"}, False),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, False),
    ],
)
def test_a_request_says_whether_its_body_is_small(environ: dict[str, str], *, small: bool) -> None:
    """None at all is small; one of unknown size is not."""
    assert is_small(environ) is small
    seen: list[object] = []
    answer = receive_bodies(
        lambda _, scope: seen.append(scope["wsgi.input"]), 2, port=1, timeout_s=TIMEOUT_S
    )
    answer(None, {**environ, "wsgi.input": Granian(b""), "REMOTE_ADDR": "127.0.0.1"})
    assert isinstance(seen[0], SmallBody if small else LargeBody)
