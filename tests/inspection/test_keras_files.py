"""Keras files that Keras 2.4, 2.15 and 3 wrote, and damaged ones."""

import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.inspection import building as build
from wherry.errors import NotAModel
from wherry.inspection import hdf5_contents
from wherry.inspection.inspect import inspect
from wherry.inspection.report import Carries, Format, Weights
from wherry.tensors import Datatype, TensorSpec

FILES = Path(__file__).parents[1] / "fixtures" / "keras"
FUNCTIONAL = ("keras-2.4.h5", "keras-2.15.keras", "keras-3.h5", "keras-3.keras")


@pytest.mark.parametrize("name", FUNCTIONAL)
def test_every_generation_says_the_same_of_the_same_model(name: str) -> None:
    """Names, shapes, parameters, what is not Keras's own: read from four ways to write it."""
    found = inspect(FILES / name)
    assert found.format is (Format.HDF5 if name.endswith(".h5") else Format.KERAS)
    assert found.keras_generation == (3 if "-3" in name else 2)
    assert found.written_by["keras"].startswith(name.removeprefix("keras-").rpartition(".")[0])
    signature = found.signatures["serving_default"]
    assert signature.inputs == (
        TensorSpec("words", Datatype.INT32, (-1, 16)),
        TensorSpec("extra", Datatype.FP32, (-1, 5)),
    )
    assert [spec.name for spec in signature.outputs] == ["head", "tail"]
    assert {spec.shape for spec in signature.outputs} == {None}
    assert set(found.custom_objects) == {"Scale", "my_act"}
    assert found.lambdas == ("plus_one",)
    assert found.weights == (Weights("FP32", 595, 2380),)
    assert found.layers["Dense"] == 3
    assert found.layers["Bidirectional"] == found.layers["Sequential"] == 1
    assert not found.notes


def test_a_file_of_keras_1_is_read() -> None:
    """Written by Keras 1.2.2: other names of layers, and no word of TensorFlow."""
    found = inspect(FILES / "keras-1.2.h5")
    assert (found.format, found.keras_generation) == (Format.HDF5, 1)
    assert found.written_by == {"keras": "1.2.2"}
    signature = found.signatures["serving_default"]
    assert signature.inputs == (TensorSpec("convolution2d_1_input", Datatype.FP32, (-1, 8, 8, 1)),)
    assert [spec.name for spec in signature.outputs] == ["dense_2"]
    assert found.layers["Convolution2D"] == 1
    assert found.weights == (Weights("FP32", 666, 2664),)


def test_custom_objects_and_lambdas_are_what_stands_in_the_way() -> None:
    """Each runtime may carry it, if the two are given."""
    for carrier in inspect(FILES / "keras-3.keras").carriers:
        assert carrier.carries is Carries.MAYBE
        assert "--with FILE.py" in carrier.reason
        assert "--allow-lambda" in carrier.reason


def test_strings_leave_only_tensorflow() -> None:
    """TextVectorization has no counterpart anywhere else; nothing of it is custom."""
    found = inspect(FILES / "text.keras")
    assert found.signatures["serving_default"].inputs == (
        TensorSpec("text", Datatype.BYTES, (-1, 1)),
    )
    assert not found.custom_objects
    assert not found.lambdas
    carriers = {each.runtime: each for each in found.carriers}
    assert carriers["litert"].carries is carriers["onnx"].carries is Carries.NO
    assert "TextVectorization" in carriers["litert"].reason
    assert carriers["tensorflow"].carries is Carries.YES


@pytest.mark.parametrize("name", ["weights-2.8.h5", "weights-3.h5"])
def test_weights_without_architecture_are_told(name: str) -> None:
    """What save_weights writes, in both generations."""
    with pytest.raises(NotAModel, match="weights without its architecture"):
        inspect(FILES / name)


