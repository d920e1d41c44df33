"""How far numbers inside a quantized model stray from those of the float one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


class Errors:
    """By tensor, the squared error as a part of the variance, over several runs."""

    def __init__(self) -> None:
        self._strayed: dict[str, float] = {}
        self._varied: dict[str, float] = {}

    def add(self, exact: dict[str, Any], rough: dict[str, Any]) -> None:
        """Add a run's numbers, of the float model and of the quantized one."""
        for name, right in exact.items():
            near = rough.get(name)
            if near is None or near.shape != right.shape or right.dtype.kind != "f":
                continue
            strayed = float(np.square(near.astype(np.float64) - right).sum())
            varied = float(np.square(right.astype(np.float64) - right.mean()).sum())
            self._strayed[name] = self._strayed.get(name, 0.0) + strayed
            self._varied[name] = self._varied.get(name, 0.0) + varied

    def of(self, name: str) -> float:
        """Return a tensor's error; 0 for one that is not in both models."""
        strayed = self._strayed.get(name, 0.0)
        if not np.isfinite(strayed):
            return 1e30  # which JSON can hold
        return strayed / max(self._varied[name], 1e-30) if strayed else 0.0

    def added(self, inputs: Iterable[str], outputs: Iterable[str]) -> float:
        """Return by how much an operator's outputs stray more than its inputs."""
        after = max((self.of(name) for name in outputs), default=0.0)
        return after - max((self.of(name) for name in inputs), default=0.0)
