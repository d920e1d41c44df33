"""Quantize a .tflite file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wherry_tasks.task import run_task

from . import flatbuffer, float16, planning, ranges


def quantize(request: dict[str, Any]) -> dict[str, Any]:
    """Write the file in the number format that the request names."""
    model = flatbuffer.read(request["model"], widen=request["format"] != "float16")
    if request["format"] == "float16":
        float16.cast(model)
        Path(request["quantized"]).write_bytes(flatbuffer.write(model))
        return {"layers": []}
    known, plans = ranges.planned(request, model)
    own = planning.names(model)
    content = planning.quantize(model, plans, known)
    planning.restore(model, own)
    layers = planning.describe(model, plans)
    made = flatbuffer.unpack(content)
    planning.restore(made, own)
    Path(request["quantized"]).write_bytes(flatbuffer.write(made))
    return {"layers": layers}


run_task(quantize)
