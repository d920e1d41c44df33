"""Run a .tflite file on samples, and look at the numbers inside."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

# What one run may keep of activations, about.
_MOST_BYTES = 64 * 2**20


class Runner:
    """One signature, with everything inside kept to be looked at."""

    def __init__(self, content: bytes, signature: str, subgraph: int, threads: int) -> None:
        self.interpreter = Interpreter(
            model_content=content,
            num_threads=threads,
            experimental_preserve_all_tensors=True,
        )
        self.interpreter.allocate_tensors()
        listed = self.interpreter.get_signature_list()
        self.signature = signature if signature in listed else next(iter(listed))
        self.subgraph = subgraph

    def tensors(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Run once, and return the numbers inside by their tensor's name, integers as floats."""
        self.interpreter.get_signature_runner(self.signature)(**inputs)
        found = {}
        for detail in self.interpreter.get_tensor_details(self.subgraph):
            if not detail["name"]:
                continue
            try:
                numbers = self.interpreter.get_tensor(detail["index"], self.subgraph)
            except ValueError:  # not in memory any more, or never
                continue
            real = _real(numbers, detail["quantization_parameters"])
            if real is not None:
                found[detail["name"]] = real
        return found

    def batch_size(self, mode: str, count: int) -> int:
        """Return how many samples one run may take."""
        if mode != "batch":
            return 1
        details = self.interpreter.get_tensor_details(self.subgraph)
        each = sum(4 * int(np.prod(np.abs(detail["shape"]))) for detail in details)
        return int(max(1, min(count, _MOST_BYTES // max(each, 1))))


def _real(numbers: Any, parameters: dict[str, Any]) -> Any:
    if numbers.size == 0 or numbers.dtype.kind not in "fiu":
        return None
    scales = parameters["scales"]
    if numbers.dtype.kind == "f":
        return numbers.astype(np.float32, copy=False)
    if len(scales) != 1:
        return None
    return (numbers.astype(np.float32) - parameters["zero_points"][0]) * scales[0]
