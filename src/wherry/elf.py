"""The few facts of a 64-bit ELF library that Wherry needs: its segments and its sections.

Source: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

LOADED = 1  # PT_LOAD
WRITABLE = 2  # PF_W

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_IDENTITY = b"\x7fELF\x02\x01"  # 64 bits, little-endian


class NotElf(Exception):
    """The file is not a 64-bit little-endian ELF file."""


@dataclass(frozen=True, slots=True)
class Header:
    """The ELF header's fields that are used here."""

    machine: int
    segments_offset: int
    segments: int
    sections_offset: int
    sections: int
    names_section: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One program header: a range of the file and how it is to be mapped."""

    kind: int
    flags: int
    offset: int
    file_bytes: int

    @property
    def end(self) -> int:
        """Offset of the first byte after it."""
        return self.offset + self.file_bytes


def read_header(file: BinaryIO) -> Header:
    """Read the header at the start of the file.

    Raises:
        NotElf: it is not a 64-bit little-endian ELF file.
    """
    file.seek(0)
    raw = file.read(_HEADER.size)
    if len(raw) < _HEADER.size or not raw.startswith(_IDENTITY):
        raise NotElf
    fields = _HEADER.unpack(raw)
    return Header(
        machine=fields[2],
        segments_offset=fields[5],
        segments=fields[10],
        sections_offset=fields[6],
        sections=fields[12],
        names_section=fields[13],
    )


def read_segments(file: BinaryIO) -> tuple[Segment, ...]:
    """Read the program headers.

    Raises:
        NotElf: the file is not a 64-bit little-endian ELF file, or it was cut short.
    """
    header = read_header(file)
    file.seek(header.segments_offset)
    raw = file.read(header.segments * _SEGMENT.size)
    if len(raw) != header.segments * _SEGMENT.size:
        raise NotElf
    return tuple(
        Segment(kind=entry[0], flags=entry[1], offset=entry[2], file_bytes=entry[5])
        for entry in _SEGMENT.iter_unpack(raw)
    )
