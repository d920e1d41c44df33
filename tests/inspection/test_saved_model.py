"""SavedModels: what their signatures run, and what is missing in a folder."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.inspection import building as build
from tests.inspection.building import FLOAT, STRING, node, of_function, of_shape, of_type
from tests.pitch import SAVED_MODEL
from tests.tensorflow_libraries import SAVED_MODELS
from wherry.errors import BundleError, NotAModel
from wherry.inspection.inspect import inspect
from wherry.inspection.report import Carries, Format, Weights
from wherry.runtimes.savedmodel import read

SERVED = ("datatypes", "keras", "layers", "refusals", "shapes", "state", "tensorflow1", "words")


def variable(name: str, *sizes: int) -> bytes:
    return node(name, "VarHandleOp", dtype=of_type(FLOAT), shape=of_shape(*sizes))


def small(folder: Path, **options: object) -> Path:
    """Write a model of one variable; a function of its does the work."""
    return build.saved_model(
        folder,
        [
            node("x", "Placeholder"),
            variable("w", 4, 3),
            variable("slot", 4, 3),
            node("y", "StatefulPartitionedCall", "x", "w", f=of_function("__inference_serve_1")),
            node("save", "StringJoin", "x"),
        ],
        inputs={"x": ("x:0", FLOAT, (-1, 4))},
        outputs={"y": ("y:0", FLOAT, (-1, 3))},
        functions={
            "__inference_serve_1": [
                node("loop", "While", "x", body=of_function("body"), cond=of_function("cond"))
            ],
            "body": [node("m", "MatMul"), node("again", "PartitionedCall", f=of_function("body"))],
            "cond": [node("c", "Less")],
            "__inference_train_2": [node("p", "EagerPyFunc")],
        },
        variables={"variables/0/.ATTRIBUTES/VARIABLE_VALUE": np.ones((4, 3))},
        **options,
    )


@pytest.mark.parametrize("name", SERVED)
def test_signatures_are_those_that_are_served(name: str) -> None:
    """The same reading as the runtime's."""
    found = inspect(SAVED_MODELS / name)
    served = read(SAVED_MODELS / name)
    assert found.signatures == {key: each.signature for key, each in served.signatures.items()}
    assert found.unsupported_signatures == served.unsupported
    assert found.format is Format.SAVED_MODEL
    assert {c.runtime: c.carries for c in found.carriers}["tensorflow"] is Carries.YES
    assert not found.custom_objects


def test_published_model_of_an_older_keras() -> None:
    """Basic Pitch: written by TensorFlow 2.4 and Keras 2.4, with layers of its author's own."""
    found = inspect(SAVED_MODEL)
    assert found.written_by == {"tensorflow": "2.4.1", "keras": "2.4.0"}
    assert found.keras_generation == 2
    assert found.layers["Conv2D"] == 6
    assert found.layers["HarmonicStacking"] == 2
    assert found.operators["Conv2D"] == 32
    assert found.weights[0].datatype == "FP32"
    assert 30_000 < found.weights[0].parameters < 40_000
    # The graph has all that is needed: layers of one's own matter to Keras only.
    assert not found.custom_objects
    assert [c.carries for c in found.carriers] == [Carries.MAYBE, Carries.MAYBE, Carries.YES]


def test_only_what_signatures_run_is_counted(tmp_path: Path) -> None:
    """Functions through functions, once each; not the saver, not a function for training."""
    found = inspect(small(tmp_path / "model"))
    assert found.operators == {
        "StatefulPartitionedCall": 1,
        "While": 1,
        "MatMul": 1,
        "PartitionedCall": 1,
        "Less": 1,
        "VarHandleOp": 1,
        "Placeholder": 1,
    }
    assert found.weights == (Weights("FP32", 12, 48),)
    assert [c.carries for c in found.carriers] == [Carries.MAYBE, Carries.MAYBE, Carries.YES]


def test_strings_and_tables_of_a_real_model_are_named() -> None:
    """The reason names the operators; TensorFlow carries it."""
    carriers = {c.runtime: c for c in inspect(SAVED_MODELS / "words").carriers}
    assert carriers["litert"].carries is Carries.NO
    assert "StringLower" in carriers["litert"].reason
    assert carriers["tensorflow"].carries is Carries.YES


def test_table_alone_may_convert() -> None:
    """LiteRT has tables from words to numbers, as the converter of TensorFlow 2.21 showed."""
    carriers = {c.runtime: c for c in inspect(SAVED_MODELS / "tensorflow1").carriers}
    assert carriers["litert"].carries is Carries.MAYBE
    assert "LookupTableFindV2" in carriers["litert"].reason


