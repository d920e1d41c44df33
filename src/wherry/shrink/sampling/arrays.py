"""Samples from numpy's files: ``.npz`` with an array for each input, ``.npy`` with one array.

Only the rows that are taken are held in memory, whatever the file unpacks to. Arrays of Python
objects are pickles and are refused.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from wherry.errors import InvalidInput
from wherry.shrink.sampling.drawing import (
    MAX_SAMPLES_BYTES,
    MAX_UNPACKED_BYTES,
    Drawn,
    Wanted,
    find_labels,
    listed,
    match_inputs,
    sample_bytes,
)
from wherry.tensors import Array

_BLOCK_BYTES = 2**22


@dataclass(frozen=True, slots=True)
class _Header:
    """What stands before the bytes of an array."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]

    @property
    def row_bytes(self) -> int:
        return self.dtype.itemsize * int(np.prod(self.shape[1:], dtype=np.int64))

    @property
    def total_bytes(self) -> int:
        return self.row_bytes * self.shape[0]


def read_npy(path: Path, wanted: Wanted) -> Drawn:
    """Read a ``.npy`` file for a model with one input.

    Raises:
        InvalidInput: it cannot be read, or the model has several inputs.
    """
    names = [spec.name for spec in wanted.signature.inputs]
    if len(names) != 1:
        raise InvalidInput(
            f"{path.name} holds one array, and the model takes {listed(names)}; "
            "save an .npz file with an array for each."
        )
    with _reading(path):
        with path.open("rb") as stream:
            header = _header(stream, path.name)
        _check_length(path.name, {names[0]: header})
        rows = wanted.choose(header.shape[0], _row_bytes(wanted, {names[0]: header}))
        array = np.load(path, mmap_mode="r", allow_pickle=False)[rows]
    return Drawn({names[0]: array}, None, path.name, header.shape[0], rows, header.shape[0])


def read_npz(path: Path, wanted: Wanted) -> Drawn:
    """Read a ``.npz`` file: keys are input names, one input may have any; labels beside them.

    Raises:
        InvalidInput: it cannot be read, or its arrays are not what the model takes.
    """
    with _reading(path), zipfile.ZipFile(path) as archive:
        members = {
            info.filename.removesuffix(".npy"): info
            for info in archive.infolist()
            if info.filename.endswith(".npy")
        }
        labels_key = find_labels(wanted, list(members), path.name)
        keys = match_inputs(
            wanted.signature, [key for key in members if key != labels_key], path.name
        )
        read = [*keys.values(), *([labels_key] if labels_key is not None else [])]
        headers = {}
        for key in read:
            with archive.open(members[key]) as stream:
                headers[key] = _header(stream, f"{path.name}: {key!r}")
        _check_length(path.name, headers)
        available = headers[read[0]].shape[0]
        named = {name: headers[key] for name, key in keys.items()}
        labels_bytes = 0 if labels_key is None else headers[labels_key].row_bytes
        rows = wanted.choose(available, _row_bytes(wanted, named) + labels_bytes)
        arrays = {}
        for key in read:
            with archive.open(members[key]) as stream:
                arrays[key] = _rows(stream, rows, f"{path.name}: {key!r}")
    return Drawn(
        {name: arrays[key] for name, key in keys.items()},
        None if labels_key is None else arrays[labels_key],
        path.name,
        available,
        rows,
        available,
    )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from None
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise InvalidInput(
            f"{path.name} is not a whole numpy file ({error}); save it again with numpy.savez."
        ) from None


def _header(stream: IO[bytes], what: str) -> _Header:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(stream)
    else:
        raise InvalidInput(f"{what} holds records, not a plain array; save one array an input.")
    if dtype.hasobject:
        raise InvalidInput(
            f"{what} holds Python objects, which are pickled and never opened; save numbers, or "
            "text with a dtype of fixed length (array.astype(str))."
        )
    if not shape:
        raise InvalidInput(f"{what} is a single value; its first axis must hold the samples.")
    header = _Header(shape, fortran, dtype)
    if header.total_bytes > MAX_UNPACKED_BYTES:
        raise InvalidInput(
            f"{what} unpacks to {header.total_bytes / 2**30:.0f} GiB, and at most "
            f"{MAX_UNPACKED_BYTES // 2**30} GiB are read; save the samples you mean to use."
        )
    return header


def _check_length(what: str, headers: Mapping[str, _Header]) -> None:
    lengths = {key: header.shape[0] for key, header in headers.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{key!r}: {length}" for key, length in lengths.items())
        raise InvalidInput(f"{what} holds different numbers of samples ({told}).")
    if 0 in lengths.values():
        raise InvalidInput(f"{what} holds no sample.")


def _row_bytes(wanted: Wanted, headers: Mapping[str, _Header]) -> int:
    """Return the bytes of one sample: as it is stored, or as the model takes it if that is more."""
    stored = sum(header.row_bytes for header in headers.values())
    shapes = {name: header.shape[1:] for name, header in headers.items()}
    return max(stored, sample_bytes(wanted.signature, shapes))


def _rows(stream: IO[bytes], rows: Sequence[int], what: str) -> Array:
    """Read some rows of an array out of a stream that can only be read from front to back."""
    header = _header(stream, what)
    if header.fortran and len(header.shape) > 1:
        return _columns(stream, header, rows, what)
    row_bytes = header.row_bytes
    found = np.empty((len(rows), *header.shape[1:]), header.dtype)
    at_once = max(1, _BLOCK_BYTES // max(1, row_bytes))
    place = 0
    for first in range(0, header.shape[0], at_once):
        if place == len(rows):
            break
        count = min(at_once, header.shape[0] - first)
        block = np.frombuffer(_exactly(stream, count * row_bytes), header.dtype)
        block = block.reshape(count, *header.shape[1:])
        while place < len(rows) and rows[place] < first + count:
            found[place] = block[rows[place] - first]
            place += 1
    return found


def _columns(stream: IO[bytes], header: _Header, rows: Sequence[int], what: str) -> Array:
    """Read an array that was stored last axis first, which takes all of it."""
    if header.total_bytes > MAX_SAMPLES_BYTES:
        raise InvalidInput(
            f"{what} is stored in Fortran order and too large to be read whole; save "
            "numpy.ascontiguousarray of it."
        )
    content = np.frombuffer(_exactly(stream, header.total_bytes), header.dtype)
    return content.reshape(header.shape, order="F")[list(rows)]


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise EOFError("it ends in the middle of an array")
    return content
