"""A server that comes close to its memory quota: it refuses, says so, and takes work again."""

import sys
import time
from collections.abc import Iterator

import pytest
from benchmarks.load.quota import Group, group

from tests import zoo
from tests.django.serving import URLS, WHERRY, Answer, Server, make_site, until
from wherry.serving.memory_guard import NEAR_LOOK_S

MIB = 2**20
QUOTA = 400 * MIB
ROW = {"instances": [[1.0, 2.0, 3.0, 4.0]]}
PAGES = """
import numpy as np
held = []


def hold(request):
    held.append(np.ones(int(request.GET["mib"]) * 2**20, np.uint8))
    return HttpResponse("held")


def free(request):
    held.clear()
    return HttpResponse("free")


urlpatterns += [path("hold", hold), path("free", free)]
"""
SETTINGS = """
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["wherry.django"]
ROOT_URLCONF = "project.urls"
SILENCED_SYSTEM_CHECKS = ["wherry.W002"]
WHERRY = {"MODELS": {"dense": {"PATH": %r, "THREADS": 1}}, %s}
"""
ENTER = """
import os, sys
open(sys.argv[1], "w").write(str(os.getpid()))
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


@pytest.fixture(scope="module", params=["stated", "cgroup"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """With a quota that the settings state, or that the kernel enforces where it may be set."""
    folder = tmp_path_factory.mktemp("limit")
    model = zoo.dense(folder / "dense.onnx")
    with group(QUOTA, "wherry-test") as limits:
        if request.param == "cgroup" and limits.folder is None:
            pytest.skip("no control group may be made here")
        stated = f'"MEMORY_QUOTA_BYTES": {QUOTA}' if request.param == "stated" else ""
        settings = SETTINGS % (str(model), stated)
        site = make_site(folder / "site", settings=settings, urls=URLS + PAGES)
        command = [*WHERRY, "project.wsgi", "--port", "0", "--processes", "1"]
        if request.param == "cgroup":
            command = _in_group(limits, command)
        with Server(command, site, {"TMPDIR": str(folder)}) as started:
            started.wait_for("1 process x")
            until(lambda: predict(started).status == 200)
            yield started


def _in_group(limits: Group, command: list[str]) -> list[str]:
    assert limits.folder is not None
    return [sys.executable, "-c", ENTER, str(limits.folder / "cgroup.procs"), *command[1:]]


def predict(server: Server) -> Answer:
    return server.post("/v1/models/dense:predict", ROW)


def test_far_from_the_quota_everything_is_answered(server: Server) -> None:
    """And nothing is said."""
    assert server.get("/hold?mib=150").status == 200
    for _ in range(10):
        assert predict(server).status == 200
    server.get("/free")
    assert "Memory runs out" not in server.log
    assert server.get("/v2/health/ready").status == 200


def test_close_to_the_quota_predictions_are_refused_and_pages_are_not(server: Server) -> None:
    """503 with the numbers and when to come back; when memory is free again all is as before."""
    assert server.get("/hold?mib=315").status == 200
    until(lambda: _refuses_after_a_little_more(server))
    server.wait_for("Memory runs out: 3[5-9][0-9] of 400 MiB are in use")
    server.wait_for("New predictions are refused until memory is free again")
    refused = predict(server)
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert "of 400 MiB are in use" in refused.json()["error"]
    ready = server.get("/v2/health/ready")
    assert (ready.status, ready.json()["state"]) == (503, "refusing")
    assert server.get("/v2/health/live").status == 200
    assert server.get("/address").status == 200
    assert server.get("/free").status == 200
    server.wait_for("Predictions are answered again")
    assert predict(server).status == 200
    assert server.get("/v2/health/ready").status == 200
    metrics = server.get("/monitoring/prometheus/metrics").body.decode()
    assert 'reason="memory"' in metrics


def _refuses_after_a_little_more(server: Server) -> bool:
    """Take a few MiB, slowly enough for the server to see it before the kernel does."""
    assert server.get("/hold?mib=3").status == 200
    time.sleep(2 * NEAR_LOOK_S)
    return predict(server).status == 503


def test_its_processes_are_the_ones_that_were_started(server: Server) -> None:
    """Nobody was killed by any of this."""
    assert "was killed" not in server.log
