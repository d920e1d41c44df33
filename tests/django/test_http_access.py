"""API keys and the permission function."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from tests.django.conftest import error

KEYS = ["first-secret", "zweiter-schlüssel"]
PATHS = [
    "/v1/models/dense",
    "/v1/models/dense/metadata",
    "/v2",
    "/v2/models/dense",
    "/v2/models/dense/ready",
    "/openapi.json",
]


@pytest.fixture
def keyed(served: dict[str, Any]) -> Iterator[None]:
    """Ask for one of two keys."""
    with override_settings(WHERRY={**served, "API_KEYS": KEYS}):
        yield


@pytest.fixture
def permitted(served: dict[str, Any]) -> Iterator[None]:
    """Ask a function."""
    with override_settings(WHERRY={**served, "PERMISSION": "tests.django.hooks.has_pass"}):
        yield


def get(client: Client, path: str, **headers: str) -> HttpResponse:
    return client.get(
        path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer first-secret"},
        {"Authorization": "bearer  first-secret "},
        {"X_API_Key": "first-secret"},
    ],
)
def test_either_header_with_a_right_key_lets_in(client: Client, headers: dict[str, str]) -> None:
    """On every endpoint."""
    for path in PATHS:
        assert get(client, path, **headers).status_code == 200


@pytest.mark.usefixtures("keyed")
def test_every_key_of_the_list_lets_in(client: Client) -> None:
    """Keys that are not ASCII arrive as Latin-1 from the server, as UTF-8 from the client."""
    sent = KEYS[1].encode().decode("latin-1")
    assert get(client, "/v2", X_API_Key=sent).status_code == 200


@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer first-secre"},
        {"Authorization": "Bearer first-secret2"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic first-secret"},
        {"Authorization": "first-secret"},
        {"X_API_Key": ""},
        {"X_API_Key": "FIRST-SECRET"},
        {"X_API_Key": "\udcff\ud800"},
    ],
)
def test_no_key_or_a_wrong_one_is_refused(
    client: Client, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """401 with WWW-Authenticate; neither the answer nor the log repeats a key."""
    with caplog.at_level(logging.DEBUG):
        for path in PATHS:
            response = get(client, path, **headers)
            assert response.status_code == 401
            assert response["WWW-Authenticate"] == "Bearer"
            assert "key" in error(response)
            assert b"secret" not in response.content
    assert "secret" not in caplog.text


@pytest.mark.usefixtures("keyed")
def test_predictions_need_the_key_too(client: Client) -> None:
    """The body of one who may not ask is not even read."""
    for path in ("/v1/models/dense:predict", "/v2/models/dense/infer"):
        response = client.post(path, b"x" * 100, content_type="application/json")
        assert response.status_code == 401


@pytest.mark.usefixtures("keyed")
def test_health_stays_open_and_tells_strangers_no_details(client: Client) -> None:
    """A platform probes without a key; names and reasons are for those who have one."""
    assert client.get("/v2/health/live").status_code == 200
    response = client.get("/v2/health/ready")
    assert response.status_code == 200
    assert response.json() == {"ready": True}
    assert "models" in get(client, "/v2/health/ready", X_API_Key=KEYS[0]).json()


@pytest.mark.usefixtures("permitted")
def test_the_permission_function_decides(client: Client) -> None:
    """False and PermissionDenied are 403, True is the answer; health is not asked for."""
    for path in PATHS:
        assert get(client, path, X_Pass="yes").status_code == 200
        for refused in ("no", "raise"):
            response = get(client, path, X_Pass=refused)
            assert response.status_code == 403
            assert error(response)
    assert client.get("/v2/health/live").status_code == 200
    assert client.get("/v2/health/ready").json() == {"ready": True}


def test_a_permission_function_that_fails_lets_nobody_in(
    client: Client, served: dict[str, Any]
) -> None:
    """500 without its details."""
    with override_settings(WHERRY={**served, "PERMISSION": "tests.django.hooks.broken"}):
        response = client.get("/v2")
    assert response.status_code == 500
    assert "secret detail" not in error(response)


@pytest.mark.usefixtures("served")
def test_without_keys_and_permission_everybody_may_ask(client: Client) -> None:
    """A stray key does no harm."""
    for headers in ({}, {"X_API_Key": "x"}, {"Authorization": "Bearer x"}):
        assert get(client, "/v2/models/dense", **headers).status_code == 200
