"""Jobs over HTTP: 202 now, the same answer later."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import timezone

from tests.django.conftest import Ask, error
from tests.django.jobs.conftest import ROW, work
from wherry.django.jobs.conf import JobOptions
from wherry.django.jobs.models import Job
from wherry.django.jobs.store import begin

pytestmark = pytest.mark.usefixtures("served")

LATER = {"Prefer": "respond-async"}
ROWS = {"instances": ROW}
INFER = {
    "id": "7",
    "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4], "data": ROW[0]}],
}
NOWHERE = "/v1/models/dense/jobs/00000000-0000-0000-0000-000000000000"


def accepted(response: HttpResponse) -> str:
    """Return where the job is."""
    assert response.status_code == 202, response.content
    assert response["Preference-Applied"] == "respond-async"
    assert json.loads(response.content)["state"] == "queued"
    return str(response["Location"])


def test_rows_are_answered_later_as_they_would_be_now(ask: Ask, client: Client) -> None:
    """Status, then result, byte for byte."""
    now = ask("/v1/models/dense:predict", ROWS)
    address = accepted(ask("/v1/models/dense:predict", ROWS, **LATER))
    waiting = client.get(address)
    assert (waiting.json()["state"], waiting["Retry-After"]) == ("queued", "1")
    early = client.get(f"{address}/result")
    assert (early.status_code, early["Retry-After"]) == (202, "1")
    work()
    status = client.get(address).json()
    assert (status["state"], status["tries"], status["version"]) == ("succeeded", 1, "1")
    later = client.get(status["result"])
    assert (later.status_code, later["Content-Type"]) == (200, now["Content-Type"])
    assert later.content == now.content


def test_binary_tensors_are_answered_later_too(ask: Ask, client: Client) -> None:
    """With the header that says where they begin."""
    body = {**INFER, "parameters": {"binary_data_output": True}}
    now = ask("/v2/models/dense/infer", body)
    address = accepted(ask("/v2/models/dense/infer", body, **LATER))
    work()
    later = client.get(f"{address}/result")
    assert later.content == now.content
    header = "Inference-Header-Content-Length"
    assert later[header] == now[header]


def test_binary_requests_are_kept(ask: Ask, client: Client) -> None:
    """The header's length goes with the body."""
    text = json.dumps(
        {
            "inputs": [
                {
                    "name": "x",
                    "datatype": "FP32",
                    "shape": [1, 4],
                    "parameters": {"binary_data_size": 16},
                }
            ]
        }
    ).encode()
    headers = {**LATER, "Inference-Header-Content-Length": str(len(text))}
    body = text + bytes(16)
    address = accepted(
        ask("/v2/models/dense/infer", body, content_type="application/octet-stream", **headers)
    )
    work()
    assert client.get(f"{address}/result").status_code == 200


def test_what_is_wrong_is_refused_at_once(ask: Ask) -> None:
    """As without the preference; nothing is kept."""
    ask("/v1/models/dense:predict", ROWS)  # The model is in memory from now on.
    wrong = ask("/v1/models/dense:predict", {"instances": [[1.0]]}, **LATER)
    assert (wrong.status_code, "must be FP32" in error(wrong)) == (400, True)
    assert ask("/v1/models/none:predict", ROWS, **LATER).status_code == 404
    assert ask("/v1/models/dense/versions/9:predict", ROWS, **LATER).status_code == 404
    assert ask("/v1/models/dense:predict", b"x", content_type="text/html", **LATER).status_code in (
        400,
        415,
    )
    bad = {**LATER, "Inference-Header-Content-Length": "-1"}
    assert ask("/v2/models/dense/infer", INFER, **bad).status_code == 400
    assert not Job.objects.exists()


def test_without_the_preference_nothing_is_kept(ask: Ask) -> None:
    """Nor with another one."""
    assert ask("/v1/models/dense:predict", ROWS).status_code == 200
    assert ask("/v1/models/dense:predict", ROWS, Prefer="return=minimal").status_code == 200
    assert not Job.objects.exists()


def test_a_job_that_fails_answers_as_the_request_would_have(ask: Ask, client: Client) -> None:
    """Its model was not in memory, so that nobody knew."""
    address = accepted(ask("/v1/models/dense:predict", {"instances": [[1.0]]}, **LATER))
    work()
    assert client.get(address).json()["state"] == "failed"
    result = client.get(f"{address}/result")
    assert (result.status_code, "must be FP32" in error(result)) == (400, True)