@pytest.mark.parametrize(
    ("operator", "tensorflow", "said"),
    [
        ("EagerPyFunc", Carries.NO, "Python code"),
        ("PyFunc", Carries.NO, "Python code"),
        ("TFText>WhitespaceTokenizeWithOffsets", Carries.NO, "of TensorFlow Text"),
        ("SentencepieceTokenizeOp", Carries.NO, "of TensorFlow Text"),
        ("Addons>ImageProjectiveTransformV3", Carries.NO, "of TensorFlow Addons"),
        ("MyOwnOp", Carries.NO, "MyOwnOp"),
        ("ParseExampleV2", Carries.YES, "tf.train.Example"),
        ("DecodeJpeg", Carries.YES, "decodes images"),
        ("MutableHashTableV2", Carries.YES, "table that changes"),
        ("IteratorV2", Carries.YES, "data pipeline"),
    ],
)
def test_operator_that_stands_in_the_way_is_named(
    operator: str, tensorflow: Carries, said: str, tmp_path: Path
) -> None:
    """Converters have none of these; TensorFlow has those that are its own."""
    build.saved_model(
        tmp_path,
        [node("x", "Placeholder"), node("y", operator, "x")],
        inputs={"x": ("x:0", STRING, (-1,))},
        outputs={"y": ("y:0", FLOAT, (-1,))},
    )
    found = inspect(tmp_path)
    carriers = {c.runtime: c for c in found.carriers}
    assert carriers["tensorflow"].carries is tensorflow
    assert carriers["litert"].carries is Carries.NO
    assert said in carriers["litert"].reason
    known = (operator[0] != "T" and "PyFunc" in operator) or tensorflow is Carries.YES
    assert found.custom_objects == (() if known else (operator,))


@pytest.mark.parametrize("operator", ["Conv2D", "SparseToDense", "RFFT", "Bucketize", "Equal"])
def test_operators_that_convert_are_not_said_to_stand_in_the_way(
    operator: str, tmp_path: Path
) -> None:
    """Each was seen to convert, with TensorFlow 2.21."""
    build.saved_model(
        tmp_path,
        [node("x", "Placeholder"), node("y", operator, "x")],
        inputs={"x": ("x:0", FLOAT, (-1,))},
        outputs={"y": ("y:0", FLOAT, (-1,))},
    )
    assert Carries.NO not in [c.carries for c in inspect(tmp_path).carriers]


def test_estimator_export_is_told_by_what_it_takes(tmp_path: Path) -> None:
    """Serialized records; and a TensorFlow 1 form, which has no object graph."""
    build.saved_model(
        tmp_path / "export" / "1600000000",
        [node("x", "Placeholder"), node("y", "ParseExample", "x")],
        inputs={"inputs": ("x:0", STRING, (-1,))},
        outputs={"scores": ("y:0", FLOAT, (-1, 2))},
    )
    found = inspect(tmp_path)
    assert found.path == tmp_path / "export" / "1600000000"
    assert any("tf.train.Example" in note for note in found.notes)
    assert any("TensorFlow 1's form" in note for note in found.notes)


def test_large_constants_are_weights_and_small_ones_are_not(tmp_path: Path) -> None:
    """A frozen part of a graph."""
    build.saved_model(
        tmp_path,
        [
            node("x", "Placeholder"),
            node("w", "Const", value=build.of_array(np.ones((50, 10)))),
            node("axis", "Const", value=build.of_array(np.ones(2))),
            node("y", "MatMul", "x", "w", "axis"),
        ],
        inputs={"x": ("x:0", FLOAT, (-1, 50))},
        outputs={"y": ("y:0", FLOAT, (-1, 10))},
    )
    assert inspect(tmp_path).weights == (Weights("FP32", 500, 2000),)


def test_variables_of_training_are_told_but_not_counted(tmp_path: Path) -> None:
    """An optimizer's state, which doubles many a folder."""
    folder = small(tmp_path / "model")
    variables = {"w/.ATTRIBUTES/V": np.ones((4, 3)), "w/.OPTIMIZER_SLOT/o/m": np.ones(2**19)}
    build.write_variables(folder / "variables", variables)
    found = inspect(folder)
    assert found.weights == (Weights("FP32", 12, 48),)
    assert any("no signature uses 2.0 MiB" in note for note in found.notes)


