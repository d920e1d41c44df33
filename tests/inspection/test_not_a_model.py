"""What lies where a model should: each kind is told by its content, with the next step."""

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.inspection import building as build
from tests.pitch import SAVED_MODEL
from tests.tensorflow_libraries import SAVED_MODELS
from wherry.errors import NotAModel
from wherry.inspection.inspect import inspect
from wherry.inspection.report import Format

KERAS = Path(__file__).parents[1] / "fixtures" / "keras"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
CORE_ML = SAVED_MODEL.parent / "nmp.mlpackage"


def message_of(path: Path) -> str:
    with pytest.raises(NotAModel) as caught:
        inspect(path)
    message = str(caught.value)
    assert str(path) in message
    assert message.endswith((".", ").")), message
    return message


class Bomb:
    """Leaves a file behind if somebody opens the pickle."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", ["model.pkl", "model.h5", "model.joblib", "model.tflite"])
def test_pickle_is_told_and_never_opened(name: str, protocol: int, tmp_path: Path) -> None:
    """By its bytes, whatever its name."""
    path = tmp_path / name
    path.write_bytes(pickle.dumps(Bomb(tmp_path / "opened"), protocol))
    message = message_of(path)
    assert "pickle" in message
    assert "never opened" in message
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [{"w": [1.0]}, [1, 2], np.ones(3)], ids=["dict", "list", "array"])
def test_pickles_of_plain_things_are_pickles(value: object, protocol: int, tmp_path: Path) -> None:
    """Dicts of weights above all."""
    path = tmp_path / "weights"
    path.write_bytes(pickle.dumps(value, protocol))
    assert "pickle" in message_of(path)


def numpy_file(value: np.ndarray, *, allow_pickle: bool = False) -> bytes:
    written = io.BytesIO()
    np.save(written, value, allow_pickle=allow_pickle)
    return written.getvalue()


def zipped(*names: str, content: bytes = b"x") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return written.getvalue()


def tarred() -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        archive.add(KERAS / "text.keras", "text.keras")
    return written.getvalue()


def npz() -> bytes:
    written = io.BytesIO()
    np.savez(written, a=np.ones(2))
    return written.getvalue()


def safetensors() -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(4)


ARCHITECTURE = json.dumps(build.sequential(build.keras2("Dense"))).encode()
TENSORFLOW_JS = b'{"format": "layers-model", "modelTopology": {}, "weightsManifest": []}'
HTML = b"<!DOCTYPE html>\n<html><head><title>GitHub</title></head></html>"
CASES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "pointer": (LFS, "git lfs pull"),
    "page": (HTML, "web page"),
    "page_late": (b"\n\n  <!-- saved -->\n<html lang=en>", "web page"),
    "page_utf8": (b"\xef\xbb\xbf<HTML>", "web page"),
    "error": (b'{"message": "Not Found", "status": "404"}', "server's answer"),
    "denied": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "AccessDenied"),
    "words": (b"404: Not Found", "404: Not Found"),
    "code": (b"import tensorflow as tf\nmodel = tf.keras.Model()\n", "source code"),
    "json": (b'{"layers": [1, 2]}', "JSON file"),
    "half_json": (b'{"layers": [1, 2', "text, not a model"),
    "architecture": (ARCHITECTURE, "architecture without its weights"),
    "yaml": (b"class_name: Sequential\nconfig:\n  layers: []\n", "model.to_yaml"),
    "tfjs": (TENSORFLOW_JS, "TensorFlow.js"),
    "checkpoint": (b'model_checkpoint_path: "ckpt-1"\n', "weights without an architecture"),
    "graph_text": (b'node {\n  name: "x"\n}\n', ".pbtxt"),
    "npy": (numpy_file(np.ones(3)), "without an architecture"),
    "npy_objects": (numpy_file(np.array([{}]), allow_pickle=True), "never opened"),
    "npz": (npz(), "without an architecture"),
    "torch": (zipped("archive/data.pkl", "archive/data/0"), "torch.onnx.export"),
    "old_torch": (bytes.fromhex("80028a0a6cfc9c46f9206aa85019") + b".ctorch", "of PyTorch"),
    "sklearn": (b"\x80\x04\x95\x10\x8c\x1dsklearn.linear_model._logistic.", "skl2onnx"),
    "safetensors": (safetensors(), "safetensors"),
    "gguf": (b"GGUF\x03\x00\x00\x00", "GGUF"),
    "zip": (zipped("a.txt"), "zip archive, not a model"),
    "zip_with_h5": (zipped("a/readme.txt", "a/model.h5"), "unpack it, and give a/model.h5"),
    "zip_with_folder": (zipped("m/saved_model.pb", "m/variables/x"), "unpack it, and give m"),
    "zip_in_folder": (zipped("m/config.json", "m/metadata.json"), "with the folder m/"),
    "zip_cut": (zipped("config.json")[:-30], "cut short"),
    "gzip": (gzip.compress(b"model"), "packed with gzip"),
    "bzip2": (bz2.compress(b"model"), "packed with bzip2"),
    "xz": (lzma.compress(b"model"), "packed with xz"),
    "tar": (tarred(), "tar archive"),
    "png": (b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
    "zeros": (bytes(4096), "not a model that can be read"),
    "noise": (np.random.default_rng(1).bytes(4096), "not a model that can be read"),
    "index": (build.table([(b"", b""), (b"w", b"")]), "part of a TensorFlow checkpoint"),
}


@pytest.mark.parametrize("suffix", [".h5", ".keras", ".tflite", ".onnx", ".pb", ""])
@pytest.mark.parametrize("case", CASES)
def test_each_has_a_sentence_of_its_own(case: str, suffix: str, tmp_path: Path) -> None:
    """Whatever the file is called."""
    content, said = CASES[case]
    path = tmp_path / f"model{suffix}"
    path.write_bytes(content)
    assert said in message_of(path)


@pytest.mark.parametrize("name", ["text.keras", "keras-2.4.h5"])
@pytest.mark.parametrize("suffix", [".pkl", ".zip", ".txt", ".bin", ""])
def test_model_by_any_other_name_is_a_model(name: str, suffix: str, tmp_path: Path) -> None:
    """Content decides in this direction too."""
    path = tmp_path / f"model{suffix}"
    path.write_bytes((KERAS / name).read_bytes())
    assert inspect(path).format in (Format.KERAS, Format.HDF5)


def test_compressed_joblib_is_told_by_its_name(tmp_path: Path) -> None:
    """Its bytes are zlib's, which is in many things."""
    path = tmp_path / "model.joblib"
    path.write_bytes(b"\x78\x9c" + bytes(range(40)))
    assert "compressed pickle" in message_of(path)


