"""LiteRT, ONNX and frozen graphs: one file each."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests import zoo
from tests.inspection import building as build
from tests.inspection.building import FLOAT, INT32, node, of_function, of_shape, of_type
from tests.pitch import LITERT, ONNX
from tests.runtimes.tflite import dense
from wherry.errors import BundleError, NotAModel
from wherry.inspection.inspect import inspect
from wherry.inspection.report import Carries, Format, Inspection, Weights
from wherry.runtimes import load
from wherry.runtimes.protocol import LoadOptions
from wherry.tensors import Datatype, TensorSpec

TFLITE = Path(__file__).parents[1] / "fixtures" / "tflite"


def carries(found: Inspection, runtime: str) -> Carries:
    return {each.runtime: each.carries for each in found.carriers}[runtime]


@pytest.mark.parametrize("path", [*sorted(TFLITE.glob("*.tflite")), LITERT], ids=lambda p: p.stem)
def test_tflite_says_what_its_runtime_would(path: Path) -> None:
    """The same signatures, in the same order; and ``yes`` just where it loads."""
    found = inspect(path)
    assert found.format is Format.TFLITE
    try:
        model = load("litert", path, LoadOptions())
    except BundleError:
        assert carries(found, "litert") is Carries.NO
        assert found.custom_objects
        return
    assert found.signatures == model.signatures
    assert [*found.signatures] == [*model.signatures]
    assert carries(found, "litert") is Carries.YES
    assert not found.custom_objects


def test_flex_operators_are_named_with_the_way_out() -> None:
    """The file is of no use here; the one that it was made from may be."""
    found = inspect(TFLITE / "needs_tensorflow.tflite")
    (litert,) = [c for c in found.carriers if c.runtime == "litert"]
    assert "Flex" in litert.reason
    assert "give the SavedModel or Keras file" in litert.reason


def test_converter_and_weights_of_a_tflite_are_told(tmp_path: Path) -> None:
    """By the metadata that converters leave; and by its buffers."""
    assert inspect(LITERT).written_by == {"tensorflow": "2.13.0"}
    made = inspect(dense(tmp_path / "model.tflite", (40, 30, 20)))
    assert made.weights == (Weights("FP32", 40 * 30 + 30 * 20, 4 * 1800),)
    assert made.operators == {"FULLY_CONNECTED": 2}
    assert inspect(TFLITE / "dense_int8.tflite").weights[0].datatype == "INT8"


def onnx_models(folder: Path) -> list[Path]:
    return [
        zoo.dense(folder / "dense.onnx"),
        zoo.two_in_two_out(folder / "two.onnx"),
        zoo.no_batch(folder / "no_batch.onnx"),
        *(
            zoo.identity(folder / f"{name}.onnx", name)
            for name in zoo.TYPES
            if name not in ("INT16", "UINT16")
        ),
        ONNX,
    ]


def test_onnx_says_what_its_runtime_would(tmp_path: Path) -> None:
    """The same signature for each datatype, scalar and open size."""
    for path in onnx_models(tmp_path):
        found = inspect(path)
        assert found.format is Format.ONNX
        assert found.signatures == load("onnx", path, LoadOptions()).signatures
        assert carries(found, "onnx") is Carries.YES
        assert not found.custom_objects


def test_writer_weights_and_operators_of_an_onnx_are_told(tmp_path: Path) -> None:
    """Opsets with their domains; initializers."""
    found = inspect(ONNX)
    assert found.written_by["producer"].startswith("tf2onnx 1.15.1")
    assert found.written_by["opset"] == "15"
    assert found.operators["Conv"] == 32
    made = inspect(zoo.dense(tmp_path / "dense.onnx", (4, 5, 3)))
    assert made.weights == (Weights("FP32", 35, 140),)
    assert made.operators == {"MatMul": 2, "Relu": 1}


def test_operators_in_branches_and_functions_are_counted(tmp_path: Path) -> None:
    """A graph inside an If; a function of the model's own is no custom operator."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    weights = helper.make_tensor("w", TensorProto.FLOAT, [1], [2.0])
    branch = helper.make_graph(
        [helper.make_node("Mul", ["x", "w"], ["y"])], "b", [], [y], [weights]
    )
    twice = helper.make_function(
        "mine",
        "Twice",
        ["a"],
        ["b"],
        [helper.make_node("Add", ["a", "a"], ["b"])],
        [helper.make_opsetid("", 21)],
    )
    nodes = [
        helper.make_node("Twice", ["x"], ["t"], domain="mine"),
        helper.make_node("Cast", ["t"], ["c"], to=TensorProto.BOOL),
        helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "g", [x], [y]),
        functions=[twice],
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("mine", 1)],
    )
    onnx.save(model, tmp_path / "model.onnx")
    found = inspect(tmp_path / "model.onnx")
    assert found.operators == {"Mul": 2, "mine:Twice": 1, "Cast": 1, "If": 1, "Add": 1}
    assert found.weights == (Weights("FP32", 2, 8),)
    assert not found.custom_objects
    assert carries(found, "onnx") is Carries.YES


