"""A client of the endpoints, with small real models behind them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from tests import zoo


class Ask(Protocol):
    """Sends a request; a value becomes JSON, bytes go as they are."""

    def __call__(
        self, path: str, value: object = ..., *, content_type: str = ..., **headers: str
    ) -> HttpResponse: ...


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Model files by name."""
    folder = tmp_path_factory.mktemp("models")
    return {
        "dense": zoo.dense(folder / "dense.onnx"),
        "two": zoo.two_in_two_out(folder / "two.onnx"),
        "log": zoo.logarithm(folder / "log.onnx"),
        "nobatch": zoo.no_batch(folder / "nobatch.onnx"),
        "text": zoo.identity(folder / "text.onnx", "BYTES", ("batch",)),
        "half": zoo.identity(folder / "half.onnx", "FP16"),
        "byte": zoo.identity(folder / "byte.onnx", "UINT8"),
        "long": zoo.identity(folder / "long.onnx", "INT64"),
    }


@pytest.fixture
def served(models: dict[str, Path]) -> Iterator[dict[str, Any]]:
    """Serve the models; the WHERRY setting in force."""
    wherry: dict[str, Any] = {
        "MODELS": {name: {"PATH": path, "THREADS": 1} for name, path in models.items()}
    }
    with override_settings(WHERRY=wherry):
        yield wherry


@pytest.fixture
def ask(client: Client) -> Ask:
    """Post to a path."""

    def post(
        path: str, value: object = None, *, content_type: str = "application/json", **headers: str
    ) -> HttpResponse:
        body = value if isinstance(value, bytes | str) else json.dumps(value)
        return client.post(path, body, content_type=content_type, headers=headers)

    return post


def error(response: HttpResponse) -> str:
    """Return the sentence of an error answer, whose form is checked."""
    assert response["Content-Type"] == "application/json"
    body = json.loads(response.content)
    assert body.keys() == {"error"}
    assert "Traceback" not in body["error"]
    return str(body["error"])