def test_core_ml_is_told() -> None:
    """The package and the file in it, as Basic Pitch's wheel carries them."""
    assert "Core ML" in message_of(CORE_ML)
    assert "Core ML" in message_of(CORE_ML / "Data" / "com.apple.CoreML" / "model.mlmodel")


def test_meta_graph_of_a_checkpoint_is_told(tmp_path: Path) -> None:
    """What tf.train.Saver writes beside the weights."""
    graph = build.graph_def([build.node("x", "Placeholder")])
    path = tmp_path / "model.meta"
    path.write_bytes(build.message((1, build.message((5, "1.15.0"))), (2, graph)))
    assert "import_meta_graph" in message_of(path)


def test_graph_of_a_saved_model_alone_is_told(tmp_path: Path) -> None:
    """Renamed, so that its folder is not looked for."""
    path = tmp_path / "model.pb"
    path.write_bytes((SAVED_MODELS / "keras" / "saved_model.pb").read_bytes())
    assert "without the folder around it" in message_of(path)


@pytest.mark.parametrize(
    "name",
    [
        "keras/variables/variables.index",
        "keras/variables/variables.data-00000-of-00001",
        "nmp/keras_metadata.pb",
    ],
)
def test_part_of_a_saved_model_leads_to_its_folder(name: str, tmp_path: Path) -> None:
    """A file of it was given."""
    folder = tmp_path / name.partition("/")[0]
    shutil.copytree(SAVED_MODELS / "keras", folder)
    path = tmp_path / name
    if not path.exists():
        path.write_bytes(build.message((1, build.message((2, 1), (3, "root"), (5, "{}")))))
    assert f"Give its folder: {folder}." in message_of(path)


