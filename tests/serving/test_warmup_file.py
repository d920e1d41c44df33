"""TensorFlow Serving's warm-up file, written by its own messages (its package 2.19.1)."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.tensorflow_libraries import SAVED_MODELS, libraries
from wherry.errors import BundleError
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.warmup_file import NAME, read_warmup
from wherry.tensors import Array

WRITTEN = Path(__file__).parents[1] / "fixtures" / "warmup" / "tf_serving_warmup_requests"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with the file in it."""
    path = tmp_path / "model" / NAME
    path.parent.mkdir(parents=True)
    shutil.copyfile(WRITTEN, path)
    return tmp_path / "model"


def test_every_form_of_values_is_read(model: Path) -> None:
    """Bytes as they are, one value for all, varints, halves as bits, texts; other logs are not."""
    first, filled, other = read_warmup(model)
    assert first.signature == "serving_default"
    np.testing.assert_array_equal(first.inputs["x"], np.arange(6, dtype=np.float32).reshape(2, 3))
    assert filled.signature == "serving_default"
    np.testing.assert_array_equal(filled.inputs["x"], np.full((1, 3), 0.5, np.float32))
    assert other.signature == "other"
    expected: dict[str, Array] = {
        "numbers": np.array([[-1, 2**40, 2**40]], np.int64),
        "half": np.array([1, 2], np.float16),
        "flags": np.array([True, False]),
        "doubles": np.array([1.5, -2.5]),
        "small": np.array([-3, 4], np.int8),
        "big": np.array([2**63 + 1], np.uint64),
        "nothing": np.zeros((2, 2), np.float32),
        "scalar": np.array(7, np.float32),
    }
    for name, array in expected.items():
        assert other.inputs[name].dtype == array.dtype
        np.testing.assert_array_equal(other.inputs[name], array)
    assert other.inputs["texts"].tolist() == [[b"one", b"two"]]


def test_model_without_the_file_has_no_requests(tmp_path: Path) -> None:
    """Most have none."""
    assert read_warmup(tmp_path) == ()


def test_real_saved_models_without_the_file_have_no_requests() -> None:
    """Nor is anything else in their folders taken for it."""
    assert all(read_warmup(folder) == () for folder in SAVED_MODELS.iterdir() if folder.is_dir())


@pytest.mark.parametrize("cut", [1, 5, 12, 30, 100, 300, 440])
def test_file_that_was_cut_short_is_refused(model: Path, cut: int) -> None:
    """Wherever it ends."""
    (model / NAME).write_bytes(WRITTEN.read_bytes()[:cut])
    with pytest.raises(BundleError, match=r"damaged.*Write it again, or leave it out"):
        read_warmup(model)


def test_any_damaged_byte_is_refused_or_read_and_nothing_else(model: Path) -> None:
    """Never another error, and never a huge array."""
    written = WRITTEN.read_bytes()
    for position in range(len(written)):
        for value in (0x00, 0x7F, 0xFF):
            damaged = bytearray(written)
            damaged[position] = value
            (model / NAME).write_bytes(damaged)
            try:
                found = read_warmup(model)
            except BundleError:
                continue
            assert sum(array.nbytes for each in found for array in each.inputs.values()) < 10**6


def test_shape_that_asks_for_too_much_is_refused(model: Path) -> None:
    """A few bytes that say how large they are do not make it so."""
    # PredictionLog.predict_log.request.inputs["x"] = {dtype: FLOAT, shape: [2**40]}
    dim = b"\x08\x80\x80\x80\x80\x80\x20"
    shape = b"\x12" + bytes([len(dim)]) + dim
    tensor = b"\x08\x01\x12" + bytes([len(shape)]) + shape
    entry = b"\x0a\x01x\x12" + bytes([len(tensor)]) + tensor
    request = b"\x12" + bytes([len(entry)]) + entry
    log = b"\x0a" + bytes([len(request)]) + request
    record = b"\x32" + bytes([len(log)]) + log
    (model / NAME).write_bytes(len(record).to_bytes(8, "little") + bytes(4) + record + bytes(4))
    with pytest.raises(BundleError, match="too many to warm up with"):
        read_warmup(model)


@pytest.fixture
def saved_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A SavedModel of TensorFlow 1, whose one input is called as in the file, and its library."""
    monkeypatch.setenv("WHERRY_TENSORFLOW", str(libraries()))
    folder = tmp_path / "saved"
    shutil.copytree(SAVED_MODELS / "tensorflow1", folder)
    (folder / "assets.extra").mkdir(exist_ok=True)
    return folder


def records(count: int) -> bytes:
    """Return the first so many records of the file."""
    written, position = WRITTEN.read_bytes(), 0
    for _ in range(count):
        position += 12 + int.from_bytes(written[position : position + 8], "little") + 4
    return written[:position]


def test_saved_model_is_warmed_up_with_the_requests(
    saved_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its first caller, and with nothing made up."""
    (saved_model / NAME).write_bytes(records(2))
    monkeypatch.setattr("wherry.serving.warmup.made_up_inputs", None)
    model = ServedModel("m", ModelOptions(path=saved_model, threads=1))
    model.load()
    assert [sample.inputs["x"].shape for sample in model.bundle.warmup] == [(2, 3), (1, 3)]
    assert model.run_s is not None
    model.close()


def test_request_for_a_signature_that_is_not_there_fails_the_load(saved_model: Path) -> None:
    """As in TensorFlow Serving; the sentence names it and those there are."""
    (saved_model / NAME).write_bytes(records(3))
    model = ServedModel("m", ModelOptions(path=saved_model, threads=1))
    with pytest.raises(BundleError, match=r"signature 'other', which the model does not have"):
        model.load()
