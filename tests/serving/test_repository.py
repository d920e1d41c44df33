"""The repository: several models, loaded in the background or when first used."""

from pathlib import Path

import pytest

from tests.pitch import LITERT, ONNX
from wherry.errors import ModelNotFound
from wherry.runtimes.protocol import LoadOptions
from wherry.serving.options import ModelOptions
from wherry.serving.packing import pack
from wherry.serving.repository import Repository
from wherry.serving.state import State


def test_background_loading_makes_every_model_ready() -> None:
    """Not before all of them answer is the repository ready."""
    repository = Repository({"a": ModelOptions(path=ONNX), "b": ModelOptions(path=LITERT)})
    assert not repository.ready
    repository.start(LoadOptions(threads=1), waiting_places=4).join()
    assert repository.started
    assert repository.ready
    repository.close()
    assert not repository.ready


def test_one_model_that_fails_does_not_keep_the_others_away() -> None:
    """The others answer; the repository says that it is not ready."""
    repository = Repository(
        {"bad": ModelOptions(path=Path("nothing.onnx")), "good": ModelOptions(path=ONNX)}
    )
    repository.start().join()
    assert repository.get("bad").state is State.FAILED
    assert repository.get("good").state is State.READY
    assert not repository.ready


def test_repository_without_a_model_is_not_ready() -> None:
    """Nothing loaded is not the same as everything loaded."""
    assert not Repository({}).ready


def test_unknown_model_is_named_with_those_there_are() -> None:
    """So that a typing error is seen at once."""
    with pytest.raises(ModelNotFound, match=r"No model 'digit' is served here.*'digits'"):
        Repository({"digits": ModelOptions(path=ONNX)}).get("digit")


def test_version_must_be_the_bundles_own(tmp_path: Path) -> None:
    """A client that asks for another version is not given this one."""
    pack(ONNX, tmp_path / "pitch", version="7")
    repository = Repository({"pitch": ModelOptions(path=tmp_path / "pitch")})
    assert repository.get("pitch", "7").name == "pitch"
    with pytest.raises(ModelNotFound, match="in version '7', not '1'"):
        repository.get("pitch", "1")
