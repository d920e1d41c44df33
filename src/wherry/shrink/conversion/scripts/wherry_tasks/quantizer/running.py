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
        self.signature = _own(self.interpreter, signature)
        self.subgraph = subgraph

    def tensors(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Run once, and return the floats inside by their tensor's name."""
        self.interpreter.get_signature_runner(self.signature)(**inputs)
        found = {}
        for detail in self.interpreter.get_tensor_details(self.subgraph):
            if not detail["name"]:
                continue
            try:
                numbers = self.interpreter.get_tensor(detail["index"], self.subgraph)
            except ValueError:  # not in memory any more, or never
                continue
            if numbers.size and numbers.dtype.kind == "f":
                found[detail["name"]] = numbers.astype(np.float32, copy=False)
        return found

    def batch_size(self, mode: str, count: int) -> int:
        """Return how many samples one run may take."""
        if mode != "batch":
            return 1
        details = self.interpreter.get_tensor_details(self.subgraph)
        each = sum(4 * int(np.prod(np.abs(detail["shape"]))) for detail in details)
        return int(max(1, min(count, _MOST_BYTES // max(each, 1))))


def outputs(
    content: bytes, signature: str, threads: int, inputs: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the numbers of each output, those of all runs in one row."""
    interpreter = Interpreter(model_content=content, num_threads=threads)
    runner = interpreter.get_signature_runner(_own(interpreter, signature))
    answers = [runner(**each) for each in inputs]
    return {name: np.concatenate([np.ravel(a[name]) for a in answers]) for name in answers[0]}


def _own(interpreter: Interpreter, signature: str) -> str:
    listed = interpreter.get_signature_list()
    return signature if signature in listed else next(iter(listed))
