"""Protocol buffers, read field by field: enough for the few messages that describe a model.

The package that reads them whole needs the schemas, and memory for all of a file. Here a message
is a view of the file, and what nobody asks for is skipped over.
Source: https://protobuf.dev/programming-guides/encoding/
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MORE = 0x80
"""The bit of a byte that says that the number goes on in the next one."""


class Malformed(Exception):
    """The bytes are not a protocol buffer message, or not all of one."""


def open_message(path: Path) -> memoryview:
    """Return a file's content, mapped: unmapped when the last slice of it is gone.

    Raises:
        OSError: the file cannot be read.
        Malformed: it is empty, which no model is.
    """
    with path.open("rb") as file:
        try:
            # Closing it by hand would fail while a slice of it lives.
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except ValueError:
            raise Malformed from None


def fields(data: memoryview, *, cut: bool = False) -> Iterator[tuple[int, int | memoryview]]:
    """Yield each field of a message: its number, and its value (the bytes, if it has a length).

    With ``cut``, what is there of a last field that was cut short is yielded too.

    Raises:
        Malformed: the bytes end inside a field, or are something else.
    """
    position, end = 0, len(data)
    while position < end:
        key, position = _varint(data, position)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, position = _varint(data, position)
            yield number, value
            continue
        if kind == _BYTES:
            length, position = _varint(data, position)
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
        else:
            raise Malformed
        stop = position + length
        if stop > end and cut and number:
            yield number, data[position:end]
        if stop > end or number == 0:
            raise Malformed
        yield number, data[position:stop]
        position = stop


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    try:
        byte = data[position]
        position += 1
        if byte < _MORE:
            return byte, position
        value = byte & ~_MORE
        for shift in range(7, 70, 7):
            byte = data[position]
            position += 1
            value |= (byte & ~_MORE) << shift
            if byte < _MORE:
                return value, position
    except IndexError:
        pass
    raise Malformed


def messages(data: memoryview, wanted: int) -> Iterator[memoryview]:
    """Yield the value of each field of that number."""
    return (message(value) for number, value in fields(data) if number == wanted)


def entry(data: memoryview) -> tuple[str, memoryview]:
    """Return the key and the value of one entry of a map from text to messages."""
    key, value = "", memoryview(b"")
    for number, field in fields(data):
        if number == 1:
            key = text(message(field))
        elif number == 2:
            value = message(field)
    return key, value


def message(value: int | memoryview) -> memoryview:
    """Return a field's value, which must have a length."""
    if isinstance(value, int):
        raise Malformed
    return value


def integer(value: int | memoryview) -> int:
    """Return a field's value, which must be a number, as a signed one."""
    if not isinstance(value, int):
        raise Malformed
    return value - (1 << 64) if value >= 1 << 63 else value


def text(data: int | memoryview) -> str:
    """Return a field's value as text.

    Raises:
        Malformed: it is none.
    """
    try:
        return str(message(data), "utf-8")
    except UnicodeDecodeError:
        raise Malformed from None