def one_node(path: Path, operator: str, domain: str) -> Path:
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])
    made = helper.make_node(operator, ["x"], ["y"], domain=domain)
    graph = helper.make_graph([made], "g", [x], [y])
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(domain, 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets), path)
    return path


@pytest.mark.parametrize("domain", ["ai.onnx.contrib", "org.example"])
def test_custom_domain_is_named(domain: str, tmp_path: Path) -> None:
    """Not those that ONNX Runtime brings along."""
    found = inspect(one_node(tmp_path / "model.onnx", "Wave", domain))
    assert found.custom_objects == (f"{domain}:Wave",)
    assert carries(found, "onnx") is Carries.NO


@pytest.mark.parametrize("domain", ["com.microsoft", "ai.onnx.ml", "com.microsoft.nchwc"])
def test_domain_of_the_runtimes_own_is_passed_over(domain: str, tmp_path: Path) -> None:
    """Quantized models use them."""
    found = inspect(one_node(tmp_path / "model.onnx", "Gelu", domain))
    assert not found.custom_objects
    assert carries(found, "onnx") is Carries.YES


@pytest.mark.parametrize(("opset", "expected"), [(21, Carries.YES), (25, Carries.MAYBE)])
def test_opset_that_not_every_runtime_has_is_told(
    opset: int, expected: Carries, tmp_path: Path
) -> None:
    """Every ONNX Runtime that Wherry runs with has opset 21."""
    model = onnx.load(zoo.no_batch(tmp_path / "model.onnx"))
    model.opset_import[0].version = opset
    onnx.save(model, tmp_path / "model.onnx")
    assert carries(inspect(tmp_path / "model.onnx"), "onnx") is expected


