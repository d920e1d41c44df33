"""Stripping a shared library."""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from tests.tensorflow_libraries import libraries
from wherry import elf
from wherry.dependencies.strip import strip
from wherry.libtensorflow import LIBRARIES

(EXTENSION,) = Path(numpy.__file__).parent.glob("random/_pcg64*.so")


def segments_of(library: Path) -> list[tuple[elf.Segment, bytes]]:
    """Return the loaded segments with their bytes, those of the headers themselves left out."""
    with library.open("rb") as file:
        found = [each for each in elf.read_segments(file) if each.kind == elf.LOADED]
    content = library.read_bytes()
    return [(each, content[max(each.offset, 64) : each.end]) for each in found]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return a copy of a real library, with a symbol table's worth of bytes at its end."""
    copy = Path(shutil.copy(EXTENSION, tmp_path / "library.so"))
    with copy.open("r+b") as file:
        header = elf.read_header(file)
        file.seek(header.sections_offset)
        table = file.read(header.sections * 64)
        end = file.seek(0, 2)
        file.write(b"symbols" * 100_000 + bytes(4))
        file.write(table)
        file.seek(40)
        file.write(struct.pack("<Q", end + 700_004))
    return copy


def test_loaded_bytes_stay_as_they_are(library: Path) -> None:
    """Only what no segment holds goes."""
    before, size = segments_of(library), library.stat().st_size
    strip(library)
    assert segments_of(library) == before
    assert library.stat().st_size < size - 700_000


def test_stripped_library_still_loads(library: Path) -> None:
    """In a process of its own: a broken one would take this one along."""
    strip(library)
    code = "import ctypes, sys; print(bool(ctypes.CDLL(sys.argv[1]).PyInit__pcg64))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(library)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "True\n", done.stderr


def test_stripping_twice_changes_nothing_more(library: Path) -> None:
    """The same library gives the same bytes, a stripped one itself."""
    other = Path(shutil.copy(library, library.with_name("other.so")))
    strip(library)
    strip(other)
    assert library.read_bytes() == other.read_bytes()
    strip(other)
    assert library.read_bytes() == other.read_bytes()


def test_section_names_are_kept(library: Path) -> None:
    """Debuggers and profilers still find the parts that are left."""
    strip(library)
    with library.open("rb") as file:
        header = elf.read_header(file)
        file.seek(header.sections_offset)
        sections = list(struct.iter_unpack("<IIQQQQIIQQ", file.read()))
        assert len(sections) == header.sections
        names_at, names_bytes = sections[header.names_section][4:6]
        file.seek(names_at)
        names = file.read(names_bytes)
    found = [names[section[0] :].split(b"\0")[0] for section in sections]
    assert found[0] == b""
    assert found[-1] == b".shstrtab"
    assert {b".text", b".dynsym", b".dynstr"} <= set(found)
    assert b".symtab" not in found
    links = {name: found[section[6]] for name, section in zip(found, sections, strict=True)}
    assert links[b".dynsym"] == b".dynstr"


@pytest.mark.parametrize(
    "content", [b"", b"\x7fELF", b"MZ" + bytes(100), b"\x7fELF\x01\x01" + bytes(100)]
)
def test_what_is_not_elf_is_refused(content: bytes, tmp_path: Path) -> None:
    """And left as it was."""
    path = tmp_path / "file.so"
    path.write_bytes(content)
    with pytest.raises(elf.NotElf):
        strip(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("kept", [100, 5_000, 50_000])
def test_library_cut_short_is_refused(library: Path, kept: int) -> None:
    """At the program headers, in a segment."""
    content = library.read_bytes()[:kept]
    library.write_bytes(content)
    with pytest.raises(elf.NotElf):
        strip(library)
    assert library.read_bytes() == content


def test_libraries_of_tensorflow_have_no_symbol_table_left() -> None:
    """Nothing but section headers lies behind the last loaded byte."""
    for name in LIBRARIES:
        with (libraries() / name).open("rb") as file:
            end = max(segment.end for segment in elf.read_segments(file))
        assert (libraries() / name).stat().st_size - end < 10_000
