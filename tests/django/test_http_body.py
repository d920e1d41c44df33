"""Bodies: size limits, encodings and content types, before anything is decoded."""

import gzip
import io
import json
import zlib
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory, override_settings

from tests.django.conftest import Ask, error
from wherry.django.body import read_body
from wherry.errors import InputTooLarge, InvalidInput

DENSE = "/v1/models/dense:predict"
GOOD = json.dumps({"instances": [[1, 2, 3, 4]]}).encode()
LIMIT = 1000


@pytest.fixture(autouse=True)
def _small_limit(served: dict[str, Any]) -> Any:
    with override_settings(WHERRY={**served, "MAX_BODY_BYTES": LIMIT}):
        yield


class Endless(io.RawIOBase):
    """A body that never ends, and counts what was read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "a body of unknown length must be read in bounded pieces"
        self.read_bytes += size
        return b" " * size


def test_a_body_at_the_limit_is_read_and_one_over_it_is_not(ask: Ask) -> None:
    """413 begins with the first byte too many."""
    assert ask(DENSE, GOOD.ljust(LIMIT)).status_code == 200
    response = ask(DENSE, GOOD.ljust(LIMIT + 1))
    assert response.status_code == 413
    assert str(LIMIT) in error(response)


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    """The length alone refuses it."""
    stream = Endless()
    request = WSGIRequest({**_environ(stream), "CONTENT_LENGTH": "1000000000000"})
    with pytest.raises(InputTooLarge):
        read_body(request, LIMIT)
    assert stream.read_bytes == 0


def test_a_chunked_body_is_read_to_the_limit_and_no_further() -> None:
    """A body that tells no length is cut off as soon as it is too large."""
    stream = Endless()
    request = WSGIRequest({**_environ(stream), "wsgi.input_terminated": True})
    with pytest.raises(InputTooLarge):
        read_body(request, LIMIT)
    assert stream.read_bytes <= LIMIT + 1
    whole = WSGIRequest({**_environ(io.BytesIO(GOOD)), "wsgi.input_terminated": True})
    assert read_body(whole, LIMIT) == GOOD


def test_a_chunked_body_that_the_server_does_not_pass_on_is_refused() -> None:
    """Django's runserver loses it; that is said, instead of calling the body empty."""
    request = WSGIRequest({**_environ(Endless()), "HTTP_TRANSFER_ENCODING": "chunked"})
    with pytest.raises(InvalidInput, match="Content-Length"):
        read_body(request, LIMIT)
    assert read_body(WSGIRequest(_environ(Endless())), LIMIT) == b""


def test_a_body_shorter_than_announced_is_refused() -> None:
    """A truncated body is never taken for a whole one."""
    request = WSGIRequest({**_environ(io.BytesIO(GOOD)), "CONTENT_LENGTH": "999"})
    with pytest.raises(InvalidInput, match="ended after"):
        read_body(request, LIMIT)


@pytest.mark.parametrize("length", ["x", "-5", "1.0"])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    """Servers refuse these themselves; one that does not changes nothing."""
    request = WSGIRequest({**_environ(io.BytesIO(GOOD)), "CONTENT_LENGTH": length})
    with pytest.raises(InvalidInput):
        read_body(request, LIMIT)


def test_djangos_own_limit_does_not_apply(ask: Ask) -> None:
    """Tensors are larger than forms."""
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10):
        assert ask(DENSE, GOOD).status_code == 200


def test_a_body_that_a_middleware_has_read_is_still_there() -> None:
    """Reading request.body first takes nothing away."""
    request = RequestFactory().post(DENSE, GOOD, content_type="application/json")
    assert request.body == GOOD
    assert read_body(request, LIMIT) == GOOD


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(GOOD)),
        ("GZIP", gzip.compress(GOOD)),
        ("x-gzip", gzip.compress(GOOD)),
        ("deflate", zlib.compress(GOOD)),
        ("deflate", zlib.compress(GOOD, wbits=-15)),
        ("identity", GOOD),
    ],
)
def test_packed_bodies_are_unpacked(ask: Ask, encoding: str, body: bytes) -> None:
    """gzip, and deflate with its header or without."""
    response = ask(DENSE, body, **{"Content-Encoding": encoding})
    assert response.status_code == 200
    assert response.content == ask(DENSE, GOOD).content


@pytest.mark.parametrize("size", [LIMIT + 1, 50_000_000])
@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_bomb_is_unpacked_no_further_than_the_limit(ask: Ask, pack: Any, size: int) -> None:
    """Fifty megabytes in fifty kilobytes are too large, and so is one byte too many."""
    bomb = pack(b" " * size)
    with override_settings(WHERRY={**settings.WHERRY, "MAX_BODY_BYTES": max(LIMIT, len(bomb))}):
        encoding = "gzip" if pack is gzip.compress else "deflate"
        response = ask(DENSE, bomb, **{"Content-Encoding": encoding})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("br", GOOD, 415),
        ("gzip, gzip", GOOD, 415),
        ("gzip", GOOD, 400),
        ("gzip", gzip.compress(GOOD)[:-4], 400),
        ("gzip", gzip.compress(GOOD)[:12], 400),
        ("gzip", gzip.compress(GOOD) + b"trailing", 400),
        ("gzip", gzip.compress(GOOD)[:-8] + bytes(8), 400),
        ("deflate", b"\x78", 400),
        ("deflate", GOOD, 400),
    ],
)
def test_bodies_that_do_not_unpack_are_refused(
    ask: Ask, encoding: str, body: bytes, status: int
) -> None:
    """Unknown encodings are 415; damage, truncation and additions are 400."""
    response = ask(DENSE, body, **{"Content-Encoding": encoding})
    assert response.status_code == status
    assert error(response)


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON", ""]
)
def test_json_is_taken_by_its_type_or_by_none(client: Client, content_type: str) -> None:
    """No content type is taken for JSON."""
    response = client.generic("POST", DENSE, GOOD, content_type=content_type)
    assert response.status_code == 200


TYPES = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/msgpack",
    "image/png",
    "audio/wav",
    "x" * 5000,
]


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        (DENSE, "application/octet-stream"),
        *((path, kind) for path in (DENSE, "/v2/models/dense/infer") for kind in TYPES),
    ],
)
def test_other_types_are_refused_with_what_is_taken(ask: Ask, path: str, content_type: str) -> None:
    """415 with the type to send."""
    response = ask(path, GOOD, content_type=content_type)
    assert response.status_code == 415
    assert "application/json" in error(response)


def test_an_image_is_refused_with_how_to_take_images(ask: Ask) -> None:
    """The sentence names the option."""
    assert "PREPROCESS" in error(ask(DENSE, b"\x89PNG", content_type="image/png"))


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_answers_are_packed_for_those_who_want_nothing_else(ask: Ask, encoding: str) -> None:
    """As tritonclient asks; a browser's usual list is answered plainly."""
    body = {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}]}
    plain = ask("/v2/models/dense/infer", body, **{"Accept-Encoding": "gzip, deflate, br"})
    assert "Content-Encoding" not in plain
    packed = ask("/v2/models/dense/infer", body, **{"Accept-Encoding": encoding})
    assert packed["Content-Encoding"] == encoding
    unpack = gzip.decompress if encoding == "gzip" else zlib.decompress
    assert unpack(packed.content) == plain.content


def _environ(stream: Any) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": DENSE,
        "CONTENT_TYPE": "application/json",
        "wsgi.input": stream,
    }
