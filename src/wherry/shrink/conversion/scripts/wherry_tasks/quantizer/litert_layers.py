"""Tell which layers of a quantized .tflite file stray most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wherry_tasks.task import run_task
from wherry_tasks.tensor_files import read_tensors

from . import flatbuffer, planning, ranges
from .errors import Errors
from .feeding import first, runs
from .running import Runner


def rank(request: dict[str, Any]) -> dict[str, Any]:
    """Return the layers with their errors."""
    model = flatbuffer.read(request["model"])
    known, plans = ranges.planned(request, model)
    main = flatbuffer.signature_subgraph(model, request["signature"])
    own = planning.names(model)
    rough = planning.quantize(model, plans, known)  # which renames the model's tensors
    exact = flatbuffer.write(model)
    tensors = [t.name.decode() for t in model.subgraphs[main].tensors]
    planning.restore(model, own)
    layers = planning.describe(model, plans)
    runners = [
        Runner(content, request["signature"], main, request["threads"])
        for content in (exact, rough)
    ]
    errors = Errors()
    samples = first(read_tensors(Path(request["samples"])), request["count"])
    size = runners[0].batch_size(request["mode"], request["count"])
    for inputs in runs(samples, request["mode"], size):
        errors.add(*(runner.tensors(inputs) for runner in runners))
    nodes = {o.key: o.node for o in flatbuffer.operations(model) if o.subgraph == main}
    for layer in layers:
        node = nodes.get(layer["key"])
        if node is not None:
            layer["error"] = errors.added(
                (tensors[index] for index in node.inputs if index >= 0),
                (tensors[index] for index in node.outputs),
            )
    return {"layers": layers}


run_task(rank)
