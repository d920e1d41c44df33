"""Reading protocol buffers field by field."""

from pathlib import Path

import pytest

from tests.inspection.building import message, varint
from wherry.runtimes import protobuf
from wherry.runtimes.protobuf import Malformed, fields


def read(content: bytes) -> list[tuple[int, int | bytes]]:
    found = fields(memoryview(content))
    return [(n, v if isinstance(v, int) else bytes(v)) for n, v in found]


def test_fields_of_each_kind_are_read_in_order() -> None:
    """Numbers, bytes, and the two of a fixed length."""
    fixed = varint(3 << 3 | 1) + bytes(8) + varint(4 << 3 | 5) + b"abcd"
    content = message((1, 300), (2, "text"), (2000, 0)) + fixed
    assert read(content) == [(1, 300), (2, b"text"), (2000, 0), (3, bytes(8)), (4, b"abcd")]
    assert read(b"") == []


@pytest.mark.parametrize(
    "content",
    [
        b"\x08",  # a number that is not there
        b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # a number without an end
        b"\x12\x05abc",  # fewer bytes than it says
        b"\x0b",  # a group, which nobody writes any more
        b"\x02\x00",  # no field has the number 0
        b"\x09abc",  # half of a fixed one
    ],
)
def test_what_is_no_message_is_refused(content: bytes) -> None:
    """Never another exception."""
    with pytest.raises(Malformed):
        read(content)


def test_last_field_of_a_file_cut_short_can_be_had() -> None:
    """To tell what the file was."""
    reader = fields(memoryview(message((1, 1), (2, "long text")))[:-4], cut=True)
    assert next(reader) == (1, 1)
    assert next(reader) == (2, b"long ")
    with pytest.raises(Malformed):
        next(reader)


def test_negative_numbers_texts_and_maps() -> None:
    """As the messages that describe models have them."""
    assert protobuf.integer(2**64 - 1) == -1
    assert protobuf.text(memoryview(b"\xc3\xa9")) == "\u00e9"
    key, value = protobuf.entry(memoryview(message((1, "key"), (2, "value"))))
    assert (key, bytes(value)) == ("key", b"value")
    for wrong in (lambda: protobuf.text(memoryview(b"\xff")), lambda: protobuf.message(1)):
        with pytest.raises(Malformed):
            wrong()
    with pytest.raises(Malformed):
        protobuf.integer(memoryview(b""))


def test_empty_file_is_no_message(tmp_path: Path) -> None:
    """It cannot be mapped either."""
    (tmp_path / "empty").touch()
    with pytest.raises(Malformed):
        protobuf.open_message(tmp_path / "empty")
