"""Tell which layers of a quantized .onnx file stray most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import onnxruntime
from wherry_tasks.task import run_task
from wherry_tasks.tensor_files import read_tensors

from . import onnx_quantizing
from .errors import Errors
from .feeding import first, runs

_BATCH = 4


def rank(request: dict[str, Any]) -> dict[str, Any]:
    """Return the layers with their errors."""
    quantized = Path(request["quantized"])
    prepared = quantized.with_suffix(".prepared.onnx")
    answer = onnx_quantizing.quantize(request, prepared, whole=True)
    exact, rough = onnx.load(str(prepared)), onnx.load(str(quantized))
    layers = {layer["key"]: layer for layer in answer["layers"]}
    nodes = [node for node in exact.graph.node if node.name in layers]
    seen = {name for node in nodes for name in (*node.input, *node.output)}
    seen &= {name for node in exact.graph.node for name in node.output}
    seen &= {name for node in rough.graph.node for name in node.output}
    sessions = [_session(model, sorted(seen), request["threads"]) for model in (exact, rough)]
    errors = Errors()
    samples = first(read_tensors(Path(request["samples"])), request["count"])
    size = _BATCH if request["mode"] == "batch" else 1
    for inputs in runs(samples, request["mode"], size):
        errors.add(
            *(dict(zip(sorted(seen), s.run(sorted(seen), inputs), strict=True)) for s in sessions)
        )
    for node in nodes:
        layers[node.name]["error"] = errors.added(node.input, node.output)
    return {"layers": answer["layers"]}


def _session(model: Any, names: list[str], threads: int) -> Any:
    """Return a session that also answers these tensors."""
    present = {output.name for output in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=n) for n in names if n not in present)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


run_task(rank)
