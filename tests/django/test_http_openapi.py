"""The OpenAPI description, and a fuzz of the endpoints that is made from it."""

import json
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client, modify_settings, override_settings
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

FUZZ = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


# One of each kind; the logarithm rightly fails for 0.
FUZZED = ("dense", "text", "byte", "nobatch")


# The handler itself, unlike the test client, looks after connections to a database.
@pytest.mark.django_db
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_made_from_the_description_finds_a_fault(
    served: Any, mode: GenerationMode
) -> None:
    """No 5xx, no status, content type or body that is not described, nothing wrong accepted.

    Not checked: that every request that fits the description is answered, since JSON Schema
    cannot say that all rows of a list have one length.
    """
    models = {name: served["MODELS"][name] for name in FUZZED}
    with override_settings(WHERRY={"MODELS": models}):
        schema = schemathesis.openapi.from_wsgi("/openapi.json", get_wsgi_application())
        statuses = set()
        for found in schema.get_all_operations():
            operation = found.ok()
            # Those that are not posted to take nothing that could be wrong.
            if mode is GenerationMode.POSITIVE or operation.method == "post":
                statuses |= _fuzz(operation, mode)
    assert statuses >= ({200} if mode is GenerationMode.POSITIVE else {400})


def _fuzz(operation: Any, mode: GenerationMode) -> set[int]:
    statuses = set()

    @settings(FUZZ)
    @given(case=operation.as_strategy(generation_mode=mode))
    def fuzz(case: schemathesis.Case) -> None:
        statuses.add(case.call_and_validate(checks=CHECKS).status_code)

    fuzz()
    return statuses


@pytest.mark.usefixtures("served")
def test_the_description_holds_the_models_own_signatures(client: Client) -> None:
    """A client generated from it knows names, datatypes and shapes."""
    found = client.get("/openapi.json").json()
    assert found["openapi"] == "3.1.0"
    predict = found["paths"]["/v1/models/byte:predict"]["post"]
    text = json.dumps(predict["requestBody"])
    assert '"minimum": 0, "maximum": 255' in text
    infer = found["paths"]["/v2/models/dense/infer"]["post"]
    assert '{"const": "FP32"}' in json.dumps(infer["requestBody"])
    assert '{"const": 4}' in json.dumps(infer["requestBody"])
    # Row format is described where it can be used, and only there.
    assert "instances" in text
    assert "instances" not in json.dumps(found["paths"]["/v1/models/nobatch:predict"])


def test_versions_labels_jobs_and_metrics_are_described(client: Client, served: Any) -> None:
    """Jobs only where there are any: a client without them would wait for its 202 in vain."""
    with override_settings(WHERRY={"MODELS": {"dense": served["MODELS"]["dense"]}}):
        found = client.get("/openapi.json").json()["paths"]
    assert {
        "/v1/models/dense/versions/{version}:predict",
        "/v1/models/dense/labels/{label}:predict",
        "/v2/models/dense/labels/{label}/infer",
        "/v1/models/dense/versions/{version}/metadata",
        "/monitoring/prometheus/metrics",
    } <= set(found)
    posted = found["/v1/models/dense:predict"]["post"]
    assert [each["name"] for each in posted["parameters"]] == ["X-Request-Timeout-Ms", "Prefer"]
    assert "202" in posted["responses"]
    assert set(found["/v1/models/dense/jobs/{job_id}"]) == {"get", "delete", "parameters"}
    with modify_settings(INSTALLED_APPS={"remove": "wherry.django.jobs"}):
        found = client.get("/openapi.json").json()["paths"]
    assert not [path for path in found if "/jobs/" in path]


def test_keys_are_described_where_they_are_asked_for(client: Client, served: Any) -> None:
    """With both headers; health needs none."""
    assert "security" not in client.get("/openapi.json").json()
    with override_settings(WHERRY={**served, "API_KEYS": ["k"]}):
        found = client.get("/openapi.json", headers={"X-API-Key": "k"}).json()
    assert found["security"] == [{"bearer": []}, {"header": []}]
    assert found["paths"]["/v2/health/live"]["get"]["security"] == []


def test_a_model_that_cannot_be_loaded_is_left_out(client: Client, tmp_path: Any) -> None:
    """The rest is described all the same."""
    with override_settings(WHERRY={"MODELS": {"broken": tmp_path / "none.onnx"}}):
        found = client.get("/openapi.json").json()
    assert "/v2" in found["paths"]
    assert not [path for path in found["paths"] if "broken" in path]
