"""Bundles: what is opened, what is refused and with which words."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.pitch import LITERT, ONNX, SAVED_MODEL
from wherry.bundle import MANIFEST, Bundle, Warmup, open_bundle, write_bundle
from wherry.errors import BundleError
from wherry.tensors import Datatype, Signature, TensorSpec

SIGNATURE = Signature(
    "serving_default",
    (TensorSpec("input_2", Datatype.FP32, (-1, 43844, 1)),),
    (TensorSpec("note", Datatype.FP32, (-1, 172, 88)),),
)


def write(folder: Path, model: Path = LITERT, runtime: str = "litert") -> Bundle:
    sample = Warmup("serving_default", {"input_2": np.zeros((1, 43844, 1), np.float32)})
    return write_bundle(
        folder,
        model=model,
        name="pitch",
        runtime=runtime,
        signatures={"serving_default": SIGNATURE},
        labels={"note": [f"key {key}" for key in range(88)]},
        warmup=[sample],
        origin={"wheel": "basic-pitch 0.4.0"},
    )


def change(folder: Path, **values: object) -> None:
    manifest = folder / MANIFEST
    document = json.loads(manifest.read_text())
    document.update(values)
    manifest.write_text(json.dumps(document))


def refusal(path: Path) -> str:
    with pytest.raises(BundleError) as refused:
        open_bundle(path)
    return str(refused.value)


def test_written_bundle_is_read_back_whole(tmp_path: Path) -> None:
    """What is written is what is opened: signatures, labels, warm-up samples, origin."""
    write(tmp_path / "pitch")
    bundle = open_bundle(tmp_path / "pitch")
    assert (bundle.name, bundle.version, bundle.runtime) == ("pitch", "1", "litert")
    assert bundle.signatures == {"serving_default": SIGNATURE}
    assert bundle.default_signature == "serving_default"
    assert bundle.labels["note"][:2] == ("key 0", "key 1")
    assert bundle.origin == {"wheel": "basic-pitch 0.4.0"}
    assert bundle.warmup[0].inputs["input_2"].shape == (1, 43844, 1)
    assert bundle.model.read_bytes() == LITERT.read_bytes()


def test_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    """A bundle holds no time stamp, so that it can be cached and compared."""
    write(tmp_path / "one")
    write(tmp_path / "two")
    ones = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    twos = {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert ones == twos


def test_saved_model_folder_is_bundled_with_its_variables(tmp_path: Path) -> None:
    """Every file of the folder is recorded."""
    bundle = write(tmp_path / "pitch", SAVED_MODEL, "tensorflow")
    assert bundle.model.is_dir()
    files = json.loads((tmp_path / "pitch" / MANIFEST).read_text())["files"]
    assert f"{SAVED_MODEL.name}/variables/variables.index" in files


@pytest.mark.parametrize(
    ("path", "runtime"), [(LITERT, "litert"), (ONNX, "onnx"), (SAVED_MODEL, "tensorflow")]
)
def test_bare_model_is_opened(path: Path, runtime: str) -> None:
    """A model without a manifest is served too; its signature is left to its runtime."""
    bundle = open_bundle(path)
    assert (bundle.runtime, bundle.signatures) == (runtime, None)


def test_strings_in_a_warm_up_sample_come_back_as_bytes(tmp_path: Path) -> None:
    """Warm-up samples of string inputs need no pickle; an input may be called 'file'."""
    signature = Signature("s", (TensorSpec("file", Datatype.BYTES, (-1,)),), ())
    sample = Warmup("s", {"file": np.array([b"a", b"longer"], dtype=object)})
    bundle = write_bundle(
        tmp_path / "b",
        model=LITERT,
        name="b",
        runtime="litert",
        signatures={"s": signature},
        warmup=[sample],
    )
    assert bundle.warmup[0].inputs["file"].tolist() == [b"a", b"longer"]


def test_changed_file_is_refused(tmp_path: Path) -> None:
    """One byte that differs is found by the hash."""
    model = write(tmp_path / "pitch").model
    data = bytearray(model.read_bytes())
    data[5000] ^= 1
    model.write_bytes(data)
    assert refusal(tmp_path / "pitch") == (
        "nmp.tflite was changed: its SHA-256 is not the one in the manifest. "
        "Copy the bundle again, or write it anew."
    )


def test_truncated_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    """A size that is off is said before any hash is computed."""
    model = write(tmp_path / "pitch").model
    os.truncate(model, 1000)
    with pytest.raises(BundleError, match=r"nmp.tflite was cut short: it has 1000 bytes"):
        open_bundle(tmp_path / "pitch", hashes=False)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A file of the manifest that is not there is named."""
    write(tmp_path / "pitch").model.unlink()
    assert refusal(tmp_path / "pitch").startswith("nmp.tflite is missing. Check that it is commit")


