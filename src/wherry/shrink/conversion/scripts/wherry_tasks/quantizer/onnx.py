"""Quantize an .onnx file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wherry_tasks.task import run_task

from . import onnx_quantizing


def quantize(request: dict[str, Any]) -> dict[str, Any]:
    """Write the file with 8-bit weights, and 8-bit activations where that pays."""
    prepared = Path(request["quantized"]).with_suffix(".prepared.onnx")
    return onnx_quantizing.quantize(request, prepared)


run_task(quantize)
