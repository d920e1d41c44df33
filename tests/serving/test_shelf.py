"""The versions of one model: found by version or label, replaced as a whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import zoo
from wherry.errors import BundleError, ModelNotFound
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.packing import pack
from wherry.serving.repository import Repository
from wherry.serving.shelf import Label, Shelf, version_of


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    """Versions 1, 2 and 3 in a folder of versions."""
    model = zoo.dense(tmp_path / "dense.onnx")
    for version in ("1", "2", "3"):
        pack(model, tmp_path / "dense" / version, version=version)
    return tmp_path / "dense"


@pytest.fixture
def shelf(bundles: Path) -> Iterator[Shelf]:
    """Version 2 answers by default, 1 and 3 when they are asked for."""
    models = {name: ServedModel("m", ModelOptions(path=bundles / name)) for name in "123"}
    yield Shelf(models["2"], (models["1"], models["3"]), {"stable": "1"})
    for model in models.values():
        model.close()


def test_versions_are_found_loaded_or_not(shelf: Shelf) -> None:
    """From the manifest before, from the model after; nothing is loaded to find out."""
    assert shelf.find("3") is shelf.others[1]
    assert shelf.find("3").state == "waiting"
    shelf.find("3").load()
    assert shelf.find("3") is shelf.others[1]
    assert shelf.find(Label("stable")) is shelf.others[0]


def test_what_there_is_not_is_said_with_what_there_is(shelf: Shelf) -> None:
    """A typing error is seen at once."""
    with pytest.raises(ModelNotFound, match="no version '9'; it has '1', '2', '3'"):
        shelf.find("9")
    with pytest.raises(ModelNotFound, match="no label 'canary'; its labels are: 'stable'"):
        shelf.find(Label("canary"))
    with pytest.raises(ModelNotFound, match="no version 'stable'"):
        shelf.find("stable")


def test_version_of_a_model_that_cannot_be_read_is_its_failure(tmp_path: Path) -> None:
    """Not that it has another version."""
    shelf = Shelf(ServedModel("m", ModelOptions(path=tmp_path / "none")))
    with pytest.raises(BundleError, match="There is no model at"):
        shelf.find("1")


def test_labels_go_along_with_a_swap(shelf: Shelf, bundles: Path) -> None:
    """Whoever asks for a label gets what has taken its version's place; others stay."""
    labelled = shelf.labelling("live", "2")
    new = ServedModel("m", ModelOptions(path=bundles / "2", version="7"))
    swapped = labelled.replacing_default(new)
    assert swapped.labels == {"stable": "1", "live": "7"}
    assert swapped.find(Label("live")) is new
    assert swapped.others == shelf.others


def test_version_that_is_swapped_in_is_not_served_twice(shelf: Shelf, bundles: Path) -> None:
    """A canary that becomes the default by a swap is one model afterwards."""
    swapped = shelf.replacing_default(ServedModel("m", ModelOptions(path=bundles / "3")))
    assert [version_of(model) for model in swapped.models] == ["3", "1"]


def test_promoted_version_leaves_the_old_default_in_place(shelf: Shelf) -> None:
    """Back is one order away."""
    promoted = shelf.promoting(shelf.find("3"))
    assert [version_of(model) for model in promoted.models] == ["3", "2", "1"]
    gone = promoted.without(promoted.find("1"))
    assert [version_of(model) for model in gone.models] == ["3", "2"]
    assert gone.labels == {}


def test_repository_serves_the_newest_and_what_has_labels(bundles: Path) -> None:
    """Other versions in the folder take no memory."""
    options = ModelOptions(path=bundles, labels={"stable": "1", "newest": "3"}, threads=1)
    repository = Repository({"m": options})
    repository.start().join()
    assert repository.get("m").version == "3"
    assert repository.get("m", Label("stable")).version == "1"
    assert repository.get("m", Label("newest")) is repository.get("m")
    assert repository.get("m", "1").predict([[1.0] * 4]) is not None
    with pytest.raises(ModelNotFound):
        repository.get("m", "2")
    assert repository.ready
    repository.close()


def test_shelf_of_a_substitute_is_that_of_one_version(bundles: Path) -> None:
    """As tests of projects put fakes in place of models."""
    repository = Repository({"m": ModelOptions(path=bundles)})
    other = ServedModel("m", ModelOptions(path=bundles / "1"))
    substituted = repository.with_substitute(other)
    assert substituted.get("m") is other
    assert substituted.get("m", "1") is other
    assert repository.get("m") is not other


def test_options_may_name_the_version_of_a_bare_model(tmp_path: Path) -> None:
    """It has no manifest that could."""
    model = ServedModel(
        "m", ModelOptions(path=zoo.dense(tmp_path / "d.onnx"), version="2026-11", threads=1)
    )
    assert version_of(model) == "2026-11"
    model.load()
    assert model.version == "2026-11"
    model.close()
