"""The fake model that projects use in their own tests."""

import json
from pathlib import Path

import numpy as np
import pytest
from django.test import Client, override_settings

from tests.pitch import LITERT
from wherry.bundle import write_bundle
from wherry.django import get_model
from wherry.errors import ConfigurationError, InvalidInput, ModelNotFound
from wherry.tensors import Datatype, Signature, TensorSpec
from wherry.testing import fake_model

SIGNATURE = Signature(
    "serving_default",
    (TensorSpec("image", Datatype.FP32, (-1, 4)),),
    (TensorSpec("probabilities", Datatype.FP32, (-1, 2)),),
)
FIXED = {"probabilities": [[0.25, 0.75]]}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    write_bundle(
        tmp_path / "digits",
        model=LITERT,
        name="digits",
        runtime="litert",
        signatures={"serving_default": SIGNATURE},
    )
    return tmp_path / "digits"


def test_fake_answers_what_the_test_says(bundle: Path) -> None:
    """With the bundle's own signature, and a record of what it was asked."""
    with override_settings(WHERRY={"MODELS": {"digits": bundle}}):
        with fake_model("digits", FIXED) as fake:
            answer = get_model("digits").predict([[1, 2, 3, 4]])
        assert answer["probabilities"].tolist() == [[0.25, 0.75]]
        assert fake.calls[0]["image"].dtype == np.float32


def test_fake_is_asked_over_http_like_the_real_one(bundle: Path) -> None:
    """Views and endpoints see no difference."""
    with override_settings(WHERRY={"MODELS": {"digits": bundle}}), fake_model("digits", FIXED):
        body = json.dumps({"instances": [[1, 2, 3, 4]]})
        response = Client().post("/v1/models/digits:predict", body, "application/json")
    assert response.json() == {"predictions": [[0.25, 0.75]]}


def test_fake_checks_its_input_as_the_real_one_does(bundle: Path) -> None:
    """A test does not pass with an input that production refuses."""
    with override_settings(WHERRY={"MODELS": {"digits": bundle}}), fake_model("digits", FIXED):
        with pytest.raises(InvalidInput, match="'image' must be FP32 of shape"):
            get_model("digits").predict([[1, 2, 3]])


def test_fake_may_compute_its_answer(bundle: Path) -> None:
    """From the inputs, as arrays."""
    with override_settings(WHERRY={"MODELS": {"digits": bundle}}):
        with fake_model("digits", lambda inputs: {"probabilities": inputs["image"][:, :2]}):
            answer = get_model("digits").predict([[1, 2, 3, 4], [5, 6, 7, 8]])
        assert answer["probabilities"].tolist() == [[1, 2], [5, 6]]


def test_fake_ends_with_its_block(bundle: Path) -> None:
    """Also when the test fails inside."""
    with override_settings(WHERRY={"MODELS": {"digits": bundle}}):
        before = get_model("digits")
        with pytest.raises(ZeroDivisionError), fake_model("digits", FIXED):
            raise ZeroDivisionError
        assert get_model("digits") is before


@override_settings(WHERRY={"MODELS": {"pitch": LITERT}})
def test_bare_model_needs_its_signature_given() -> None:
    """Only the runtime can read it, and a fake needs no runtime."""
    with pytest.raises(ConfigurationError, match="signature="), fake_model("pitch", FIXED):
        pass
    with fake_model("pitch", FIXED, signature=SIGNATURE):
        assert get_model("pitch").predict([[1, 2, 3, 4]])["probabilities"].shape == (1, 2)


@override_settings(WHERRY={"MODELS": {}})
def test_unknown_model_is_refused() -> None:
    """A fake of a model that the project does not have proves nothing."""
    with pytest.raises(ModelNotFound), fake_model("pitch", FIXED):
        pass


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"probability": 1}, "lacks the output 'probabilities'"),
        ({"probabilities": [[1, 2, 3]]}, r"has shape \[1, 3\]; the model's is \['any', 2\]"),
    ],
)
def test_answer_that_the_model_could_not_give_is_refused(
    bundle: Path, answer: dict[str, object], words: str
) -> None:
    """A fake that answers nonsense would let a view pass that cannot work."""
    with override_settings(WHERRY={"MODELS": {"digits": bundle}}), fake_model("digits", answer):
        with pytest.raises(ConfigurationError, match=words):
            get_model("digits").predict([[1, 2, 3, 4]])
