"""Inputs for trials: different ones, that a model can be expected to take."""

from collections.abc import Mapping, Sequence

import numpy as np

from wherry.tensors import Array


class Rows:
    """Different inputs of one item each: a bundle's samples, then variations on them.

    Where there is no sample, ``made_up`` is varied. Floats are changed; of other datatypes only
    the order of the values within an item, since another value may mean nothing to the model.
    """

    def __init__(
        self, samples: Sequence[Mapping[str, Array]], made_up: Mapping[str, Array]
    ) -> None:
        self._random = np.random.default_rng(0)
        known = [
            {name: array[index : index + 1] for name, array in sample.items()}
            for sample in (samples or [made_up])
            for index in range(next(iter(sample.values())).shape[0])
        ]
        shapes = _shapes(known[0])
        self._rows = [row for row in known if _shapes(row) == shapes]
        self._known = len(self._rows)

    def first(self, count: int) -> list[dict[str, Array]]:
        """Return so many; always the same."""
        while len(self._rows) < count:
            row = self._rows[len(self._rows) % self._known]
            self._rows.append({name: self._varied(array) for name, array in row.items()})
        return self._rows[:count]

    def _varied(self, array: Array) -> Array:
        if array.dtype.kind != "f":
            return self._random.permuted(array, axis=-1) if array.ndim > 1 else array
        noise = self._random.standard_normal(array.shape)
        scale = float(np.std(array)) or 1.0
        return np.ascontiguousarray(array + scale * noise, dtype=array.dtype)


def _shapes(row: Mapping[str, Array]) -> list[tuple[int, ...]]:
    return [array.shape for array in row.values()]