def test_output_that_is_no_tensor_is_told(tmp_path: Path) -> None:
    """What scikit-learn's converter gives unless told otherwise."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])
    y = helper.make_tensor_sequence_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([helper.make_node("SequenceConstruct", ["x"], ["y"])], "g", [x], [y])
    onnx.save(helper.make_model(graph), tmp_path / "model.onnx")
    found = inspect(tmp_path / "model.onnx")
    assert not found.signatures
    assert "zipmap=False" in found.unsupported_signatures["serving_default"]
    assert carries(found, "onnx") is Carries.NO


def test_weights_beside_an_onnx_must_be_there(tmp_path: Path) -> None:
    """Named where they are; missed where they are not."""
    zoo.dense(tmp_path / "plain.onnx", (40, 30))
    model = onnx.load(tmp_path / "plain.onnx")
    onnx.save(model, tmp_path / "model.onnx", save_as_external_data=True, location="model.bin")
    found = inspect(tmp_path / "model.onnx")
    assert found.weights == (Weights("FP32", 1200, 4800),)
    assert "model.bin" in found.notes[0]
    (tmp_path / "model.bin").unlink()
    with pytest.raises(NotAModel, match=r"model\.bin"):
        inspect(tmp_path / "model.onnx")


def placeholder(name: str = "x", *sizes: int) -> bytes:
    return node(name, "Placeholder", dtype=of_type(FLOAT), shape=of_shape(*sizes))


def test_frozen_graph_is_read(tmp_path: Path) -> None:
    """Inputs are placeholders, outputs what nobody consumes; constants are the weights."""
    path = build.frozen(
        tmp_path / "model.pb",
        [
            placeholder("image", -1, 8),
            node("w", "Const", value=build.of_array(np.ones((50, 8)))),
            node("bias", "Const", value=build.of_array(np.ones(50))),
            node("scale", "Const", value=build.of_array(np.ones(()))),
            node("scores", "MatMul", "image", "w:0", "bias", "scale", T=of_type(FLOAT)),
            node("dense/Softmax", "Softmax", "scores:0", T=of_type(FLOAT)),
            node("class", "ArgMax", "scores", T=of_type(FLOAT)),
            node("sure", "Greater", "scores", T=of_type(FLOAT)),
            node("count", "Cast", "scores", SrcT=of_type(FLOAT), DstT=of_type(INT32)),
            node("done", "NoOp", "^class"),
            node("init", "NoOp"),
        ],
    )
    found = inspect(path)
    assert found.format is Format.FROZEN_GRAPH
    assert found.written_by == {"graph": "1882"}
    signature = found.signatures["serving_default"]
    assert signature.inputs == (TensorSpec("image", Datatype.FP32, (-1, 8)),)
    assert signature.outputs == (
        TensorSpec("dense/Softmax", Datatype.FP32, None),
        TensorSpec("sure", Datatype.BOOL, None),
        TensorSpec("count", Datatype.INT32, None),
    )
    assert found.weights == (Weights("FP32", 450, 1800),)
    assert carries(found, "tensorflow") is Carries.YES


def test_frozen_graph_without_sizes_or_types_says_so(tmp_path: Path) -> None:
    """Nothing is guessed."""
    open_shape = node("x", "Placeholder", dtype=of_type(FLOAT))
    found = inspect(build.frozen(tmp_path / "a.pb", [open_shape, node("y", "Wave", "x")]))
    assert not found.signatures
    assert 'datatype of "y"' in found.unsupported_signatures["serving_default"]
    assert found.custom_objects == ("Wave",)
    known = [open_shape, node("y", "Relu", "x", T=of_type(FLOAT))]
    signature = inspect(build.frozen(tmp_path / "b.pb", known)).signatures["serving_default"]
    assert signature.inputs[0].shape is None


def test_functions_of_a_frozen_graph_are_counted(tmp_path: Path) -> None:
    """TensorFlow 2 freezes to graphs with a library."""
    path = tmp_path / "model.pb"
    call = node("y", "PartitionedCall", "x", f=of_function("f"), T=of_type(FLOAT))
    path.write_bytes(build.graph_def([placeholder(), call], {"f": [node("z", "Erf")]}))
    assert inspect(path).operators == {"Placeholder": 1, "PartitionedCall": 1, "Erf": 1}


def test_graph_that_was_never_frozen_is_refused(tmp_path: Path) -> None:
    """Its weights lie in a checkpoint."""
    nodes = [placeholder(), node("w", "VariableV2"), node("y", "MatMul", "x", "w")]
    with pytest.raises(NotAModel, match="not frozen"):
        inspect(build.frozen(tmp_path / "graph.pb", nodes))


def small_files(folder: Path) -> dict[str, bytes]:
    nodes = [placeholder(), node("y", "Relu", "x", T=of_type(FLOAT))]
    return {
        "a.tflite": (TFLITE / "two_signatures.tflite").read_bytes(),
        "a.onnx": zoo.two_in_two_out(folder / "source.onnx").read_bytes(),
        "a.pb": build.graph_def(nodes),
    }


@pytest.mark.parametrize("name", ["a.tflite", "a.onnx", "a.pb"])
def test_file_cut_anywhere_never_raises_anything_else(name: str, tmp_path: Path) -> None:
    """A cut between two fields can leave a shorter file that is whole in itself."""
    content = small_files(tmp_path)[name]
    path = tmp_path / name
    refused, cuts = 0, range(1, len(content), max(1, len(content) // 200))
    for cut in cuts:
        path.write_bytes(content[:cut])
        try:
            inspect(path)
        except NotAModel:
            refused += 1
    assert refused > 0.9 * len(cuts)


@pytest.mark.parametrize("name", ["a.tflite", "a.onnx", "a.pb"])
def test_flipped_bytes_never_raise_anything_else(name: str, tmp_path: Path) -> None:
    """Untrusted bytes: a sentence or an inspection, nothing else."""
    content = bytearray(small_files(tmp_path)[name])
    path = tmp_path / name
    for position in range(0, len(content), max(1, len(content) // 500)):
        original = content[position]
        content[position] = original ^ (1 << position % 8)
        path.write_bytes(content)
        content[position] = original
        try:
            inspect(path)
        except NotAModel as error:
            assert str(error).endswith(".")  # noqa: PT017
