"""Tiny real models, built by the tests that need them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

type Shape = Sequence[int | str | None]

TYPES = {
    "BOOL": TensorProto.BOOL,
    "INT8": TensorProto.INT8,
    "INT16": TensorProto.INT16,
    "INT32": TensorProto.INT32,
    "INT64": TensorProto.INT64,
    "UINT8": TensorProto.UINT8,
    "UINT16": TensorProto.UINT16,
    "UINT32": TensorProto.UINT32,
    "UINT64": TensorProto.UINT64,
    "FP16": TensorProto.FLOAT16,
    "BF16": TensorProto.BFLOAT16,
    "FP32": TensorProto.FLOAT,
    "FP64": TensorProto.DOUBLE,
    "BYTES": TensorProto.STRING,
}
# Versions that every ONNX Runtime the project supports can read.
OPSET, IR_VERSION = 21, 10


def onnx_model(
    path: Path,
    *,
    inputs: Mapping[str, tuple[str, Shape]],
    outputs: Mapping[str, tuple[str, Shape]],
    nodes: Sequence[tuple[str, Sequence[str], Sequence[str], Mapping[str, object]]],
    constants: Mapping[str, np.ndarray] | None = None,
) -> Path:
    """Write a model of the given nodes (operator, inputs, outputs, attributes) and return its path.

    Tensors are given as (datatype, shape); a name or None in a shape is a dimension of any size.
    """

    def tensors(described: Mapping[str, tuple[str, Shape]]) -> list[object]:
        return [
            helper.make_tensor_value_info(name, TYPES[datatype], list(shape))
            for name, (datatype, shape) in described.items()
        ]

    graph = helper.make_graph(
        [helper.make_node(op, list(i), list(o), **attributes) for op, i, o, attributes in nodes],
        "graph",
        tensors(inputs),
        tensors(outputs),
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    path.parent.mkdir(parents=True, exist_ok=True)
    save(model, path)
    return path


def identity(path: Path, datatype: str, shape: Shape = ("batch", "n")) -> Path:
    """Write a model whose output ``y`` is its input ``x``."""
    return onnx_model(
        path,
        inputs={"x": (datatype, shape)},
        outputs={"y": (datatype, shape)},
        nodes=[("Identity", ["x"], ["y"], {})],
    )


def dense(path: Path, sizes: Sequence[int] = (4, 3), *, seed: int = 0) -> Path:
    """Write a dense float32 network: ``x`` [batch, first size] to ``y`` [batch, last size].

    Layers but the last end in Relu; the weights are random and fixed by ``seed``.
    """
    random = np.random.default_rng(seed)
    nodes: list[tuple[str, Sequence[str], Sequence[str], Mapping[str, object]]] = []
    constants = {}
    flowing = "x"
    last = len(sizes) - 2
    for layer, (rows, columns) in enumerate(pairwise(sizes)):
        weights = random.standard_normal((rows, columns)) / np.sqrt(rows)
        constants[f"w{layer}"] = weights.astype(np.float32)
        product = "y" if layer == last else f"h{layer}"
        nodes.append(("MatMul", [flowing, f"w{layer}"], [product], {}))
        flowing = product
        if layer != last:
            flowing = f"r{layer}"
            nodes.append(("Relu", [product], [flowing], {}))
    return onnx_model(
        path,
        inputs={"x": ("FP32", ("batch", sizes[0]))},
        outputs={"y": ("FP32", ("batch", sizes[-1]))},
        nodes=nodes,
        constants=constants,
    )


def two_in_two_out(path: Path) -> Path:
    """Write a model of float32 ``a`` and ``b`` [batch, 2] to ``sum`` [batch, 2], ``first`` [batch].

    ``first`` is the first column of ``a``.
    """
    return onnx_model(
        path,
        inputs={"a": ("FP32", ("batch", 2)), "b": ("FP32", ("batch", 2))},
        outputs={"sum": ("FP32", ("batch", 2)), "first": ("FP32", ("batch",))},
        nodes=[
            ("Add", ["a", "b"], ["sum"], {}),
            ("Gather", ["a", "zero"], ["first"], {"axis": 1}),
        ],
        constants={"zero": np.array(0, np.int64)},
    )


def logarithm(path: Path) -> Path:
    """Write a model whose ``y`` [batch, 1] is the logarithm of ``x``: -inf for 0, NaN below."""
    return onnx_model(
        path,
        inputs={"x": ("FP32", ("batch", 1))},
        outputs={"y": ("FP32", ("batch", 1))},
        nodes=[("Log", ["x"], ["y"], {})],
    )


def no_batch(path: Path) -> Path:
    """Write a model without a batch axis: float32 ``x`` [3] to its ``sum``, of no axis."""
    return onnx_model(
        path,
        inputs={"x": ("FP32", (3,))},
        outputs={"sum": ("FP32", ())},
        nodes=[("ReduceSum", ["x"], ["sum"], {"keepdims": 0})],
    )
