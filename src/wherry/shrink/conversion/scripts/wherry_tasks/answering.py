"""Run samples through a model, a few at a time, and write the answers as they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .task import Refused
from .tensor_files import TensorWriter, read_tensors

_ROWS = 128
_CHUNK_BYTES = 4 * 2**20
"""Activations are many times the input: a chunk of images stays in tens of megabytes."""

if TYPE_CHECKING:  # Python 3.7 cannot subscript these
    Call = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def answer(samples: str, answers: str, mode: str, call: Call) -> None:
    """Read the samples, run them, and write the answers: samples on axis 0 of each.

    What one run takes is said by ``mode``: of a ``batch`` any number of samples, a ``single`` one
    on an axis of size one, or one without an axis for it (``run``).
    """
    inputs = read_tensors(Path(samples))
    count = min((len(array) for array in inputs.values()), default=1)
    with TensorWriter(Path(answers)) as writer:
        if mode != "run":
            rows = _rows(inputs, count) if mode == "batch" else 1
            for start in range(0, count, rows):
                chunk = {name: array[start : start + rows] for name, array in inputs.items()}
                _put(writer, call(chunk), min(rows, count - start), count)
        else:
            for index in range(count):
                one = {name: array[index] for name, array in inputs.items()}
                answered = {name: _plain(each)[np.newaxis] for name, each in call(one).items()}
                _put(writer, answered, 1, count)


def _rows(inputs: Mapping[str, Any], count: int) -> int:
    row_bytes: int = sum(array.nbytes for array in inputs.values()) // max(count, 1)
    return max(1, min(_ROWS, _CHUNK_BYTES // max(row_bytes, 1)))


def _put(writer: TensorWriter, outputs: Mapping[str, Any], rows: int, count: int) -> None:
    for name, output in outputs.items():
        array = _plain(output)
        if array.shape[:1] != (rows,):
            raise Refused(
                f"The output {name} has the shape {list(array.shape)} for {rows} samples: it has "
                "no axis of samples, so its answers cannot be compared one by one."
            )
        try:
            writer.add(name, array, count)
        except ValueError as error:
            raise Refused(
                f"The output {name} has another shape for another sample ({error}). Give samples "
                "of one size."
            ) from None


def _plain(value: Any) -> Any:
    """Return an array of numbers that numpy knows, or of bytes."""
    if isinstance(value, bytes):  # numpy would cut it at a zero at its end
        return np.array(value, dtype=object)
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype.kind == "V" else array  # bfloat16 and its like
