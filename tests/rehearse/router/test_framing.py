"""Where bodies end, whatever pieces they come in."""

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wherry.rehearse.router.framing import (
    LAST_CHUNK,
    BadChunk,
    Body,
    Chunked,
    Length,
    UntilClose,
    chunk,
)


def _fed(body: Body, pieces: Iterable[bytes]) -> tuple[bytes, bytes]:
    """Return what a body carried, and what was behind it."""
    payload, behind = b"", b""
    for piece in pieces:
        if body.done:
            behind += piece
            continue
        count, carried = body.take(piece)
        payload += carried
        behind += piece[count:]
    return payload, behind


def _cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


_CUTS = st.lists(st.integers(0, 10_000), max_size=8)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=5), st.binary(max_size=20), _CUTS)
def test_chunks(parts: list[bytes], behind: bytes, cuts: list[int]) -> None:
    message = b"".join(map(chunk, parts)) + LAST_CHUNK + behind
    body = Chunked()
    assert _fed(body, _cut(message, cuts)) == (b"".join(parts), behind)
    assert body.done


@given(st.binary(max_size=100), st.binary(max_size=20), _CUTS)
def test_a_length(content: bytes, behind: bytes, cuts: list[int]) -> None:
    body = Length(len(content))
    assert _fed(body, _cut(content + behind, cuts)) == (content, behind)
    assert body.done


@given(st.binary(max_size=200))
def test_any_bytes_end_or_are_refused(data: bytes) -> None:
    """And nothing is taken for more than it is."""
    body = Chunked()
    try:
        count, payload = body.take(data)
    except BadChunk:
        return
    assert len(payload) <= count <= len(data)


@pytest.mark.parametrize(
    "message",
    [
        b"3 \t\r\nabc\r\n0\r\n\r\n",
        b"3;a=b;c\r\nabc\r\n0\r\n\r\n",
        b"0003\r\nabc\r\n0\r\nTrailer: a\r\nOther: b\r\n\r\n",
    ],
)
def test_what_chunks_may_have(message: bytes) -> None:
    body = Chunked()
    assert _fed(body, [message]) == (b"abc", b"")
    assert body.done


@pytest.mark.parametrize(
    "message",
    [
        b"g\r\n",
        b"\r\n",
        b"-1\r\n",
        b"0x3\r\nabc\r\n",
        b"3\nabc\r\n",
        b"3\r\nabcd\r\n",
        b"3\r\nab\r\n\r\n",
        b"3\r\nabc\n0\r\n\r\n",
        b"11111111111111111\r\n",
        b"0\r\nno trailer\r\n\r\n",
        b"0\r\n" + b"A: b\r\n" * 101,
        b"3;" + b"x" * 9000,
    ],
)
def test_what_chunks_may_not_have(message: bytes) -> None:
    with pytest.raises(BadChunk):
        _fed(Chunked(), [message[place : place + 1] for place in range(len(message))])


def test_until_the_connection_closes() -> None:
    body = UntilClose()
    assert _fed(body, [b"ab", b"c"]) == (b"abc", b"")
    assert not body.done
