"""Take from a shared library what only a linker or a debugger reads: symbols and debug sections.

What is loaded into memory stays byte for byte as it is.
"""

import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

from wherry import elf

_STRING_TABLE = 3  # SHT_STRTAB
_ALLOCATED = 0x2  # SHF_ALLOC: part of the loaded image
_INFO_IS_SECTION = 0x40  # SHF_INFO_LINK
_SECTIONS_OFFSET_AT = 40  # e_shoff
_SECTION_COUNT_AT = 60  # e_shnum, and e_shstrndx after it
_NAMES = b".shstrtab"
_HEADER = struct.Struct("<IIQQQQIIQQ")


class _Section(NamedTuple):
    """A section header, its fields in the file's order."""

    name: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    item_size: int


def strip(library: Path) -> None:
    """Strip the library in place. The same library gives the same bytes.

    Raises:
        NotElf: it is not a 64-bit little-endian ELF file, or it was cut short.
    """
    with library.open("r+b") as file:
        end = max((segment.end for segment in elf.read_segments(file)), default=0)
        if end > library.stat().st_size:
            raise elf.NotElf
        names, sections = _kept(file)
        file.seek(end)
        file.truncate()
        file.write(names)
        file.write(bytes(-(end + len(names)) % 8))
        table_at = file.tell()
        sections.append(sections.pop()._replace(offset=end, size=len(names)))
        for section in sections:
            file.write(_HEADER.pack(*section))
        file.seek(_SECTIONS_OFFSET_AT)
        file.write(struct.pack("<Q", table_at))
        file.seek(_SECTION_COUNT_AT)
        file.write(struct.pack("<HH", len(sections), len(sections) - 1))


def _kept(file: BinaryIO) -> tuple[bytes, list[_Section]]:
    """Return the names and headers of the sections to keep, the section of the names last."""
    header = elf.read_header(file)
    file.seek(header.sections_offset)
    raw = file.read(header.sections * _HEADER.size)
    if len(raw) != header.sections * _HEADER.size or header.names_section >= header.sections:
        raise elf.NotElf
    sections = [_Section(*fields) for fields in _HEADER.iter_unpack(raw)]
    file.seek(sections[header.names_section].offset)
    old_names = file.read(sections[header.names_section].size)
    numbers = [0] + [
        number for number, section in enumerate(sections) if section.flags & _ALLOCATED
    ]
    moved = {number: position for position, number in enumerate(numbers)}
    names = bytearray()
    kept = []
    for number in numbers:
        section = sections[number]
        name = len(names)
        names += old_names[section.name :].split(b"\0", 1)[0] + b"\0"
        info = section.info
        if section.flags & _INFO_IS_SECTION:
            info = moved.get(info, 0)
        kept.append(section._replace(name=name, link=moved.get(section.link, 0), info=info))
    kept.append(_Section(len(names), _STRING_TABLE, 0, 0, 0, 0, 0, 0, 1, 0))
    names += _NAMES + b"\0"
    return bytes(names), kept
