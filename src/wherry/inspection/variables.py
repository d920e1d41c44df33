"""The index of a SavedModel's variables (and of any TensorFlow 2 checkpoint): names and sizes.

It is a table of LevelDB's form: blocks of sorted keys, an index of the blocks, a footer.
Sources: tensorflow/core/lib/io/table_format.txt; tensorflow/core/protobuf/tensor_bundle.proto.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wherry.inspection.graph_weights import elements, format_of
from wherry.runtimes.protobuf import Malformed, fields, integer, message

MAX_INDEX_BYTES = 64 * 2**20
"""A variable takes a hundred bytes or so: no model has that many."""
MAX_KEY_BYTES = 2**14
MAX_VARIABLES = 2**20

MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
_FOOTER_BYTES = 48
_UNCOMPRESSED = 0


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: where its bytes are, and what they are.

    ``parts``: it was saved in pieces, which are entries of their own; this one has no bytes.
    """

    key: str
    datatype: int
    parameters: int
    shard: int
    end: int
    size_bytes: int
    parts: bool

    @property
    def number_format(self) -> str:
        """Its datatype's name."""
        return format_of(self.datatype)[0]

    @property
    def number_bytes(self) -> int:
        """The bytes that its numbers take; 0 of strings and the like."""
        return self.size_bytes if format_of(self.datatype)[1] else 0


def read_index(path: Path) -> list[Variable]:
    """Read the index of a checkpoint.

    Raises:
        Malformed: it is none, was cut short, or is compressed (TensorFlow never does that).
    """
    if path.stat().st_size > MAX_INDEX_BYTES:
        raise Malformed
    data = memoryview(path.read_bytes())
    if len(data) < _FOOTER_BYTES or bytes(data[-8:]) != MAGIC:
        raise Malformed
    footer = data[-_FOOTER_BYTES:-8]
    (_, _, offset, size), _ = _numbers(footer, 0, 4)
    found = []
    for _, handle in _entries(_block(data, offset, size)):
        (block_offset, block_size), _ = _numbers(memoryview(handle), 0, 2)
        for key, value in _entries(_block(data, block_offset, block_size)):
            if key:  # the empty key holds the header
                found.append(_variable(key, memoryview(value)))
            if len(found) > MAX_VARIABLES:
                raise Malformed
    return found


def _variable(key: bytes, content: memoryview) -> Variable:
    datatype = shard = offset = size = 0
    parameters, parts = 1, False
    for number, value in fields(content):
        if number == 1:
            datatype = integer(value)
        elif number == 2:
            parameters = elements(message(value))
        elif number == 3:
            shard = integer(value)
        elif number == 4:
            offset = integer(value)
        elif number == 5:
            size = integer(value)
        elif number == 7:
            parts = True
    if min(shard, offset, size) < 0:
        raise Malformed
    name = key.decode("utf-8", "replace")
    return Variable(name, datatype, parameters, shard, offset + size, size, parts)


def _block(data: memoryview, offset: int, size: int) -> memoryview:
    # Behind each block: how it is compressed (a byte), and a checksum (four).
    if offset + size >= len(data) or data[offset + size] != _UNCOMPRESSED:
        raise Malformed
    return data[offset : offset + size]


def _entries(block: memoryview) -> Iterator[tuple[bytes, bytes]]:
    if len(block) < 4:
        raise Malformed
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    position, key = 0, b""
    while position < end:
        (shared, own, length), position = _numbers(block, position, 3)
        if shared > len(key) or position + own + length > end:
            raise Malformed
        key = key[:shared] + bytes(block[position : position + own])
        if len(key) > MAX_KEY_BYTES:
            raise Malformed
        position += own
        yield key, bytes(block[position : position + length])
        position += length


def _numbers(data: memoryview, position: int, count: int) -> tuple[list[int], int]:
    found = []
    for _ in range(count):
        value = shift = 0
        while True:
            if position >= len(data) or shift > 63:
                raise Malformed
            byte = data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        found.append(value)
    return found, position
