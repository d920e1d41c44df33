"""ONNX Runtime: datatypes, failures, files beside the model."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests import zoo
from wherry.errors import BundleError, ExecutionFailed, InvalidInput
from wherry.runtimes import load
from wherry.runtimes.onnx.external import external_files
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.tensors import Array, Datatype, TensorSpec


def opened(path: Path) -> LoadedModel:
    """Load a model file."""
    return load("onnx", path, LoadOptions())


def run(model: LoadedModel, **inputs: Array) -> dict[str, Array]:
    """Run the one signature."""
    return model.run("serving_default", inputs)


def with_external_weights(folder: Path, location: str) -> Path:
    """Write a model that adds 1,024 numbers kept at ``location``."""
    weights = numpy_helper.from_array(np.arange(1024, dtype=np.float32), "w")
    length = len(weights.raw_data)
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0"), ("length", str(length))):
        weights.external_data.add(key=key, value=value)
    vector = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 1024]) for name in ("x", "y")
    ]
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])], "graph", vector[:1], vector[1:], [weights]
    )
    opsets = [helper.make_opsetid("", zoo.OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=zoo.IR_VERSION)
    (folder / "m.onnx").write_bytes(model.SerializeToString())
    return folder / "m.onnx"


@pytest.mark.parametrize("datatype", [d for d in zoo.TYPES if d not in ("BF16", "BYTES")])
def test_every_datatype_passes_unchanged(tmp_path: Path, datatype: str) -> None:
    """The extremes of each, and a symbolic batch."""
    model = opened(zoo.identity(tmp_path / "m.onnx", datatype))
    (signature,) = model.signatures.values()
    assert signature.inputs == (TensorSpec("x", Datatype(datatype), (-1, -1)),)
    dtype = Datatype(datatype).numpy
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values = np.array([[limits.min, limits.max, 1]], dtype)
    else:
        values = np.array([[0, 1, 1]], dtype)
    answer = run(model, x=values)["y"]
    assert answer.dtype == dtype
    assert np.array_equal(answer, values)


def test_answers_are_those_of_the_runtime_itself(tmp_path: Path) -> None:
    """Bit for bit, at several batch sizes."""
    path = zoo.dense(tmp_path / "m.onnx", (16, 8, 4))
    model, session = opened(path), onnxruntime.InferenceSession(path)
    for count in (1, 5, 1):
        x = np.random.default_rng(count).standard_normal((count, 16), np.float32)
        assert run(model, x=x)["y"].tobytes() == session.run(None, {"x": x})[0].tobytes()


def test_bfloat16_is_float32_outside(tmp_path: Path) -> None:
    """Rounded to the nearest; infinities and NaN stay what they are."""
    model = opened(zoo.identity(tmp_path / "m.onnx", "BF16"))
    values = np.array([[1.0, 3.009, -np.inf, np.nan, 0.0]], np.float32)
    answer = run(model, x=values)["y"]
    assert answer.dtype == np.float32
    expected = np.array([[1.0, 3.015625, -np.inf, np.nan, 0.0]], np.float32)
    assert np.array_equal(answer, expected, equal_nan=True)
    assert run(model, x=np.zeros((0, 2), np.float32))["y"].shape == (0, 2)


def test_strings_are_bytes_outside(tmp_path: Path) -> None:
    """UTF-8 of any length, zero bytes included, and none at all."""
    model = opened(zoo.identity(tmp_path / "m.onnx", "BYTES"))
    words = np.array([["zoë".encode(), b"", b"a\0b"]], object)
    answer = run(model, x=words)["y"]
    assert answer.dtype == object
    assert answer.tolist() == words.tolist()
    assert run(model, x=np.empty((0, 3), object))["y"].shape == (0, 3)


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    """ONNX Runtime would take their Python representation for text."""
    model = opened(zoo.identity(tmp_path / "m.onnx", "BYTES"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        run(model, x=np.array([[b"\xff"]], object))


def test_outputs_belong_to_the_caller(tmp_path: Path) -> None:
    """A later run changes no earlier answer."""
    model = opened(zoo.identity(tmp_path / "m.onnx", "FP32"))
    given = np.ones((1, 3), np.float32)
    first = run(model, x=given)["y"]
    given[:] = 2
    run(model, x=given)
    assert first.tolist() == [[1, 1, 1]]


def test_an_index_out_of_range_is_the_inputs_fault(tmp_path: Path) -> None:
    """One sentence without ONNX Runtime's codes; the next answer is right."""
    model = opened(
        zoo.onnx_model(
            tmp_path / "m.onnx",
            inputs={"i": ("INT64", ("n",))},
            outputs={"y": ("FP32", ("n",))},
            nodes=[("Gather", ["w", "i"], ["y"], {})],
            constants={"w": np.arange(4, dtype=np.float32)},
        )
    )
    with pytest.raises(InvalidInput, match="out of data bounds") as caught:
        run(model, i=np.array([7]))
    assert "ONNXRuntimeError" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert run(model, i=np.array([3]))["y"].tolist() == [3]


