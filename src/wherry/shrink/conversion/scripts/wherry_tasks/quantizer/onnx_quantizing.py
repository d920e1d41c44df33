"""Quantize an .onnx file to 8-bit integers.

Convolutional models get ranges for their activations from the samples (QDQ); others find them
while they run (dynamic), which costs them little and keeps more of the answers.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

from onnxruntime import quantization
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType
from wherry_tasks.task import Refused
from wherry_tasks.tensor_files import read_tensors

from . import onnx_model, onnx_weights
from .feeding import runs

_BATCH = 16


class _Samples(CalibrationDataReader):  # type: ignore[misc]
    """The samples, as ONNX Runtime's quantizer wants to be given them."""

    def __init__(self, request: dict[str, Any]) -> None:
        samples = read_tensors(Path(request["samples"]))
        size = _BATCH if request["mode"] == "batch" else 1
        self._runs = runs(samples, request["mode"], size)

    def get_next(self) -> dict[str, Any] | None:
        """Return the inputs of the next run, or None."""
        return next(self._runs, None)


def quantize(request: dict[str, Any], prepared: Path, *, whole: bool = False) -> dict[str, Any]:
    """Write the file with 8-bit weights, and 8-bit activations where that pays.

    ``whole`` keeps every operator of the float model in its place, so that the two compare.
    """
    logging.disable(logging.WARNING)
    quantized = Path(request["quantized"])
    model = onnx_model.prepare(request["model"], prepared)
    static = onnx_model.convolutional(model)
    nodes = [n for n in onnx_model.quantizable(model, static) if n.name not in request["kept"]]
    if not nodes:
        raise Refused(
            "None of the model's operators has weights that ONNX Runtime can keep as 8-bit "
            "integers."
        )
    layers = onnx_model.describe(model, nodes)
    narrowed = prepared.with_suffix(".narrowed.onnx")
    _narrow(model, nodes, narrowed)
    others = {node.op_type for node in nodes} - onnx_weights.OPERATORS
    if others:
        _quantize(request, narrowed, sorted(others), static, whole)
    else:
        shutil.copyfile(narrowed, quantized)
    onnx_model.clean(quantized)
    return {"layers": layers, "static": static}


def _narrow(model: Any, nodes: list[Any], narrowed: Path) -> None:
    onnx_weights.narrow(model.graph, {n.name for n in nodes if n.op_type in onnx_weights.OPERATORS})
    narrowed.write_bytes(model.SerializeToString(deterministic=True))


def _quantize(
    request: dict[str, Any], narrowed: Path, operators: list[str], static: bool, whole: bool
) -> None:
    options: dict[str, Any] = {
        "op_types_to_quantize": [*operators, *(["MatMul"] if "Gemm" in operators else [])],
        "per_channel": True,
        # Processors without VNNI add products of 8-bit numbers in 16 bits, which overflows. With
        # weights of 7 bits it cannot, so that every machine gives the same answers.
        "reduce_range": True,
        "weight_type": QuantType.QInt8,
        # A Gemm becomes a MatMul and an Add where activations are quantized while it runs.
        "nodes_to_exclude": [*request["kept"], *(f"{name}_MatMul" for name in request["kept"])],
    }
    quantized = request["quantized"]
    if static:
        quantization.quantize_static(
            str(narrowed),
            quantized,
            _Samples(request),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            extra_options={"QDQKeepRemovableActivations": whole},
            **options,
        )
        return
    try:
        inner = {"EnableSubgraph": True}
        quantization.quantize_dynamic(str(narrowed), quantized, **options, extra_options=inner)
    except Exception:  # noqa: BLE001  it has no class of its own for loops that it cannot follow
        quantization.quantize_dynamic(str(narrowed), quantized, **options)
