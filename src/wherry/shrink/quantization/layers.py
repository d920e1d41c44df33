"""A model's layers as the quantizer sees them: its operators, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Layer:
    """An operator of the float model.

    ``key`` is its place in the file (LiteRT) or its node's name (ONNX); ``weights_bytes``
    are those of its weights in float. ``error`` is a squared error as a part of the variance:
    what the operator brings to the model's outputs (LiteRT) or to its own (ONNX); 0 where it was
    not looked at.
    """

    key: str
    operator: str
    name: str
    weights_bytes: int = 0
    error: float = 0.0

    def __str__(self) -> str:
        return f"{self.name} ({self.operator})"


def as_layers(answer: Sequence[dict[str, Any]]) -> tuple[Layer, ...]:
    """Return the layers of a task's answer."""
    return tuple(
        Layer(
            entry["key"],
            entry["operator"],
            entry["name"],
            int(entry["weights_bytes"]),
            float(entry.get("error", 0)),
        )
        for entry in answer
    )


def listed(layers: Sequence[Layer]) -> str:
    """Return some of the layers' names, for people."""
    shown = [str(layer) for layer in layers[:_MOST_SHOWN]]
    if len(layers) > len(shown):
        shown.append(f"{len(layers) - len(shown)} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