def test_other_failures_are_the_models(tmp_path: Path) -> None:
    """A reshape that cannot be: ONNX Runtime does not blame the input, and says which node."""
    model = opened(
        zoo.onnx_model(
            tmp_path / "m.onnx",
            inputs={"x": ("FP32", ("n",)), "s": ("INT64", ("m",))},
            outputs={"y": ("FP32", ("a", "b"))},
            nodes=[("Reshape", ["x", "s"], ["y"], {})],
        )
    )
    with pytest.raises(ExecutionFailed, match="Reshape") as caught:
        run(model, x=np.zeros(6, np.float32), s=np.array([4, 4]))
    assert ".h:" not in str(caught.value)
    x = np.zeros(6, np.float32)
    assert run(model, x=x, s=np.array([2, 3]))["y"].shape == (2, 3)


def test_a_scalar_or_shapeless_tensor_has_an_open_shape(tmp_path: Path) -> None:
    """ONNX Runtime tells them not apart."""
    model = opened(zoo.identity(tmp_path / "m.onnx", "FP32", ()))
    (signature,) = model.signatures.values()
    assert signature.inputs[0].shape is None
    assert run(model, x=np.array(3, np.float32))["y"].shape == ()


def test_sequences_are_refused(tmp_path: Path) -> None:
    """With what to do about it."""
    vector = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])
    sequence = helper.make_tensor_sequence_value_info("y", TensorProto.FLOAT, ["n"])
    node = helper.make_node("SequenceConstruct", ["x"], ["y"])
    graph = helper.make_graph([node], "graph", [vector], [sequence])
    opsets = [helper.make_opsetid("", zoo.OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=zoo.IR_VERSION)
    onnx.save(model, tmp_path / "m.onnx")
    with pytest.raises(BundleError, match=r"seq\(tensor\(float\)\).*zipmap=False"):
        opened(tmp_path / "m.onnx")


def test_an_unknown_operator_is_named(tmp_path: Path) -> None:
    """A custom domain that no library here has."""
    path = zoo.identity(tmp_path / "m.onnx", "FP32")
    model = onnx.load(path)
    model.graph.node[0].op_type, model.graph.node[0].domain = "Sharpen", "my.ops"
    model.opset_import.append(helper.make_opsetid("my.ops", 1))
    onnx.save(model, path)
    with pytest.raises(BundleError, match=r"my\.ops:Sharpen"):
        opened(path)


@pytest.mark.parametrize("content", [b"", b"x", b"version https://git-lfs", None])
def test_what_is_not_a_model_is_refused(
    tmp_path: Path, content: bytes | None, capfd: pytest.CaptureFixture[str]
) -> None:
    """Empty, foreign and truncated files, and nothing is printed."""
    path = zoo.dense(tmp_path / "m.onnx", (16, 8))
    path.write_bytes(path.read_bytes()[:-300] if content is None else content)
    with pytest.raises(BundleError, match=r"m\.onnx"):
        opened(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("location", ["weights.bin", "parts/weights.bin"])
def test_weights_beside_the_model_are_read(tmp_path: Path, location: str) -> None:
    """External data in the folder, or a folder of it."""
    (tmp_path / location).parent.mkdir(exist_ok=True)
    (tmp_path / location).write_bytes(np.arange(1024, dtype=np.float32).tobytes())
    path = with_external_weights(tmp_path, location)
    assert external_files(path) == [tmp_path / location]
    answer = run(opened(path), x=np.zeros((1, 1024), np.float32))["y"]
    assert answer[0, :3].tolist() == [0, 1, 2]


@pytest.mark.parametrize("location", ["../secret.bin", "{}/secret.bin", "link.bin", "a/../../b"])
def test_weights_outside_the_folder_are_refused(tmp_path: Path, location: str) -> None:
    """By a relative, an absolute path or a link, although the file is there."""
    (tmp_path / "model").mkdir()
    (tmp_path / "secret.bin").write_bytes(np.arange(1024, dtype=np.float32).tobytes())
    (tmp_path / "model" / "link.bin").symlink_to(tmp_path / "secret.bin")
    path = with_external_weights(tmp_path / "model", location.format(tmp_path))
    with pytest.raises(BundleError, match="outside its own folder"):
        opened(path)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    """With what to copy."""
    with pytest.raises(BundleError, match=r'"weights\.bin", which is not there'):
        opened(with_external_weights(tmp_path, "weights.bin"))


def test_many_threads_may_run_one_session(tmp_path: Path) -> None:
    """It says so, and the server takes it at its word."""
    assert opened(zoo.identity(tmp_path / "m.onnx", "FP32")).concurrent