@pytest.mark.parametrize("name", ["keras-2.4.h5", "keras-3.keras"])
def test_file_cut_anywhere_is_refused(name: str, tmp_path: Path) -> None:
    """HDF5 and zip both know where they end."""
    content = (FILES / name).read_bytes()
    cut_file = tmp_path / name
    for cut in range(1, len(content), len(content) // 8):
        cut_file.write_bytes(content[:cut])
        with pytest.raises(NotAModel):
            inspect(cut_file)


@pytest.mark.parametrize("name", ["keras-2.4.h5", "text.keras"])
def test_flipped_bytes_never_raise_anything_else(name: str, tmp_path: Path) -> None:
    """Untrusted bytes: a sentence or an inspection, nothing else."""
    content = bytearray((FILES / name).read_bytes())
    file = tmp_path / name
    for position in [*range(0, 60, 9), *range(200, len(content), len(content) // 8)]:
        original = content[position]
        content[position] = original ^ (1 << position % 8)
        file.write_bytes(content)
        content[position] = original
        try:
            inspect(file)
        except NotAModel as error:
            assert str(error).endswith(".")  # noqa: PT017


def test_byte_that_makes_hdf5_loop_for_ever_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by chance: one byte too many, and HDF5 1.14 never comes back."""
    monkeypatch.setattr(hdf5_contents, "_TIMEOUT_S", 2.0)
    content = bytearray((FILES / "keras-2.4.h5").read_bytes())
    content[3863:3863] = b"\xa4"
    file = tmp_path / "model.h5"
    file.write_bytes(content)
    with pytest.raises(NotAModel, match="damaged"):
        inspect(file)


def test_suffix_that_lies_is_told_and_content_decides(tmp_path: Path) -> None:
    """A .keras archive that was named .h5, as tutorials of Keras 3 do."""
    file = tmp_path / "model.h5"
    file.write_bytes((FILES / "text.keras").read_bytes())
    found = inspect(file)
    assert found.format is Format.KERAS
    assert "ends in .h5, but by its content it is a Keras file (.keras)" in found.notes[0]


def test_keras_1_file_of_theano_is_read(tmp_path: Path) -> None:
    """A list of layers, an input shape on the first, no version before 1.2."""
    first = build.keras2(
        "Convolution2D", batch_input_shape=[None, 1, 28, 28], input_dtype="float32"
    )
    config = {"class_name": "Sequential", "config": [first, build.keras2("Flatten")]}
    found = inspect(build.h5(tmp_path / "old.h5", config, version="", backend="theano"))
    assert found.keras_generation == 1
    assert not found.custom_objects
    signature = found.signatures["serving_default"]
    assert signature.inputs[0] == TensorSpec("convolution2d_input", Datatype.FP32, (-1, 1, 28, 28))
    assert "theano" in found.notes[0]


def test_sub_byte_and_half_formats_are_counted_apart(tmp_path: Path) -> None:
    """Number formats as they are stored; bfloat16 is stored as what h5py has."""
    weights = {
        "layers/dense/vars/0": np.zeros((4, 3), np.float16),
        "layers/dense/vars/1": np.zeros(3, np.uint16),
        "layers/dense/vars/2": np.zeros((5, 5), np.int8),
        "optimizer/vars/1": np.zeros((4, 3), np.float32),
        "_names": np.array([b"a", b"b"]),
    }
    file = build.keras(tmp_path / "model.keras", build.sequential(), weights=weights)
    content = zipfile.ZipFile(file).read("model.weights.h5")
    held = tmp_path / "held.h5"
    held.write_bytes(content)
    with h5py.File(held, "a") as opened:
        opened["layers/dense/vars/1"].attrs["dtype"] = "bfloat16"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(build.sequential()))
        archive.write(held, "model.weights.h5")
    assert {w.datatype: w.parameters for w in inspect(file).weights} == {
        "FP16": 12,
        "INT8": 25,
        "BF16": 3,
    }


def test_links_to_other_files_are_not_followed(tmp_path: Path) -> None:
    """A stranger's file must not make us read another of ours."""
    build.h5(tmp_path / "secret.h5", None, weights={"w": np.zeros(9, np.float32)})
    file = build.h5(tmp_path / "model.h5", build.sequential(build.keras2("Dense")))
    with h5py.File(file, "a") as opened:
        opened["model_weights/stolen"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/w")
        opened["model_weights/kernel"] = np.zeros(4, np.float32)
    assert inspect(file).weights == (Weights("FP32", 4, 16),)


def test_compressed_weights_are_not_unpacked(tmp_path: Path) -> None:
    """Keras compresses nothing; what someone else packed may be a bomb."""
    weights = {"layers/dense/vars/0": np.zeros((1000, 1000), np.float32)}
    file = build.keras(
        tmp_path / "model.keras",
        build.sequential(build.keras3("Dense")),
        weights=weights,
        compression=zipfile.ZIP_DEFLATED,
    )
    found = inspect(file)
    assert found.weights == ()
    assert "compressed" in found.notes[0]


def test_config_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    """A hundred kilobytes that unpack to a hundred megabytes."""
    file = tmp_path / "model.keras"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", b" " * 100_000_000)
        archive.writestr("model.weights.h5", b"")
    with pytest.raises(NotAModel, match=r"cannot be read|damaged"):
        inspect(file)


@pytest.mark.parametrize("config", [[], "text", {"class_name": "X"}, {"config": {}}, None, 3])
def test_description_of_something_else_is_refused(config: object, tmp_path: Path) -> None:
    """Valid JSON, but no model."""
    file = build.keras(tmp_path / "model.keras", config)
    with pytest.raises(NotAModel, match="description of its layers"):
        inspect(file)


def test_archive_without_weights_is_refused(tmp_path: Path) -> None:
    """An architecture alone."""
    file = tmp_path / "model.keras"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(build.sequential()))
    with pytest.raises(NotAModel, match="without its weights"):
        inspect(file)


def test_hdf5_of_another_program_is_refused(tmp_path: Path) -> None:
    """A data set, which names what it holds."""
    file = tmp_path / "data.h5"
    with h5py.File(file, "w") as opened:
        opened["measurements"] = np.zeros(3)
    with pytest.raises(NotAModel, match="no Keras model: it holds measurements"):
        inspect(file)
