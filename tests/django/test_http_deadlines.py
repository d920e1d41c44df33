"""Deadlines over HTTP: from the router, the client, the request itself and the settings."""

import json
import time
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import override_settings

from tests.django.conftest import Ask, error
from wherry.django import get_model
from wherry.serving.deadlines import UNBELIEVED_AFTER

V1, V2 = "/v1/models/dense:predict", "/v2/models/dense/infer"
ROW = {"instances": [[1, 2, 3, 4]]}
TENSOR = {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}]}
BODIES = {V1: ROW, V2: TENSOR}


@pytest.fixture(autouse=True)
def loaded(served: dict[str, Any]) -> dict[str, Any]:
    """Load the model before anything is timed."""
    get_model("dense").load()
    return served


@pytest.fixture(params=[V1, V2])
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def started(seconds_ago: float) -> str:
    return f"{(time.time() - seconds_ago) * 1000:.0f}"


def slow(seconds: float) -> None:
    """Let the model be known for runs that long."""
    ready = get_model("dense")._ready
    assert ready is not None
    ready.execution.costs["serving_default"].__init__({1: seconds})  # type: ignore[misc]


def refused(response: HttpResponse) -> str:
    assert response.status_code == 503
    assert int(response["Retry-After"]) >= 1
    return error(response)


@pytest.mark.parametrize(
    ("waited_s", "headers"),
    [
        (None, {}),
        (0.02, {}),
        (None, {"X-Request-Timeout-Ms": "20000"}),
        (1, {"X-Request-Timeout-Ms": "99999999999"}),
        # What cannot be believed is as if it were not there.
        (-7200, {}),
        (86400, {}),
        (None, {"X-Request-Start": "yesterday"}),
        (None, {"X-Request-Start": "1" * 4000}),
    ],
)
def test_a_request_with_time_is_answered(
    ask: Ask, path: str, waited_s: float | None, headers: dict[str, str]
) -> None:
    """Whoever says how much of it there is."""
    start = {} if waited_s is None else {"X-Request-Start": started(waited_s)}
    assert ask(path, BODIES[path], **start, **headers).status_code == 200


def test_nginxs_way_to_write_it_is_read(ask: Ask, path: str) -> None:
    """Seconds, after ``t=``."""
    slow(0.001)
    for waited_s, status in ((0.1, 200), (40, 503)):
        start = {"X-Request-Start": f"t={time.time() - waited_s:.3f}"}
        assert ask(path, BODIES[path], **start).status_code == status


def test_what_its_router_has_given_up_is_not_begun(ask: Ask, path: str) -> None:
    """503 with Retry-After, at once; a clock that jumped is recognised after some of them."""
    slow(0.001)
    headers = {"X-Request-Start": started(31)}
    begun = time.perf_counter()
    assert "it was not begun" in refused(ask(path, BODIES[path], **headers))
    assert time.perf_counter() - begun < 0.5
    assert get_model("dense").requests == 0
    statuses = [ask(path, BODIES[path], **headers).status_code for _ in range(UNBELIEVED_AFTER)]
    assert statuses == [503] * (UNBELIEVED_AFTER - 1) + [200]


def test_the_routers_limit_is_a_setting(ask: Ask, served: dict[str, Any]) -> None:
    """A router that waits for a minute, nginx say."""
    with override_settings(WHERRY={**served, "ROUTER_TIMEOUT_S": 60}):
        get_model("dense").load()
        slow(0.001)
        assert ask(V1, ROW, **{"X-Request-Start": started(31)}).status_code == 200
        refused(ask(V1, ROW, **{"X-Request-Start": started(61)}))


@pytest.mark.parametrize("timeout_ms", ["0", "-1", "1.5", "soon", "", "9" * 19, "1e9"])
def test_a_clients_time_that_is_none_is_refused(ask: Ask, path: str, timeout_ms: str) -> None:
    """Not ignored: the client believes that it has a deadline."""
    response = ask(path, BODIES[path], **{"X-Request-Timeout-Ms": timeout_ms})
    assert response.status_code == 400
    assert "X-Request-Timeout-Ms must be a whole number of milliseconds above 0" in error(response)


def test_a_client_with_less_time_than_a_run_takes_is_told_so(ask: Ask, path: str) -> None:
    """The sentence holds both numbers."""
    slow(0.5)
    said = refused(ask(path, BODIES[path], **{"X-Request-Timeout-Ms": "100"}))
    assert "would answer this in about 500 ms, and it has 100 ms" in said or "99 ms" in said
    assert ask(path, BODIES[path], **{"X-Request-Timeout-Ms": "20000"}).status_code == 200


@pytest.mark.parametrize(("timeout", "status"), [(100_000, 503), (20_000_000, 200), (0, 200)])
def test_a_requests_own_parameter_counts(ask: Ask, timeout: int, status: int) -> None:
    """Microseconds, as Triton has it; 0 says nothing."""
    slow(0.5)
    response = ask(V2, {**TENSOR, "parameters": {"timeout": timeout}})
    assert response.status_code == status


@pytest.mark.parametrize("timeout", [-1, 1.5, "100", None, True, [1]])
def test_a_parameter_that_is_no_time_is_refused(ask: Ask, timeout: object) -> None:
    """With what it should be."""
    response = ask(V2, {**TENSOR, "parameters": {"timeout": timeout}})
    assert response.status_code == 400
    assert "'timeout' must be a whole number of microseconds" in error(response)


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), float("inf"), True, "5", 1e12])
def test_a_setting_that_is_no_time_is_said(
    ask: Ask, served: dict[str, Any], timeout_s: object
) -> None:
    """Of the router as of a model."""
    dense = served["MODELS"]["dense"]
    for wherry in (
        {**served, "ROUTER_TIMEOUT_S": timeout_s},
        {"MODELS": {"dense": {**dense, "TIMEOUT_S": timeout_s}}},
    ):
        with override_settings(WHERRY=wherry):
            response = ask(V1, ROW)
            assert response.status_code == 503
            assert "must be a number of seconds above 0" in json.loads(response.content)["error"]
