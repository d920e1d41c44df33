"""The files beside an ``.onnx`` file that hold its larger weights.

They are found in the file's protocol buffer itself, for the package that reads it whole is of no
other use to a server. Field numbers are those of onnx.proto.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from wherry.errors import BundleError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

# Message fields that lead to tensors, by message: field number to the message found there.
_PATHS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}


def external_files(model: Path) -> list[Path]:
    """Return the files that a model's weights are in besides its own, sorted.

    Raises:
        BundleError: the file is broken, or a path leaves its folder or leads nowhere.
    """
    try:
        with (
            model.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            locations = set(_locations(content))
    except OSError as error:
        raise BundleError(f"{model.name} cannot be read: {error.strerror}.") from error
    except (IndexError, ValueError):
        raise BundleError(
            f"{model.name} is not a whole .onnx file; copy the model again."
        ) from None
    return sorted(_inside(model, location) for location in locations)


def _inside(model: Path, location: str) -> Path:
    folder = model.parent.resolve()
    pure = PurePosixPath(location)
    file = (folder / location).resolve()
    if pure.is_absolute() or ".." in pure.parts or not file.is_relative_to(folder):
        raise BundleError(
            f'{model.name} keeps weights in "{location}", outside its own folder; '
            "save the model with its external data beside it."
        )
    if not file.is_file():
        raise BundleError(
            f'{model.name} keeps weights in "{location}", which is not there; '
            "copy that file beside the model."
        )
    return file


def _locations(content: mmap.mmap) -> Iterator[str]:
    pending = [("model", 0, len(content))]
    while pending:
        message, start, end = pending.pop()
        for field, first, last in _fields(content, start, end):
            inner = _PATHS[message].get(field)
            if inner == "entry":
                entry = {f: content[a:b].decode() for f, a, b in _fields(content, first, last)}
                if entry.get(1) == "location":
                    yield entry.get(2, "")
            elif inner is not None:
                pending.append((inner, first, last))


def _fields(content: mmap.mmap, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the number, start and end of each field that has a length."""
    while position < end:
        tag, position = _varint(content, position)
        kind = tag & 7
        if kind == _BYTES:
            length, position = _varint(content, position)
            if position + length > end:
                raise ValueError(length)
            yield tag >> 3, position, position + length
            position += length
        elif kind == _VARINT:
            _, position = _varint(content, position)
        elif kind in (_FIXED32, _FIXED64):
            position += 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(kind)


def _varint(content: mmap.mmap, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise ValueError(value)
