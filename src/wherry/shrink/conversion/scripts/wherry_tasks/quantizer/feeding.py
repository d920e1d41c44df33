"""Samples as the inputs of single runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


def runs(samples: dict[str, Any], mode: str, size: int) -> Iterator[dict[str, Any]]:
    """Return the inputs of each run; ``mode`` says what one takes (batch, single or run)."""
    count = min((len(array) for array in samples.values()), default=1)
    for start in range(0, count, size):
        rows = {name: np.asarray(array[start : start + size]) for name, array in samples.items()}
        yield {name: array[0] for name, array in rows.items()} if mode == "run" else rows


def first(samples: dict[str, Any], count: int) -> dict[str, Any]:
    """Return at most so many of the samples."""
    return {name: array[:count] for name, array in samples.items()}
