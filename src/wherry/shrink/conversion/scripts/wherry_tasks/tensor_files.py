"""Arrays in a folder of plain .npy files, read without loading them; strings without pickle.

``index.json`` lists them in order. An array of strings (dtype object, items bytes) is kept as all
its bytes in one array, and where each item ends in another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

_INDEX = "index.json"
_SMALL_BYTES = 65_536


def write_tensors(folder: Path, arrays: Mapping[str, Any]) -> None:
    """Write the arrays into a new folder."""
    with TensorWriter(folder) as writer:
        for name, array in arrays.items():
            writer.add(name, array, len(array) if array.ndim else 0)


class TensorWriter:
    """Writes arrays that come in parts, along axis 0, as they come; to be used in ``with``.

    Numbers go to their files at once, so that memory does not grow with their count; and not
    through a mapping, which a full disk would end with a signal.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._files: dict[str, IO[bytes]] = {}
        self._texts: dict[str, list[Any]] = {}

    def add(self, name: str, part: Any, total: int) -> None:
        """Add a part of an array that has ``total`` rows in the end.

        Raises:
            ValueError: its rows have another shape than those before it.
        """
        shape = (total, *part.shape[1:]) if part.ndim else ()
        before = self._shapes.setdefault(name, shape)
        if before != shape:
            raise ValueError(f"{list(before[1:])} and {list(shape[1:])}")
        if part.dtype.kind == "O":
            self._texts.setdefault(name, []).append(part)
            return
        if name not in self._files:
            number = list(self._shapes).index(name)
            self._files[name] = (self._folder / f"{number}.npy").open("wb")
            descr = np.lib.format.dtype_to_descr(part.dtype)
            header = {"descr": descr, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(self._files[name], header)
        self._files[name].write(part.tobytes())

    def __enter__(self) -> TensorWriter:  # noqa: PYI034  Self came with Python 3.11
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for file in self._files.values():
            file.close()
        if kind is None:
            self._write_rest()

    def _write_rest(self) -> None:
        index = []
        for number, (name, shape) in enumerate(self._shapes.items()):
            if name in self._texts:
                array = np.concatenate([part.reshape(-1) for part in self._texts[name]])
                _write_strings(self._folder, number, array)
            index.append({"name": name, "shape": list(shape), "text": name in self._texts})
        (self._folder / _INDEX).write_text(json.dumps(index), encoding="utf-8")


def read_tensors(folder: Path) -> dict[str, Any]:
    """Read the arrays; numbers are mapped from their files, which must stay while they are used."""
    arrays = {}
    index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    for number, entry in enumerate(index):
        if entry["text"]:
            arrays[entry["name"]] = _read_strings(folder, number, entry["shape"])
        else:
            arrays[entry["name"]] = _read_numbers(folder / f"{number}.npy")
    return arrays


def _read_numbers(path: Path) -> Any:
    # What is small is as quickly read, and an empty array cannot be mapped.
    mode: Any = "r" if path.stat().st_size > _SMALL_BYTES else None
    return np.load(str(path), mmap_mode=mode, allow_pickle=False)


def _write_strings(folder: Path, number: int, array: Any) -> None:
    items = [bytes(item) for item in array.reshape(-1)]
    ends = np.cumsum([len(item) for item in items], dtype=np.int64)
    np.save(str(folder / f"{number}.ends.npy"), ends, allow_pickle=False)
    joined = np.frombuffer(b"".join(items), np.uint8)
    np.save(str(folder / f"{number}.npy"), joined, allow_pickle=False)


def _read_strings(folder: Path, number: int, shape: list[int]) -> Any:
    ends = np.load(str(folder / f"{number}.ends.npy"), allow_pickle=False).tolist()
    joined = np.load(str(folder / f"{number}.npy"), allow_pickle=False).tobytes()
    array = np.empty(len(ends), object)
    start = 0
    for position, end in enumerate(ends):
        array[position] = joined[start:end]
        start = end
    return array.reshape(shape)
