"""Which status each error has, and that nothing but a sentence leaves the server."""

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import AsyncClient, Client, override_settings

from tests.django import hooks
from tests.django.conftest import Ask, error
from wherry import errors
from wherry.django import registry
from wherry.django.answers import STATUSES
from wherry.tensors import Datatype, Signature, TensorSpec
from wherry.testing import fake_model

DENSE = "/v1/models/dense:predict"
GOOD = {"instances": [[1, 2, 3, 4]]}
ONE = Signature(
    "serving_default",
    (TensorSpec("x", Datatype.FP32, (-1, 4)),),
    (TensorSpec("y", Datatype.FP32, (-1, 3)),),
)


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    ("raised", "status", "retry_after"),
    [
        (errors.InvalidInput("said"), 400, None),
        (errors.InputTooLarge("said"), 413, None),
        (errors.UnsupportedContent("said"), 415, None),
        (errors.ModelNotFound("said"), 404, None),
        (errors.ModelNotReady("said", retry_after_s=2.1), 503, "3"),
        (errors.Overloaded("said", retry_after_s=0.0), 503, "1"),
        (errors.DeadlineExceeded("said"), 504, None),
        (errors.BundleError("said"), 503, None),
        (errors.RuntimeMissing("said"), 503, None),
        (errors.LoadedBeforeFork("said"), 503, None),
        (errors.ConfigurationError("said"), 503, None),
        (errors.DoesNotFit("said"), 507, None),
        (errors.ChangeFailed("said"), 409, None),
        (errors.ExecutionFailed("said"), 500, None),
        (errors.WherryError("said"), 500, None),
    ],
)
def test_each_error_has_its_status_and_its_sentence(
    ask: Ask, raised: Exception, status: int, retry_after: str | None, debug: bool
) -> None:
    """With DEBUG on as with DEBUG off."""

    def fail(_: object) -> Any:
        raise raised

    with override_settings(DEBUG=debug), fake_model("dense", fail, signature=ONE):
        for path, body in (
            (DENSE, GOOD),
            (
                "/v2/models/dense/infer",
                {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [0] * 4}]},
            ),
        ):
            response = ask(path, body)
            assert response.status_code == status
            assert error(response) == "said"
            assert response.get("Retry-After") == retry_after