def test_variables_are_counted_from_their_index_where_the_graph_says_no_shape(
    tmp_path: Path,
) -> None:
    """By their names, training left out."""
    folder = build.saved_model(
        tmp_path,
        [node("x", "Placeholder"), node("w", "VarHandleOp"), node("y", "MatMul", "x", "w")],
        inputs={"x": ("x:0", FLOAT, (-1, 4))},
        outputs={"y": ("y:0", FLOAT, (-1, 3))},
        variables={
            "layer-0/kernel/.ATTRIBUTES/VARIABLE_VALUE": np.ones((4, 3)),
            "layer-0/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE": np.ones(12),
            "optimizer/learning_rate/.ATTRIBUTES/VARIABLE_VALUE": np.ones(()),
            "dense/kernel/Adam_1": np.ones(12),
        },
    )
    assert inspect(folder).weights == (Weights("FP32", 12, 48),)


def test_shards_may_be_several(tmp_path: Path) -> None:
    """Each as long as the index says."""
    folder = small(tmp_path / "model")
    arrays = {f"w{index}": np.ones(100) for index in range(5)}
    shutil.rmtree(folder / "variables")
    build.write_variables(folder / "variables", arrays, shards=3)
    assert inspect(folder).size_bytes > 2000
    (folder / "variables" / "variables.data-00001-of-00003").unlink()
    with pytest.raises(NotAModel, match=r"variables\.data-00001-of-00003 is missing"):
        inspect(folder)


def test_shard_that_was_cut_short_is_found(tmp_path: Path) -> None:
    """The index says how long it must be."""
    folder = Path(shutil.copytree(SAVED_MODELS / "keras", tmp_path / "model"))
    (shard,) = folder.glob("variables/variables.data-*")
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(NotAModel, match="was cut short: the bytes of"):
        inspect(folder)


def test_index_cut_anywhere_is_refused(tmp_path: Path) -> None:
    """Never another exception, wherever a copy stopped."""
    folder = Path(shutil.copytree(SAVED_MODELS / "keras", tmp_path / "model"))
    index = folder / "variables" / "variables.index"
    content = index.read_bytes()
    for cut in range(0, len(content), 7):
        index.write_bytes(content[:cut])
        with pytest.raises(NotAModel, match=r"variables\.index"):
            inspect(folder)


@pytest.mark.parametrize("file", ["saved_model.pb", "variables/variables.index"])
def test_flipped_bytes_never_raise_anything_else(file: str, tmp_path: Path) -> None:
    """Untrusted bytes: a sentence or an inspection, nothing else."""
    folder = Path(shutil.copytree(SAVED_MODELS / "layers", tmp_path / "model"))
    path = folder / file
    content = bytearray(path.read_bytes())
    for position in range(0, len(content), max(1, len(content) // 250)):
        original = content[position]
        content[position] = original ^ (1 << position % 8)
        path.write_bytes(content)
        content[position] = original
        try:
            inspect(folder)
        except NotAModel as error:
            assert str(error).endswith(".")  # noqa: PT017


def test_model_named_by_its_graph_file_is_its_folder() -> None:
    """As people do."""
    graph = SAVED_MODELS / "keras" / "saved_model.pb"
    assert inspect(graph) == inspect(SAVED_MODELS / "keras")


def test_model_without_a_usable_signature_is_still_inspected() -> None:
    """Served it cannot be; what it holds can be told."""
    with pytest.raises(BundleError):
        read(SAVED_MODELS / "unusable")
    found = inspect(SAVED_MODELS / "unusable")
    assert not found.signatures
    assert set(found.unsupported_signatures) == {"quantized", "variant"}
    assert {c.carries for c in found.carriers} == {Carries.NO}


def test_signature_of_another_graph_is_told(tmp_path: Path) -> None:
    """As simple_save leaves it in the wrong session: it loads, and cannot be called."""
    build.saved_model(
        tmp_path,
        [node("other", "Placeholder")],
        inputs={"x": ("x:0", FLOAT, (-1,))},
        outputs={"y": ("y:0", FLOAT, (-1,))},
    )
    found = inspect(tmp_path)
    assert not found.signatures
    assert '"x:0", which the graph does not have' in found.unsupported_signatures["serving_default"]
    assert {c.carries for c in found.carriers} == {Carries.NO}


def test_hash_is_of_names_and_contents(tmp_path: Path) -> None:
    """The same files elsewhere give the same; a changed byte or name does not."""
    folder = Path(shutil.copytree(SAVED_MODELS / "words", tmp_path / "model"))
    before = inspect(folder)
    assert before.sha256 == inspect(SAVED_MODELS / "words").sha256
    (asset,) = folder.glob("assets/*")
    asset.write_text("other words")
    assert inspect(folder).sha256 != before.sha256
