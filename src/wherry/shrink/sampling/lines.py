"""Samples from JSON lines: each line an object of inputs, or the value of the only one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from wherry.errors import InvalidInput
from wherry.shrink.sampling.drawing import Drawn, Wanted, find_labels, match_inputs
from wherry.shrink.sampling.fitting import fit_sample
from wherry.tensors import Array, TensorSpec

_MAX_LINE_BYTES = 64 * 2**20


def read_lines(path: Path, wanted: Wanted) -> Drawn:
    """Read samples of which each is a line of JSON, with its label under ``label`` if it has one.

    Raises:
        InvalidInput: a line is not JSON or does not fit; the sentence gives its number.
    """
    try:
        available = sum(1 for _ in _numbered(path))
        if available == 0:
            raise InvalidInput(f"{path.name} holds no sample; write one JSON value a line.")
        return _read(path, wanted, available)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from None


def _read(path: Path, wanted: Wanted, available: int) -> Drawn:
    parts: dict[str, list[Array]] = {spec.name: [] for spec in wanted.signature.inputs}
    labels: list[Any] = []
    rows: list[int] = []
    pending: set[int] | None = None
    for row, (number, line) in enumerate(_numbered(path)):
        if pending is not None and row not in pending:
            continue
        where = f"{path.name}, line {number}"
        arrays, label = _sample(wanted, where, line)
        if pending is None:
            # How many fit into memory is known when one has been read.
            chosen = wanted.choose(available, sum(array.nbytes for array in arrays.values()))
            pending = set(chosen)
            if row not in pending:
                continue
        for name, array in arrays.items():
            if parts[name] and parts[name][0].shape != array.shape:
                raise InvalidInput(
                    f"{where}: {name!r} has the shape {list(array.shape)}, and earlier lines have "
                    f"{list(parts[name][0].shape)}; pad all to one length, or give one at a time."
                )
            parts[name].append(array)
        rows.append(row)
        labels.append(label)
    return Drawn(
        {name: np.stack(arrays) for name, arrays in parts.items()},
        _labels(path, labels),
        path.name,
        available,
        rows,
        available,
    )


def _labels(path: Path, labels: list[Any]) -> list[Any] | None:
    without = sum(label is None for label in labels)
    if without == len(labels):
        return None
    if without:
        raise InvalidInput(
            f"{path.name}: {without} of {len(labels)} lines have no label; give each one, or none."
        )
    return labels


def _sample(wanted: Wanted, where: str, line: bytes) -> tuple[dict[str, Array], Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"{where} is not JSON: {error}.") from None
    label = None
    if isinstance(value, dict):
        key = find_labels(wanted, list(value), where)
        label = value.pop(key) if key is not None else None
        names = match_inputs(wanted.signature, list(value), where)
        values = {name: value[key] for name, key in names.items()}
    elif len(wanted.signature.inputs) == 1:
        values = {wanted.signature.inputs[0].name: value}
    else:
        names_wanted = ", ".join(repr(spec.name) for spec in wanted.signature.inputs)
        raise InvalidInput(f"{where} must be an object with a value for each of {names_wanted}.")
    return {
        s.name: _array(wanted, where, s, values[s.name]) for s in wanted.signature.inputs
    }, label


def _array(wanted: Wanted, where: str, spec: TensorSpec, value: Any) -> Array:
    try:
        return fit_sample(wanted.signature, spec, value)
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the number and text of each line that is not empty."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > _MAX_LINE_BYTES:
                raise InvalidInput(
                    f"{path.name}, line {number} is longer than {_MAX_LINE_BYTES // 2**20} MiB."
                )
            if not line.isspace():
                yield number, line
