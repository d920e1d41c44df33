"""Packing: a bundle from a bare model."""

from pathlib import Path

import pytest

from tests.pitch import LITERT, ONNX
from wherry.bundle import open_bundle
from wherry.errors import BundleError
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.packing import pack


@pytest.mark.parametrize("model", [LITERT, ONNX])
def test_packed_model_is_served_with_the_files_own_signature(tmp_path: Path, model: Path) -> None:
    """The manifest holds what the runtime reads in the file, so that the two agree."""
    bundle = pack(model, tmp_path / "pitch")
    assert bundle.name == "pitch"
    served = ServedModel("pitch", ModelOptions(path=tmp_path / "pitch"))
    served.load()
    assert served.signatures == bundle.signatures


def test_labels_need_a_single_output(tmp_path: Path) -> None:
    """Basic Pitch has three, so a list of labels does not say whose it is."""
    labels = tmp_path / "labels.txt"
    labels.write_text("a\nb\n")
    with pytest.raises(BundleError, match="labels can be given for a model with one output only"):
        pack(LITERT, tmp_path / "pitch", labels=labels)


def test_bundle_is_not_packed_again(tmp_path: Path) -> None:
    """It is one already."""
    pack(ONNX, tmp_path / "one")
    with pytest.raises(BundleError, match="is a bundle already"):
        pack(tmp_path / "one", tmp_path / "two")
    assert open_bundle(tmp_path / "one").name == "one"