def test_a_job_can_be_cancelled(ask: Ask, client: Client) -> None:
    """It is not done any more, and says so."""
    address = accepted(ask("/v1/models/dense:predict", ROWS, **LATER))
    assert client.delete(address).json()["state"] == "cancelled"
    assert client.delete(address).status_code == 200
    work()
    assert client.get(address).json()["state"] == "cancelled"
    result = client.get(f"{address}/result")
    assert (result.status_code, error(result)) == (410, "The job was cancelled.")


def test_jobs_are_found_under_their_own_model_only(ask: Ask, client: Client) -> None:
    """An id is no permission to ask through another model's address."""
    address = accepted(ask("/v1/models/dense:predict", ROWS, **LATER))
    assert client.get(address.replace("/dense/", "/log/")).status_code == 404
    assert client.delete(address.replace("/dense/", "/log/")).status_code == 404
    assert client.get(address).json()["state"] == "queued"


@pytest.mark.parametrize("path", [NOWHERE, f"{NOWHERE}/result", f"{NOWHERE}0", NOWHERE[:-1]])
def test_a_job_that_is_not_there_is_not_found(client: Client, path: str) -> None:
    """Nor is what is no id."""
    assert client.get(path).status_code == 404


def test_the_addresses_are_guarded(ask: Ask, client: Client, served: dict[str, Any]) -> None:
    """Results are as private as answers."""
    address = accepted(ask("/v1/models/dense:predict", ROWS, **LATER))
    with override_settings(WHERRY={**served, "API_KEYS": ["secret"]}):
        assert ask("/v1/models/dense:predict", ROWS, **LATER).status_code == 401
        for path in (address, f"{address}/result"):
            assert client.get(path).status_code == 401
        assert client.delete(address).status_code == 401
        assert client.get(address, headers={"X-API-Key": "secret"}).status_code == 200
    assert client.post(address).status_code == 405


def test_a_queue_that_is_full_says_when_to_come_back(
    ask: Ask, jobs: Callable[..., JobOptions]
) -> None:
    """Which is not the sender's mistake."""
    jobs(MAX_QUEUED=1)
    accepted(ask("/v1/models/dense:predict", ROWS, **LATER))
    full = ask("/v1/models/dense:predict", ROWS, **LATER)
    assert (full.status_code, full["Retry-After"]) == (503, "10")
    assert "MAX_QUEUED" in error(full)


def test_a_body_may_be_as_large_as_a_jobs_input(ask: Ask, served: dict[str, Any]) -> None:
    """Not only as large as that of a request that is answered now, and no larger."""
    body = json.dumps(ROWS).encode() + b" " * 5000
    with override_settings(
        WHERRY={**served, "MAX_BODY_BYTES": 1000, "JOBS": {"MAX_INPUT_BYTES": 10_000}}
    ):
        assert ask("/v1/models/dense:predict", body).status_code == 413
        accepted(ask("/v1/models/dense:predict", body, **LATER))
        assert ask("/v1/models/dense:predict", body * 2, **LATER).status_code == 413


def test_a_look_at_a_job_finds_that_its_worker_is_silent(ask: Ask, client: Client) -> None:
    """Also where no worker of ours looks after it."""
    address = accepted(ask("/v1/models/dense:predict", ROWS, **LATER))
    assert begin(address.rpartition("/")[2], "elsewhere:1:1", JobOptions())
    assert client.get(address).json()["state"] == "running"
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert client.get(address).json()["state"] == "queued"
    work()
    status = client.get(address).json()
    assert (status["state"], status["tries"]) == ("succeeded", 2)


def test_jobs_are_counted_by_state(ask: Ask, client: Client) -> None:
    """A queue that grows asks for another worker."""
    for _ in range(2):
        accepted(ask("/v1/models/dense:predict", ROWS, **LATER))
    work()
    accepted(ask("/v1/models/dense:predict", ROWS, **LATER))
    text = client.get("/monitoring/prometheus/metrics").content.decode()
    assert 'wherry_jobs{model="dense",state="queued"} 1\n' in text
    assert 'wherry_jobs{model="dense",state="succeeded"} 2\n' in text


def test_a_database_that_is_away_costs_the_other_metrics_nothing(client: Client) -> None:
    """They are what one looks at then."""

    def away(*_: Any) -> Any:
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(away):
        answer = client.get("/monitoring/prometheus/metrics")
    assert answer.status_code == 200
    assert b"wherry_memory_bytes" in answer.content
    assert b"wherry_jobs" not in answer.content
