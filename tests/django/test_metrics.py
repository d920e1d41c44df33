"""The endpoint that Prometheus reads."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from tests.django.conftest import Ask
from tests.django.serving import Server, make_site, until, wherry_serve
from wherry.django.metrics import PrometheusCollector
from wherry.runtimes.devices import CPU
from wherry.serving import measurements
from wherry.serving.exposition import CONTENT_TYPE
from wherry.serving.shared_cells import SharedCells

# The jobs are counted in the database.
pytestmark = pytest.mark.django_db

PATH = "/monitoring/prometheus/metrics"
ROW = {"instances": [[1.0, 2.0, 3.0, 4.0]]}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Count in memory of this test's own."""
    measurements.share(SharedCells.inherited())
    yield
    measurements.share(SharedCells.inherited())


def values(text: bytes, name: str) -> dict[tuple[str, ...], float]:
    """Return a metric's samples by the values of their labels, in the order of their names."""
    return {
        tuple(label for _, label in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
        if sample.name == name
    }


def requests(client: Client) -> dict[tuple[str, ...], float]:
    """Return the counts of answers by code, model and version."""
    return values(client.get(PATH).content, "wherry_requests_total")


@pytest.mark.usefixtures("served")
def test_what_a_model_runs_on_is_told(client: Client, ask: Ask) -> None:
    """Once it is loaded, and not before."""
    assert not values(client.get(PATH).content, "wherry_model_device")
    assert ask("/v1/models/dense:predict", ROW).status_code == 200
    assert values(client.get(PATH).content, "wherry_model_device") == {(CPU, "dense", "1"): 1.0}


@pytest.mark.usefixtures("served")
def test_answers_are_counted(client: Client, ask: Ask) -> None:
    """Good ones, and those that were refused for what they asked, under the version served."""
    assert ask("/v1/models/dense:predict", ROW).status_code == 200
    assert ask("/v1/models/dense/versions/1:predict", ROW).status_code == 200
    assert ask("/v1/models/dense:predict", {"instances": "no"}).status_code == 400
    counted = requests(client)
    assert counted == {("200", "dense", "1"): 2, ("400", "dense", "1"): 1}
    runs = values(client.get(PATH).content, "wherry_compute_seconds_count")
    assert runs == {("dense", "1"): 2}


@pytest.mark.usefixtures("served")
def test_names_from_outside_make_no_series(client: Client, ask: Ask) -> None:
    """Else anybody could fill the memory with names."""
    for number in range(5):
        assert ask(f"/v1/models/none{number}:predict", ROW).status_code == 404
    assert ask("/v2/models/none/infer", ROW).status_code == 404
    assert requests(client) == {("404", "", ""): 6}


def test_a_wrong_method_and_a_missing_key_are_counted(
    client: Client, ask: Ask, served: dict[str, Any]
) -> None:
    """They are answers too."""
    assert client.get("/v1/models/dense:predict").status_code == 405
    with override_settings(WHERRY={**served, "API_KEYS": ["secret"]}):
        assert ask("/v1/models/dense:predict", ROW).status_code == 401
        found = client.get(PATH, headers={"X-API-Key": "secret"})
    by_code = {
        key[0]: count for key, count in values(found.content, "wherry_requests_total").items()
    }
    assert by_code == {"405": 1, "401": 1}


@pytest.mark.usefixtures("served")
def test_other_endpoints_are_not_counted(client: Client) -> None:
    """Probes every few seconds would drown what matters."""
    for path in ("/v2/health/live", "/v2/models/dense", "/openapi.json", PATH):
        client.get(path)
    assert requests(client) == {}


def test_it_is_guarded_as_the_models_are(client: Client, served: dict[str, Any]) -> None:
    """Names of models and their use are nobody else's business."""
    with override_settings(WHERRY={**served, "API_KEYS": ["secret"]}):
        assert client.get(PATH).status_code == 401
        allowed = client.get(PATH, headers={"Authorization": "Bearer secret"})
    assert allowed.status_code == 200
    assert allowed["Content-Type"] == CONTENT_TYPE
    assert client.post(PATH).status_code == 405


@pytest.mark.usefixtures("served")
def test_memory_is_shown(client: Client) -> None:
    """Before any request too: a scrape tells at once whether it works."""
    found = values(client.get(PATH).content, "wherry_memory_bytes")
    assert found["anonymous",] > 1e6


@pytest.mark.usefixtures("served")
def test_a_registry_shows_the_same(client: Client, ask: Ask) -> None:
    """What django-prometheus's endpoint adds is what ours says."""
    ask("/v1/models/none:predict", ROW)
    registry = CollectorRegistry()
    registry.register(PrometheusCollector())
    text = generate_latest(registry)
    assert values(text, "wherry_requests_total") == {("404", "", ""): 1}
    ours = values(client.get(PATH).content, "wherry_request_seconds_bucket")
    assert values(text, "wherry_request_seconds_bucket") == ours


def test_django_prometheus_shows_them(tmp_path: Path) -> None:
    """Its own endpoint, without a line of the site's."""
    pytest.importorskip("django_prometheus")
    urls = 'urlpatterns = [path("", include("django_prometheus.urls"))]'
    site = make_site(tmp_path, urls=f"from django.urls import include, path\n{urls}")
    settings = site / "project" / "settings.py"
    text = settings.read_text()
    settings.write_text(text.replace('["wherry.django"]', '["wherry.django", "django_prometheus"]'))
    code = (
        "import django; django.setup(); from django.test import Client;"
        "print(Client().get('/metrics').content.decode())"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=site, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert values(done.stdout.encode(), "wherry_processes") == {(): 1}
    assert "python_info" in done.stdout


def test_counts_of_all_processes_and_of_a_killed_one(tmp_path: Path) -> None:
    """Two workers of ``wherry serve``: whichever answers the scrape, the sum is right."""
    body = json.dumps({"instances": [[1.0] * 16]}).encode()
    json_type = {"Content-Type": "application/json"}
    with wherry_serve(make_site(tmp_path), "--processes", "2", "--threads", "1") as server:
        server.wait_for("threads? each|processes")
        until(lambda: len(server.workers()) == 2)
        until(lambda: server.get("/v2/health/ready").status == 200)
        for _ in range(20):
            answer = server.ask("POST", "/v1/models/dense:predict", body, json_type)
            assert answer.status == 200
        assert all(_answered(server.get(PATH).body) == 20 for _ in range(6))
        os.kill(server.workers()[0], signal.SIGKILL)
        server.wait_for("starting another")
        until(lambda: len(server.workers()) == 2)
        text = until(lambda: _body(server), what=lambda: server.log)
    assert _answered(text) == 20
    assert values(text, "wherry_worker_crashes_total") == {(): 1}
    assert values(text, "wherry_worker_starts_total") == {(): 3}


def test_counts_of_gunicorns_workers(tmp_path: Path) -> None:
    """They have only their parent in common, and find each other by it."""
    gunicorn = [sys.executable, "-m", "gunicorn", "project.wsgi", "--bind", "127.0.0.1:0"]
    site = make_site(tmp_path / "site")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with Server([*gunicorn, "--workers", "2"], site, {"TMPDIR": str(temporary)}) as server:
        for _ in range(20):
            assert (
                server.post("/v1/models/dense:predict", {"instances": [[1.0] * 16]}).status == 200
            )
        assert all(_answered(server.get(PATH).body) == 20 for _ in range(8))
        until(lambda: len(server.workers()) == 2)
        os.kill(server.workers()[0], signal.SIGKILL)
        until(lambda: len(server.workers()) == 2)
        assert _answered(until(lambda: _body(server), what=lambda: server.log)) == 20


def _body(server: Any) -> bytes | None:
    try:
        answer = server.get(PATH)
    except OSError:
        return None  # The connection went to the worker that had just been killed.
    return answer.body if answer.status == 200 else None


def _answered(text: bytes) -> float:
    return sum(
        count
        for (code, *_), count in values(text, "wherry_requests_total").items()
        if code == "200"
    )
