"""What is right for each sample, as class indices."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from wherry.errors import InvalidInput
from wherry.shrink.sampling.drawing import Drawn, listed
from wherry.tensors import Array

_INDEX = "a label is the index of the right class, from 0"
_MAX_BYTES = 256 * 2**20


def read_labels(path: Path, column: str | None, drawn: Drawn) -> Array:
    """Read a file of labels in the order of the source's samples, and keep those of ``drawn``.

    ``.npy`` holds an array; ``.csv`` has a ``column``, the only one or "label" by default; any
    other file one label a line.

    Raises:
        InvalidInput: it cannot be read, or does not hold one label for each sample.
    """
    try:
        values = _read(path, column)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{path.name} is not text; write one label a line.") from None
    if len(values) != drawn.label_rows:
        raise InvalidInput(
            f"{path.name} holds {len(values)} labels, and {drawn.where} {drawn.label_rows} samples."
        )
    return as_indices(np.asarray(values), path.name)[list(drawn.rows)]


def as_indices(labels: Any, where: str) -> Array:
    """Return labels as int64 [samples]: integers, whole floats, or one row of 0 and 1 each.

    Raises:
        InvalidInput: they are something else.
    """
    try:
        array = np.asarray(labels)
    except ValueError:
        raise InvalidInput(f"The labels of {where} differ in shape; {_INDEX}.") from None
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and _is_one_hot(array):
        return array.argmax(axis=1).astype(np.int64)
    if array.ndim != 1:
        raise InvalidInput(f"The labels of {where} have the shape {list(array.shape)}; {_INDEX}.")
    if array.dtype.kind == "O":
        array = _from_objects(array, where)
    if array.dtype.kind in "SU":
        array = _from_text(array, where)
    if array.dtype.kind not in "biuf":
        raise InvalidInput(f"The labels of {where} are {array.dtype}; {_INDEX}.")
    whole = array.astype(np.int64) if np.isfinite(array).all() else np.zeros_like(array, np.int64)
    if not np.array_equal(whole, array) or whole.min(initial=0) < 0:
        raise InvalidInput(f"The labels of {where} hold {_odd(array)!r}; {_INDEX}.")
    return whole


def _is_one_hot(array: Array) -> bool:
    return (
        array.dtype.kind in "biuf"
        and array.shape[1] > 1
        and bool(np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all())
    )


def _from_objects(array: Array, where: str) -> Array:
    kinds = {type(item) for item in array.tolist()}
    if kinds <= {bytes} or kinds <= {str}:
        return array.astype(str)
    raise InvalidInput(f"The labels of {where} are of mixed kinds; {_INDEX}.")


def _from_text(array: Array, where: str) -> Array:
    text = array.astype(str)
    try:
        return text.astype(np.float64)
    except ValueError:
        odd = next(item for item in text.tolist() if not item.strip().lstrip("-").isdecimal())
        raise InvalidInput(f"The labels of {where} hold {odd[:60]!r}; {_INDEX}.") from None


def _odd(array: Array) -> object:
    numbers = array.astype(np.float64)
    wrong = ~np.isfinite(numbers) | (numbers < 0) | (numbers != np.trunc(numbers))
    return array[int(wrong.argmax())].item()


def _read(path: Path, column: str | None) -> Any:
    if path.stat().st_size > _MAX_BYTES:
        raise InvalidInput(f"{path.name} is larger than {_MAX_BYTES // 2**20} MiB of labels.")
    suffix = path.suffix.lower()
    if suffix == ".npy":
        try:
            # Mapped, since a header may promise more than the file holds.
            return np.load(path, mmap_mode="r", allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise InvalidInput(f"{path.name} cannot be read as an array: {error}.") from None
    if suffix == ".csv":
        return _column(path, column)
    return path.read_text("utf-8").split()


def _column(path: Path, column: str | None) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        names = list(table.fieldnames or ())
        chosen = column or (names[0] if len(names) == 1 else "label")
        if chosen not in names:
            raise InvalidInput(f"{path.name} has no column {chosen!r}; it has {listed(names)}.")
        try:
            return [row[chosen] or "" for row in table]
        except csv.Error as error:
            raise InvalidInput(f"{path.name}, line {table.line_num}: {error}.") from None
