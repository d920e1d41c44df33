"""What is in a wheel, by the kinds of file that compress and compile alike."""

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """A kind of file."""

    NATIVE = "native"
    """Machine code: extension modules and libraries."""
    PYTHON = "python"
    """Source that the installer compiles to bytecode beside it."""
    TEXT = "text"
    """Headers, stubs, templates, metadata."""
    TRANSLATION = "translation"
    """Catalogues of messages: every language repeats the same originals."""
    PACKED = "packed"
    """Images, archives, compiled translations, models: what no compression makes smaller."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many files, how large they are, and how large the wheel's own deflate made them."""

    count: int = 0
    raw_bytes: int = 0
    deflated_bytes: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.count + other.count,
            self.raw_bytes + other.raw_bytes,
            self.deflated_bytes + other.deflated_bytes,
        )


@dataclass(frozen=True, slots=True)
class Contents:
    """What a wheel unpacks to."""

    tallies: Mapping[Kind, Tally]

    @property
    def raw_bytes(self) -> int:
        """The size on disk, without bytecode."""
        return sum(tally.raw_bytes for tally in self.tallies.values())

    @property
    def count(self) -> int:
        """The number of files."""
        return sum(tally.count for tally in self.tallies.values())

    def of(self, kind: Kind) -> Tally:
        """Return what there is of one kind."""
        return self.tallies.get(kind, _NOTHING)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive."""

    path: str
    raw_bytes: int
    deflated_bytes: int


_NOTHING: Final = Tally()
_TEXT: Final = frozenset(
    (
        *("h", "hpp", "hh", "inc", "c", "cc", "cpp", "cu", "cuh", "f90", "pxd", "pyx", "pxi"),
        *("pyi", "txt", "md", "rst", "json", "html", "css", "js", "xml", "yaml", "yml", "toml"),
        *("cfg", "ini", "csv", "tmpl", "cmake", "svg", "proto", "sh", "map", "ts", "tcl"),
        *("typed", "pc", "in", "am", "ipynb", "afm", "ui", "pbtxt", "def", "mlir", "td", "license"),
    )
)
_PACKED: Final = frozenset(
    (
        *("png", "jpg", "jpeg", "gif", "webp", "ico", "zip", "gz", "bz2", "xz", "whl", "npz"),
        *("woff", "woff2", "tflite", "onnx", "h5", "keras", "pkl", "pth", "pb", "mp4", "wav"),
    )
)


def contents(members: Iterable[Member]) -> Contents:
    """Sum up the files of a wheel."""
    tallies: dict[Kind, Tally] = {}
    for member in members:
        kind = kind_of(member.path)
        one = Tally(1, member.raw_bytes, member.deflated_bytes)
        tallies[kind] = tallies.get(kind, _NOTHING) + one
    return Contents(tallies)


def members_of(archive: zipfile.ZipFile) -> list[Member]:
    """Return the files of an open archive, from its directory alone."""
    return [
        Member(entry.filename, entry.file_size, entry.compress_size)
        for entry in archive.infolist()
        if not entry.is_dir()
    ]


def kind_of(path: str) -> Kind:
    """Return what kind of file bears that name."""
    name = path.rpartition("/")[2].lower()
    ending = name.rpartition(".")[2]
    if ending == "py":
        return Kind.PYTHON
    if ending in ("po", "mo"):
        return Kind.TRANSLATION
    if ending in ("so", "a", "dylib", "dll", "pyd", "exe") or ".so." in name:
        return Kind.NATIVE
    if ending in _PACKED:
        return Kind.PACKED
    if ending in _TEXT or ".dist-info/" in path:
        return Kind.TEXT
    is_program = "/bin/" in path or ".data/scripts/" in path
    return Kind.NATIVE if is_program else Kind.TEXT