def folder_of(root: Path, **files: bytes) -> Path:
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


FOLDERS: dict[str, tuple[dict[str, bytes], str]] = {
    "empty": ({}, "empty folder"),
    "half": ({"variables__variables_dot_index": b""}, "no saved_model.pb"),
    "tfjs": ({"model_dot_json": TENSORFLOW_JS, "group1-shard1of1_dot_bin": b""}, "TensorFlow.js"),
    "checkpoint": ({"checkpoint": b""}, "TensorFlow checkpoint"),
    "checkpoint_files": (
        {"c_dot_index": b"", "c_dot_data-00000-of-00001": b""},
        "TensorFlow checkpoint",
    ),
    "unpacked": (
        {"config_dot_json": b"{}", "metadata_dot_json": b"{}", "model_dot_weights_dot_h5": b""},
        "zip -0 -r",
    ),
    "hugging_face": (
        {"config_dot_json": b'{"model_type": "bert"}', "model_dot_safetensors": b""},
        "Hugging Face",
    ),
    "one_file": ({"model_dot_keras": b"", "readme": b""}, "Give the file:"),
    "files": ({"a_dot_tflite": b"", "b_dot_onnx": b""}, "a.tflite, b.onnx"),
    "versions": ({"9__saved_model_dot_pb": b"", "10__saved_model_dot_pb": b""}, "The last is"),
    "nothing": ({"photo_dot_jpg": b""}, "holds no model"),
    "pointer": ({"saved_model_dot_pb": LFS}, "git lfs pull"),
    "text": ({"saved_model_dot_pbtxt": b"node {}"}, "text form"),
    "empty_graph": ({"saved_model_dot_pb": b""}, "is empty"),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_each_folder_has_a_sentence_of_its_own(case: str, tmp_path: Path) -> None:
    """Half-written, of another program, or with the model inside."""
    files, said = FOLDERS[case]
    assert said in message_of(folder_of(tmp_path, **files))


def test_newest_version_is_by_number(tmp_path: Path) -> None:
    """Ten comes after nine."""
    message = message_of(folder_of(tmp_path, **FOLDERS["versions"][0]))
    assert message.endswith(f"The last is {tmp_path / '10'}.")


def test_pointer_in_the_place_of_variables_is_told(tmp_path: Path) -> None:
    """The graph was fetched, the weights were not."""
    graph = (SAVED_MODELS / "keras" / "saved_model.pb").read_bytes()
    files = {"saved_model_dot_pb": graph, "variables__variables_dot_index": LFS}
    assert "git lfs pull" in message_of(
        folder_of(tmp_path, **files, **{"variables__variables_dot_data-00000-of-00001": b"x"})
    )


def test_nothing_broken_link_and_pipe_are_told(tmp_path: Path) -> None:
    """Neither is waited for."""
    assert "nothing at" in message_of(tmp_path / "gone")
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert "link to nothing" in message_of(tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    assert "neither a file nor a folder" in message_of(tmp_path / "pipe")


def test_bundle_is_inspected_by_its_model() -> None:
    """A folder that Wherry wrote."""
    bundle = Path(__file__).parents[2] / "examples" / "demo" / "models" / "digits"
    found = inspect(bundle)
    assert found.format is Format.TFLITE
    assert "bundle digits" in found.notes[0]