@pytest.mark.parametrize("bundled", [True, False])
def test_lfs_pointer_is_refused_as_such(tmp_path: Path, *, bundled: bool) -> None:
    """A pointer file is recognised by its first line, in a bundle and alone."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"
    if bundled:
        write(tmp_path / "model.tflite").model.write_bytes(pointer)
    else:
        (tmp_path / "model.tflite").write_bytes(pointer)
    assert "is a Git LFS pointer, not the model" in refusal(tmp_path / "model.tflite")


def test_saved_web_page_is_refused_as_such(tmp_path: Path) -> None:
    """A download that saved the page around the file is called what it is."""
    (tmp_path / "m.onnx").write_text("\n<!DOCTYPE html><html><body>Sign in</body></html>")
    assert "is a web page, not a model" in refusal(tmp_path / "m.onnx")


def test_empty_file_is_refused(tmp_path: Path) -> None:
    """A model of no bytes is said to be empty."""
    (tmp_path / "m.onnx").touch()
    assert refusal(tmp_path / "m.onnx") == "m.onnx is empty. Copy or export the model again."


def test_other_file_called_tflite_is_refused(tmp_path: Path) -> None:
    """The suffix alone does not make a LiteRT model."""
    (tmp_path / "m.tflite").write_bytes(b"\x1c\x00\x00\x00NOPE" + bytes(100))
    assert "its identifier is not TFL3" in refusal(tmp_path / "m.tflite")


@pytest.mark.parametrize("name", ["model.h5", "model.keras", "model.pkl", "frozen.pb", "x.bin"])
def test_formats_that_are_not_served_are_refused_with_a_way_on(tmp_path: Path, name: str) -> None:
    """A Keras file, a pickle and the like: what it is, and what to do."""
    (tmp_path / name).write_bytes(b"anything")
    assert f"`wherry shrink {name} -o FOLDER`" in refusal(tmp_path / name)


def test_missing_shard_is_named(tmp_path: Path) -> None:
    """Variables saved in parts need every part."""
    folder = tmp_path / "saved"
    shutil.copytree(SAVED_MODEL, folder)
    data = folder / "variables" / "variables.data-00000-of-00001"
    data.rename(data.with_name("variables.data-00000-of-00002"))
    assert refusal(folder).startswith(
        "saved/variables/variables.data-00001-of-00002 is missing: the variables were saved in 2"
    )


def test_index_without_data_is_refused(tmp_path: Path) -> None:
    """What *.data* in a .gitignore leaves behind."""
    folder = tmp_path / "saved"
    shutil.copytree(SAVED_MODEL, folder)
    (folder / "variables" / "variables.data-00000-of-00001").unlink()
    assert "holds an index but no data" in refusal(folder)


def test_data_without_index_is_refused(tmp_path: Path) -> None:
    """The index names what stands where in the data."""
    folder = tmp_path / "saved"
    shutil.copytree(SAVED_MODEL, folder)
    (folder / "variables" / "variables.index").unlink()
    assert "variables.index is missing beside its data" in refusal(folder)


def test_shard_that_is_an_lfs_pointer_is_refused(tmp_path: Path) -> None:
    """Large shards are what people put into LFS."""
    folder = tmp_path / "saved"
    shutil.copytree(SAVED_MODEL, folder)
    shard = folder / "variables" / "variables.data-00000-of-00001"
    shard.write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "variables.data-00000-of-00001 is a Git LFS pointer" in refusal(folder)


def test_folder_with_several_models_names_them(tmp_path: Path) -> None:
    """A folder is not a model; what is in it may be."""
    shutil.copy(LITERT, tmp_path)
    assert "It holds nmp.tflite: name the file itself." in refusal(tmp_path)


@pytest.mark.parametrize(
    "model", ["../outside.tflite", "/etc/hostname", "a/../../outside.tflite", "..\\outside", ""]
)
def test_path_that_leaves_the_folder_is_refused(tmp_path: Path, model: str) -> None:
    """A manifest cannot reach outside its bundle by its words."""
    write(tmp_path / "pitch")
    change(tmp_path / "pitch", model=model)
    assert "would leave the bundle's folder" in refusal(tmp_path / "pitch")


def test_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    """Nor by a symbolic link to the very same bytes."""
    model = write(tmp_path / "pitch").model
    model.rename(tmp_path / "outside.tflite")
    model.symlink_to(tmp_path / "outside.tflite")
    assert "is a link that leaves the bundle's folder" in refusal(tmp_path / "pitch")


def test_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    """A link that stays inside is a file like any other."""
    model = write(tmp_path / "pitch").model
    model.rename(tmp_path / "pitch" / "real.tflite")
    model.symlink_to("real.tflite")
    assert open_bundle(tmp_path / "pitch").name == "pitch"


def test_file_slipped_into_a_saved_model_is_refused(tmp_path: Path) -> None:
    """TensorFlow would read a file that nobody vouched for."""
    bundle = write(tmp_path / "pitch", SAVED_MODEL, "tensorflow")
    (bundle.model / "assets").mkdir(exist_ok=True)
    (bundle.model / "assets" / "vocabulary.txt").write_text("a\nb\n")
    assert "assets/vocabulary.txt is in the model's folder but not in its manifest" in refusal(
        tmp_path / "pitch"
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"format": 2}, "its format is not 1"),
        ({"name": "a/b"}, "name 'a/b' may hold letters"),
        ({"name": ""}, "name '' may hold letters"),
        ({"version": "../1"}, "version '../1' may hold letters"),
        ({"runtime": "torch"}, "runtime 'torch' is not one of litert, onnx, tensorflow"),
        ({"default_signature": "predict"}, "default_signature 'predict' is not a signature"),
        ({"signatures": {}}, "it has no signatures"),
        ({"signatures": []}, "'signatures' of it must be of type dict"),
        ({"colour": "blue"}, "it has ['colour'], which mean nothing here"),
        ({"labels": {"nothing": ["a"]}}, "labels are given for 'nothing', which is no output"),
        ({"labels": {"note": [1]}}, "labels of 'note' must be a list of strings"),
        ({"warmup": [{"signature": "x", "file": "w"}]}, "for 'x', which is no signature"),
        ({"warmup": [{"signature": "serving_default", "file": "w"}]}, "'w' is not among its"),
        ({"files": {}}, "is not among its files"),
    ],
)
def test_manifest_with_a_wrong_value_is_refused(
    tmp_path: Path, values: dict[str, object], words: str
) -> None:
    """Each value of the manifest is checked, and the one that is wrong is said."""
    write(tmp_path / "pitch")
    change(tmp_path / "pitch", **values)
    assert words in refusal(tmp_path / "pitch")


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        ({"name": "x", "datatype": "FLOAT", "shape": [1]}, "datatype 'FLOAT' of 'x' is not one"),
        ({"name": "x", "datatype": "FP32", "shape": [-2]}, "must hold sizes, or -1"),
        ({"name": "x", "datatype": "FP32", "shape": [1.5]}, "must hold sizes, or -1"),
        ({"name": "x", "datatype": "FP32", "shape": "all"}, "'shape' of a tensor of a signature"),
        ({"datatype": "FP32", "shape": [1]}, "lacks 'name'"),
        ([], "a tensor of a signature must be a JSON object"),
    ],
)
def test_manifest_with_a_wrong_tensor_is_refused(
    tmp_path: Path, tensor: object, words: str
) -> None:
    """So is each value of a signature."""
    write(tmp_path / "pitch")
    change(tmp_path / "pitch", signatures={"serving_default": {"inputs": [tensor], "outputs": []}})
    assert words in refusal(tmp_path / "pitch")


def test_tensor_without_a_shape_has_an_unknown_rank(tmp_path: Path) -> None:
    """The one thing that a signature may leave out."""
    signature = Signature("s", (TensorSpec("x", Datatype.FP32, None),), ())
    write_bundle(tmp_path / "b", model=ONNX, name="b", runtime="onnx", signatures={"s": signature})
    assert open_bundle(tmp_path / "b").signatures == {"s": signature}


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_manifest_that_is_not_json_is_refused(tmp_path: Path, text: bytes) -> None:
    """Cut short, not UTF-8, nested without end: all are one sentence."""
    write(tmp_path / "pitch")
    (tmp_path / "pitch" / MANIFEST).write_bytes(text)
    assert "is not valid JSON" in refusal(tmp_path / "pitch")


def test_warm_up_sample_with_a_pickle_is_refused(tmp_path: Path) -> None:
    """Nothing in a bundle is ever unpickled."""
    write(tmp_path / "pitch")
    sample = tmp_path / "pitch" / "warmup-0.npz"
    np.savez(sample, input_2=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    document = json.loads((tmp_path / "pitch" / MANIFEST).read_text())
    document["files"]["warmup-0.npz"]["size_bytes"] = sample.stat().st_size
    change(tmp_path / "pitch", files=document["files"])
    with pytest.raises(BundleError, match=r"warmup-0.npz cannot be read"):
        open_bundle(tmp_path / "pitch", hashes=False)


def test_warm_up_sample_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    """A small file may hold a large array; it is not unpacked to find out."""
    signature = Signature("s", (TensorSpec("x", Datatype.UINT8, (-1,)),), ())
    sample = Warmup("s", {"x": np.zeros(65 * 2**20, np.uint8)})
    with pytest.raises(BundleError, match=r"unpacks to \d+ bytes: too many"):
        write_bundle(
            tmp_path / "b",
            model=ONNX,
            name="b",
            runtime="onnx",
            signatures={"s": signature},
            warmup=[sample],
        )


def test_folder_that_is_not_empty_is_not_written_into(tmp_path: Path) -> None:
    """An old bundle and a new one are never mixed."""
    write(tmp_path / "pitch")
    with pytest.raises(BundleError, match="is not empty"):
        write(tmp_path / "pitch")


def test_several_signatures_without_a_default_need_one_named(tmp_path: Path) -> None:
    """Wherry does not guess which entry point is meant."""
    signatures = {
        name: Signature(name, SIGNATURE.inputs, SIGNATURE.outputs) for name in ("encode", "decode")
    }
    with pytest.raises(BundleError, match="names its default_signature"):
        write_bundle(
            tmp_path / "a", model=LITERT, name="a", runtime="litert", signatures=signatures
        )
    bundle = write_bundle(
        tmp_path / "b",
        model=LITERT,
        name="b",
        runtime="litert",
        signatures=signatures,
        default_signature="encode",
    )
    assert bundle.default_signature == "encode"
