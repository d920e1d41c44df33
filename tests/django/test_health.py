"""Truthful health: what a person can act on, and never ready with nothing loaded."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from tests import zoo
from tests.django.conftest import Ask
from tests.django.serving import until
from wherry.django import registry
from wherry.runtimes.protocol import LoadOptions
from wherry.serving import loading, model
from wherry.serving.packing import pack
from wherry.serving.shelf import Label

ROW = {"instances": [[1, 2, 3, 4]]}


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    """A folder of versions 1 and 2."""
    for version in ("1", "2"):
        file = zoo.dense(tmp_path / "dense.onnx", seed=int(version))
        pack(file, tmp_path / "dense" / version, version=version)
    return tmp_path / "dense"


@pytest.fixture
def two(bundles: Path) -> Iterator[Path]:
    """Version 2 by default, and 1 as stable."""
    options = {"PATH": bundles, "LABELS": {"stable": "1"}, "THREADS": 1}
    with override_settings(WHERRY={"MODELS": {"dense": options}}):
        yield bundles


class Held:
    """A model that is on its way into memory until ``go_on``; at ``stage`` it waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
        self.there, self.go_on = threading.Event(), threading.Event()
        name = {"loading": "_load", "warming": "warm_up"}[stage]
        real = getattr(loading, name)

        def wait(*arguments: Any, **options: Any) -> Any:
            self.there.set()
            assert self.go_on.wait(30)
            return real(*arguments, **options)

        monkeypatch.setattr(loading, name, wait)


@pytest.mark.parametrize("stage", ["loading", "warming"])
def test_model_on_its_way_says_where_it_is(
    client: Client, bundles: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """503 with Retry-After, the state, and how much of it is there."""
    held = Held(monkeypatch, stage)
    with override_settings(WHERRY={"MODELS": {"dense": {"PATH": bundles / "1", "THREADS": 1}}}):
        loader = registry.repository().start(LoadOptions(threads=1))
        assert held.there.wait(30)
        if stage == "loading":
            # The hashes are checked, which is the first half; nothing is read yet.
            until(lambda: registry.repository().get("dense").progress.ratio >= 0.5)
        try:
            for path in ("/v2/health/ready", "/v2/models/dense/ready"):
                answer = client.get(path)
                assert answer.status_code == 503
                assert answer["Retry-After"]
                body = answer.json()
                assert body["ready"] is False
                assert body["state"] == stage
                assert f"'dense' is {stage}" in body["error"]
            if stage == "loading":
                assert 0.5 <= body["progress_ratio"] < 1
                assert "%" in body["error"]
            assert client.get("/v2/health/live").status_code == 200
        finally:
            held.go_on.set()
            loader.join()
        assert client.get("/v2/health/ready").json()["state"] == "ready"
        assert client.get("/v2/models/dense/ready").json() == {"name": "dense", "ready": True}


def test_model_that_was_never_asked_for_is_starting(client: Client, bundles: Path) -> None:
    """Under a server that loads in the background, before its turn comes."""
    with override_settings(WHERRY={"MODELS": {"dense": bundles / "1"}}):
        registry.repository()._thread = threading.current_thread()
        body = client.get("/v2/health/ready").json()
        assert body["state"] == "starting"
        assert body["models"][0]["version"] == "1"


@pytest.mark.usefixtures("two")
def test_model_that_refuses_says_why_and_is_not_ready(client: Client) -> None:
    """So that a load balancer sends its work elsewhere."""
    assert client.get("/v2/health/ready").status_code == 200
    registry.repository().get("dense").refusal = "The server is close to its memory limit (...)."
    for path in ("/v2/health/ready", "/v2/models/dense/ready"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.json()["state"] == "refusing"
        assert "close to its memory limit" in answer.json()["error"]
    assert client.get("/v2/models/dense/labels/stable/ready").status_code == 200


@pytest.mark.usefixtures("two")
def test_refused_request_is_told_when_to_come_back(ask: Ask) -> None:
    """503 with Retry-After, and no run."""
    assert ask("/v1/models/dense:predict", ROW).status_code == 200
    registry.repository().get("dense").refusal = "The server is close to its memory limit (...)."
    answer = ask("/v1/models/dense:predict", ROW)
    assert answer.status_code == 503
    assert answer["Retry-After"] == str(int(model.REFUSAL_RETRY_S))
    assert "memory limit" in json.loads(answer.content)["error"]


def test_every_version_counts_for_readiness(client: Client, two: Path) -> None:
    """And is shown."""
    (two / "1" / "dense.onnx").unlink()
    body = client.get("/v2/health/ready").json()
    assert body["ready"] is False
    states = {each["version"]: each["state"] for each in body["models"]}
    assert states == {"1": "failed", "2": "ready"}
    assert client.get("/v2/models/dense/ready").status_code == 200
    assert client.get("/v2/models/dense/versions/1/ready").status_code == 503
    assert client.get("/v2/models/dense/labels/stable/ready").status_code == 503


@pytest.mark.parametrize(
    "path",
    ["/v2/health/ready", "/v2/models/dense/ready"],
)
def test_paths_of_the_machine_are_not_told(client: Client, two: Path, path: str) -> None:
    """Whoever probes need not know them."""
    assert str(two) not in client.get(path).content.decode()


@pytest.mark.usefixtures("two")
def test_versions_and_labels_are_asked_for_in_both_protocols(client: Client, ask: Ask) -> None:
    """Each answers for itself."""
    tensor = {"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}
    answers = {}
    for where in ("", "/versions/2", "/versions/1", "/labels/stable"):
        predicted = ask(f"/v1/models/dense{where}:predict", ROW)
        inferred = ask(f"/v2/models/dense{where}/infer", {"inputs": [tensor]})
        assert (predicted.status_code, inferred.status_code) == (200, 200)
        answers[where] = json.loads(predicted.content)["predictions"]
        assert json.loads(inferred.content)["model_version"] == (
            "2" if where in ("", "/versions/2") else "1"
        )
        assert client.get(f"/v2/models/dense{where}").status_code == 200
    assert answers[""] == answers["/versions/2"]
    assert answers["/versions/1"] == answers["/labels/stable"]
    assert answers[""] != answers["/versions/1"]


@pytest.mark.usefixtures("two")
def test_status_lists_every_version_as_tensorflow_serving_does(client: Client) -> None:
    """Or the one that is asked for."""
    found = client.get("/v1/models/dense").json()["model_version_status"]
    assert {each["version"]: each["state"] for each in found} == {
        "1": "AVAILABLE",
        "2": "AVAILABLE",
    }
    (one,) = client.get("/v1/models/dense/labels/stable").json()["model_version_status"]
    assert one["version"] == "1"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/models/dense/labels/canary:predict", "no label 'canary'; its labels are: 'stable'"),
        ("/v1/models/dense/versions/9:predict", "no version '9'; it has '1', '2'"),
        ("/v1/models/none/labels/stable:predict", "No model 'none'"),
    ],
)
@pytest.mark.usefixtures("two")
def test_version_or_label_that_is_not_there(ask: Ask, path: str, said: str) -> None:
    """404 with those there are."""
    answer = ask(path, ROW)
    assert answer.status_code == 404
    assert said in json.loads(answer.content)["error"]


@pytest.mark.usefixtures("two")
def test_label_is_no_version() -> None:
    """A version called like a label would be another thing."""
    repository = registry.repository()
    assert repository.get("dense", Label("stable")) is repository.get("dense", "1")
