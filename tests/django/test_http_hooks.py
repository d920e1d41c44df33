"""preprocess and postprocess over HTTP: images in, names out."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from tests.django.conftest import Ask, error

DENSE = "/v1/models/dense:predict"
IMAGE = bytes([1, 2, 3, 4])
ENCODED = {"b64": base64.b64encode(IMAGE).decode()}
GOOD = {"instances": [[1, 2, 3, 4]]}


def hooked(models: dict[str, Path], **hooks: str) -> Any:
    """Serve the dense model with hooks of tests.django.hooks."""
    options = {name: f"tests.django.hooks.{hook}" for name, hook in hooks.items()}
    return override_settings(WHERRY={"MODELS": {"dense": {"PATH": models["dense"], **options}}})


@pytest.fixture
def images(models: dict[str, Path]) -> Iterator[None]:
    """Serve the model for images."""
    with hooked(models, PREPROCESS="pixels", POSTPROCESS="best"):
        yield


@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("content_type", ["image/png", "audio/wav", "application/octet-stream"])
def test_a_file_is_given_to_preprocess_as_its_bytes(ask: Ask, content_type: str) -> None:
    """postprocess's result is the value of predictions; numpy's scalars are numbers."""
    response = ask(DENSE, IMAGE, content_type=content_type)
    assert response.status_code == 200
    (found,) = json.loads(response.content)["predictions"]
    assert found["label"] in "abc"
    assert isinstance(found["score"], float)


@pytest.mark.usefixtures("images")
def test_base64_in_json_is_given_to_preprocess_as_bytes(ask: Ask) -> None:
    """The answer is that of the file sent alone, for each."""
    (alone,) = json.loads(ask(DENSE, IMAGE, content_type="image/png").content)["predictions"]
    rows = json.loads(ask(DENSE, {"instances": [ENCODED, ENCODED]}).content)
    assert rows == {"predictions": [alone, alone]}
    columns = json.loads(ask(DENSE, {"inputs": [ENCODED]}).content)
    assert columns == {"outputs": [alone]}


@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("body", [b"123", {"instances": [{"b64": "AAAA"}]}, {"instances": [1]}])
def test_a_value_error_of_preprocess_is_the_callers_mistake(ask: Ask, body: object) -> None:
    """400 with the error's own sentence."""
    content_type = "image/png" if isinstance(body, bytes) else "application/json"
    response = ask(DENSE, body, content_type=content_type)
    assert response.status_code == 400
    assert "four bytes" in error(response)


@pytest.mark.usefixtures("images")
def test_other_types_are_refused_and_large_batches_are_not(ask: Ask) -> None:
    """415 for what nobody said they understand; more items than one run holds are run in parts."""
    assert ask(DENSE, b"x", content_type="text/plain").status_code == 415
    answered = ask(DENSE, {"instances": [ENCODED] * 65})
    assert len(json.loads(answered.content)["predictions"]) == 65
    assert ask(DENSE, {"instances": [{"b64": "?"}]}).status_code == 400


@pytest.mark.usefixtures("images")
def test_the_open_inference_protocol_carries_raw_tensors_always(ask: Ask) -> None:
    """infer skips both hooks."""
    tensor = {"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}
    found = json.loads(ask("/v2/models/dense/infer", {"inputs": [tensor]}).content)
    assert len(found["outputs"][0]["data"]) == 3


def test_preprocess_alone_is_answered_with_the_outputs(ask: Ask, models: dict[str, Path]) -> None:
    """As they would be without it."""
    with hooked(models):
        expected = ask(DENSE, GOOD).content
    with hooked(models, PREPROCESS="pixels"):
        assert ask(DENSE, IMAGE, content_type="image/png").content == expected
        assert ask(DENSE, {"instances": [ENCODED]}).content == expected


def test_a_file_for_a_model_without_a_batch_axis_is_answered_with_its_outputs(
    ask: Ask, models: dict[str, Path]
) -> None:
    """There are no rows to make predictions of."""
    options = {"PATH": models["nobatch"], "PREPROCESS": "tests.django.hooks.numbers"}
    with override_settings(WHERRY={"MODELS": {"nobatch": options}}):
        response = ask("/v1/models/nobatch:predict", b"\1\2\3", content_type="image/png")
    assert json.loads(response.content) == {"outputs": 6}


def test_postprocess_alone_follows_the_usual_inputs(ask: Ask, models: dict[str, Path]) -> None:
    """Which are checked as ever."""
    with hooked(models, POSTPROCESS="best"):
        assert json.loads(ask(DENSE, GOOD).content)["predictions"][0]["label"] in "abc"
        assert json.loads(ask(DENSE, {"inputs": [[1, 2, 3, 4]]}).content)["outputs"]
        assert ask(DENSE, {"instances": [[1, 2, 3]]}).status_code == 400


@pytest.mark.parametrize("hook", ["not_json", "not_finite"])
def test_a_result_that_is_not_json_is_a_failure_that_says_so(
    ask: Ask, models: dict[str, Path], hook: str
) -> None:
    """500 with a sentence about postprocess, never null."""
    with hooked(models, POSTPROCESS=hook):
        response = ask(DENSE, GOOD)
    assert response.status_code == 500
    assert "postprocess" in error(response)


@pytest.mark.parametrize("option", ["PREPROCESS", "POSTPROCESS"])
def test_a_hook_that_breaks_is_logged_and_not_told(
    ask: Ask, models: dict[str, Path], option: str, caplog: pytest.LogCaptureFixture
) -> None:
    """500; the details are in the log."""
    with hooked(models, **{option: "broken"}):
        response = ask(DENSE, GOOD)
    assert response.status_code == 500
    assert "secret" not in error(response)
    assert "secret detail" in caplog.text
