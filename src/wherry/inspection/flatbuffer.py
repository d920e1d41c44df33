"""FlatBuffers, read table by table, with every offset checked: a file may say anything.

Source: https://flatbuffers.dev/internals/
"""

import struct
from collections.abc import Iterator

_MAX_ITEMS = 2**24


class Broken(Exception):
    """An offset leads outside the file: it is no FlatBuffer, or not all of one."""


class Table:
    """One table: its fields, by their numbers in the schema."""

    __slots__ = ("_data", "_fields", "_position")

    def __init__(self, data: memoryview, position: int) -> None:
        self._data = data
        self._position = position
        start = position - _unpack(data, "<i", position)
        size = _unpack(data, "<H", start)
        if size < 4 or size % 2:
            raise Broken
        self._fields = struct.unpack(f"<{size // 2 - 2}H", _slice(data, start + 4, size - 4))

    def number(self, field: int, form: str = "<I", default: int = 0) -> int:
        """Return a number of that form (as ``struct`` has them), or the default."""
        at = self._at(field)
        return default if at is None else int(_unpack(self._data, form, at))

    def text(self, field: int) -> str:
        """Return a text, empty where there is none."""
        return str(self.bytes(field), "utf-8", "replace")

    def bytes(self, field: int) -> memoryview:
        """Return a vector of bytes, empty where there is none."""
        return self._vector(field, 1)

    def numbers(self, field: int, form: str) -> tuple[float, ...]:
        """Return a vector of numbers, each of that form: ``i``, ``q``, ``f``."""
        size = struct.calcsize(f"<{form}")
        data = self._vector(field, size)
        return struct.unpack(f"<{len(data) // size}{form}", data)

    def table(self, field: int) -> "Table | None":
        """Return the table that a field refers to."""
        at = self._at(field)
        return None if at is None else Table(self._data, at + _unpack(self._data, "<I", at))

    def tables(self, field: int) -> Iterator["Table"]:
        """Yield each table of a vector of them."""
        at = self._at(field)
        if at is None:
            return
        start = at + _unpack(self._data, "<I", at)
        for index in range(_count(self._data, start, 4)):
            place = start + 4 + 4 * index
            yield Table(self._data, place + _unpack(self._data, "<I", place))

    def _at(self, field: int) -> int | None:
        offset = self._fields[field] if field < len(self._fields) else 0
        return self._position + offset if offset else None

    def _vector(self, field: int, item_bytes: int) -> memoryview:
        at = self._at(field)
        if at is None:
            return memoryview(b"")
        start = at + _unpack(self._data, "<I", at)
        count = _count(self._data, start, item_bytes)
        return _slice(self._data, start + 4, count * item_bytes)


def root(data: memoryview) -> Table:
    """Return the table that a file holds."""
    return Table(data, _unpack(data, "<I", 0))


def _count(data: memoryview, start: int, item_bytes: int) -> int:
    count = _unpack(data, "<I", start)
    if item_bytes > 1 and count > _MAX_ITEMS:
        raise Broken
    return count


def _slice(data: memoryview, start: int, size: int) -> memoryview:
    if start < 0 or start + size > len(data):
        raise Broken
    return data[start : start + size]


def _unpack(data: memoryview, form: str, position: int) -> int:
    try:
        if position < 0:
            raise Broken
        found: int = struct.unpack_from(form, data, position)[0]
    except struct.error:
        raise Broken from None
    return found
