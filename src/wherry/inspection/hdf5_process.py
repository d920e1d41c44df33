"""A process that reads one HDF5 file, and prints what is in it as JSON.

HDF5's library was written for files of one's own: a damaged one can make it loop for ever, or
crash. Here it takes no one else with it. No dataset is read, and no link to another file followed.

    python -m wherry.inspection.hdf5_process PATH START SIZE

``SIZE`` bytes from ``START`` on are the HDF5 file; 0 bytes: all of PATH.
"""

import io
import json
import sys
from collections import Counter
from typing import Any

import h5py
import numpy as np

from wherry.tensors import Datatype

_TEXTS = ("model_config", "keras_version", "backend")
_BY_NUMPY = {datatype.numpy: str(datatype) for datatype in Datatype if datatype != "BF16"}


class _Part(io.RawIOBase):
    """A part of a file, as a file: HDF5 jumps to what it wants, and nothing is unpacked."""

    def __init__(self, file: Any, start: int, size: int) -> None:
        super().__init__()
        self._file, self._start, self._size, self._position = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: Any) -> int:
        left = max(self._size - self._position, 0)
        view = memoryview(buffer).cast("B")[:left]
        self._file.seek(self._start + self._position)
        got: int = self._file.readinto(view)
        self._position += got
        return got


def _contents(file: Any) -> dict[str, Any]:
    """Return a file's attributes, its groups, and how many numbers they hold."""
    attributes = {name: _text(file.attrs[name]) if name in _TEXTS else None for name in file.attrs}
    # Keras's HDF5 models have their weights in one group; its files of weights have them in all.
    top = file.get("model_weights", file)
    return {
        "attributes": attributes,
        "groups": sorted(file),
        "weights": {name: _count(top, name) for name in top},
    }


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None


def _count(group: Any, name: str) -> dict[str, tuple[int, int]]:
    parameters: Counter[str] = Counter()
    size_bytes: Counter[str] = Counter()

    def add(_: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "biufc":
            number_format = _number_format(item)
            parameters[number_format] += int(item.size or 0)
            size_bytes[number_format] += int(item.nbytes or 0)

    if isinstance(group.get(name, getlink=True), h5py.HardLink):
        item = group[name]
        add(name, item)
        if isinstance(item, h5py.Group):
            item.visititems(add)
    return {key: (parameters[key], size_bytes[key]) for key in parameters}


def _number_format(dataset: Any) -> str:
    if dataset.dtype == np.uint16 and dataset.attrs.get("dtype") == "bfloat16":
        return "BF16"
    return _BY_NUMPY.get(dataset.dtype.newbyteorder("="), str(dataset.dtype).upper())


def main(path: str, start: int, size: int) -> None:
    """Print what is in a file; or, under ``broken``, how it is broken."""
    try:
        with open(path, "rb") as raw:  # noqa: PTH123
            # Without a lock: a read-only disk has none to give.
            source = _Part(raw, start, size) if size else path
            with h5py.File(source, "r", locking=False) as file:
                answer = _contents(file)
    # What h5py raises for a broken part depends on the part.
    except Exception as error:  # noqa: BLE001
        answer = {"broken": "was cut short" if "truncated" in str(error) else "is damaged"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
