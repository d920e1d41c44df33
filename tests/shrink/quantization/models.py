"""Models and samples for the tests of quantization."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from wherry import runtimes
from wherry.runtimes.protocol import LoadOptions
from wherry.shrink.candidates import Candidate, Kind
from wherry.shrink.records import Samples
from wherry.tensors import Array

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
DENSE = Path(__file__).resolve().parents[3] / "examples/demo/models/digits/digits.tflite"


def candidate(path: Path, kind: Kind) -> Candidate:
    model = runtimes.load(kind.runtime, path, LoadOptions())
    signatures = dict(model.signatures)
    model.close()
    return Candidate(kind, path, signatures)


def samples(of: Candidate, inputs: dict[str, Array], labels: Array | None = None) -> Samples:
    content = b"".join(array.tobytes() for array in inputs.values())
    digest = hashlib.sha256(content).hexdigest()
    return Samples(next(iter(of.signatures)), inputs, labels, False, "a test", digest)


def digits() -> tuple[Array, Array]:
    """scikit-learn's digits, [1797, 8, 8] from 0 to 1, and what they are."""
    from sklearn.datasets import load_digits

    found = load_digits()
    return (found.images / 16).astype(np.float32), found.target


def answers(of: Candidate, inputs: dict[str, Array]) -> dict[str, Array]:
    model = runtimes.load(of.kind.runtime, of.model, LoadOptions())
    outputs = model.run(next(iter(of.signatures)), inputs)
    model.close()
    return outputs


def strays(of: Candidate, from_: Candidate, inputs: dict[str, Array]) -> float:
    """The largest error as a part of the output's range."""
    right, near = answers(from_, inputs), answers(of, inputs)
    return max(float(np.abs(right[n] - near[n]).max() / np.ptp(right[n])) for n in right)


def ratio(of: Candidate, from_: Candidate) -> float:
    return of.model.stat().st_size / from_.model.stat().st_size


def embedding() -> bytes:
    """An Embedding of 2,000 words, the mean, and a dense layer with a bias, over 1 MB."""
    random = np.random.default_rng(0)
    weights = {
        "table": random.normal(size=(2000, 160)).astype(np.float32),
        "kernel": random.normal(size=(160, 32)).astype(np.float32),
        "bias": random.normal(size=32).astype(np.float32),
    }
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"], "look_up"),
        helper.make_node("ReduceMean", ["rows"], ["mean"], "mean", axes=[1], keepdims=0),
        helper.make_node("Gemm", ["mean", "kernel", "bias"], ["scores"], "dense"),
    ]
    graph = helper.make_graph(
        nodes,
        "text",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", 12])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 32])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=opset, ir_version=8)
    return model.SerializeToString()


def convolution() -> bytes:
    """Two convolutions and a dense layer, on 12 x 12 pixels."""
    random = np.random.default_rng(1)
    weights = {
        "first": random.normal(size=(16, 3, 3, 3)).astype(np.float32),
        "second": random.normal(size=(64, 16, 3, 3)).astype(np.float32) / 8,
        "kernel": random.normal(size=(64, 10)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["image", "first"], ["a"], "conv_1"),
        helper.make_node("Relu", ["a"], ["b"], "relu_1"),
        helper.make_node("Conv", ["b", "second"], ["c"], "conv_2"),
        helper.make_node("Relu", ["c"], ["d"], "relu_2"),
        helper.make_node("GlobalAveragePool", ["d"], ["e"], "pool"),
        helper.make_node("Flatten", ["e"], ["f"], "flatten"),
        helper.make_node("MatMul", ["f", "kernel"], ["scores"], "dense"),
    ]
    graph = helper.make_graph(
        nodes,
        "image",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 12, 12])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 10])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=opset, ir_version=8)
    return model.SerializeToString()