def test_every_error_has_a_status() -> None:
    """A new kind of error does not become a 500 unnoticed; a server raises no tool's error."""
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    of_tools = {errors.NotAModel, errors.ConversionFailed}
    assert kinds - {errors.WherryError} - of_tools == {kind for kind, _ in STATUSES}


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("debug", [False, True])
def test_what_nobody_foresaw_is_logged_and_not_told(
    ask: Ask, debug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """500 without a traceback in the body; the log has it."""

    def fail(_: object) -> Any:
        message = "a secret detail"
        raise KeyError(message)

    with override_settings(DEBUG=debug), fake_model("dense", fail, signature=ONE):
        response = ask(DENSE, GOOD)
    assert response.status_code == 500
    assert "secret" not in error(response)
    assert "KeyError" in caplog.text


@pytest.mark.usefixtures("served")
def test_an_output_that_is_nan_is_a_failure(ask: Ask) -> None:
    """500, and the sentence names the output."""
    with fake_model("dense", {"y": [[1, np.nan, 3]]}, signature=ONE):
        response = ask(DENSE, GOOD)
    assert response.status_code == 500
    assert "'y'" in error(response)


@pytest.mark.parametrize("kind", ["missing", "damaged"])
def test_a_model_that_cannot_be_loaded_is_unavailable_with_the_reason(
    client: Client, ask: Ask, tmp_path: Path, kind: str
) -> None:
    """Predictions, readiness and status say why; live and the other models are as ever."""
    path = tmp_path / "model.onnx"
    if kind == "damaged":
        path.write_bytes(b"not a model")
    with override_settings(WHERRY={"MODELS": {"broken": path}}):
        response = ask("/v1/models/broken:predict", GOOD)
        assert response.status_code == 503
        sentence = error(response)
        assert client.get("/v2/health/live").status_code == 200
        ready = client.get("/v2/health/ready")
        assert ready.status_code == 503
        assert ready["Retry-After"]
        assert sentence in ready.json()["error"]
        (broken,) = ready.json()["models"]
        assert (broken["name"], broken["state"], broken["reason"]) == ("broken", "failed", sentence)
        one = client.get("/v2/models/broken/ready")
        assert one.status_code == 503
        assert one.json()["state"] == "failed"
        assert sentence in one.json()["error"]
        (status,) = client.get("/v1/models/broken").json()["model_version_status"]
        assert status["state"] == "END"
        assert status["status"]["error_message"] == sentence


def test_readiness_loads_what_nothing_has_loaded_yet(client: Client, served: Any) -> None:
    """Under gunicorn or runserver the first probe loads the models, and then says 200."""
    response = client.get("/v2/health/ready")
    assert response.status_code == 200
    states = {model["name"]: model["state"] for model in response.json()["models"]}
    assert states == dict.fromkeys(served["MODELS"], "ready")


def test_a_model_that_is_still_loading_is_not_ready_and_says_when_to_ask_again(
    client: Client, ask: Ask, models: dict[str, Path]
) -> None:
    """Loaded in the background, as under wherry serve: 503 with Retry-After until it answers."""
    options = {"PATH": models["dense"], "PREPROCESS": "tests.django.slow_hook.keep"}
    with override_settings(WHERRY={"MODELS": {"dense": options}}):
        thread = registry.repository().start()
        try:
            assert hooks.LOADING.wait(20)
            for response in (
                ask(DENSE, GOOD),
                ask("/v2/models/dense/infer", GOOD),
                client.get("/v2/models/dense/ready"),
                client.get("/v2/models/dense/versions/1"),
                client.get("/v2/health/ready"),
            ):
                assert response.status_code == 503
                assert int(response["Retry-After"]) >= 1
            (status,) = client.get("/v1/models/dense").json()["model_version_status"]
            assert status["state"] == "LOADING"
            assert client.get("/v2/health/live").status_code == 200
        finally:
            hooks.GO_ON.set()
            thread.join(20)
        assert client.get("/v2/health/ready").status_code == 200
        assert ask(DENSE, {"instances": [[1, 2, 3, 4]]}).status_code == 200


def test_without_a_model_nothing_is_ready(client: Client) -> None:
    """An empty registry is not ready, and says what is missing."""
    with override_settings(WHERRY={"MODELS": {}}):
        response = client.get("/v2/health/ready")
        assert response.status_code == 503
        assert "WHERRY['MODELS']" in response.json()["error"]
        assert client.get("/v2/health/live").status_code == 200


def test_settings_with_a_mistake_are_told_and_do_not_crash(client: Client) -> None:
    """503 with the mistake, as the system check says it."""
    with override_settings(WHERRY={"MODEL": {}}):
        assert "'MODEL'" in error(client.get("/v2/models/dense"))
        assert client.get("/v2/health/live").status_code == 200


@pytest.mark.usefixtures("served")
def test_async_django_is_answered_too() -> None:
    """The views are synchronous; ASGI runs them in a thread."""

    async def post() -> Any:
        return await AsyncClient().post(DENSE, json.dumps(GOOD), content_type="application/json")

    response = asyncio.run(post())
    assert response.status_code == 200
    assert len(json.loads(response.content)["predictions"]) == 1


@pytest.mark.usefixtures("served")
def test_csrf_protection_and_site_middleware_do_not_stand_in_the_way() -> None:
    """A project's usual middleware is on; API clients have no CSRF token."""
    middleware = [
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.gzip.GZipMiddleware",
    ]
    with override_settings(MIDDLEWARE=middleware):
        client = Client(enforce_csrf_checks=True)
        response = client.post(DENSE, json.dumps(GOOD), content_type="application/json")
    assert response.status_code == 200
