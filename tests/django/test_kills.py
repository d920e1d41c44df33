"""Workers that are killed under load: every request is answered or cut off at once, none hangs."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.load.clients import Tally, asking

from tests import zoo
from tests.django.serving import SETTINGS, WSGI, Server, make_site, until, wherry_serve
from wherry.django.server.supervisor import MAX_FAILED_BOOTS

KILLS = 20
# Some milliseconds a run, so that a killed worker was running it.
SIZES = (64, 3000, 3000, 10)
BODY = json.dumps({"instances": [[0.5] * SIZES[0]] * 8}).encode()
PATH = "/v1/models/dense:predict"
# What an idle machine needs is a tenth of these; a busy one must not fail the test.
CUT_OFF_WITHIN_S = 2.0
SERVED_WITHIN_S = 10.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    model = zoo.dense(folder / "dense.onnx", SIZES)
    # No trials of batching, which a killed worker would be found at too.
    options = {"PATH": str(model), "THREADS": 1, "BATCHING": False}
    return make_site(folder / "site", settings=SETTINGS % options)


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    with wherry_serve(site, "--processes", "2") as started:
        started.wait_for("2 processes x")
        until(lambda: len(started.workers()) == 2)
        yield started


def crashes(server: Server) -> int:
    """Return how many the server has counted."""
    text = server.get("/monitoring/prometheus/metrics").body.decode()
    found = re.search(r"^wherry_worker_crashes(?:_total)? (\d+)", text, re.MULTILINE)
    assert found, text
    return int(found[1])


def kill_one(server: Server, number: signal.Signals) -> None:
    """Kill the oldest worker and wait until another has taken its place."""
    victim = server.workers()[0]
    os.kill(victim, number)
    until(lambda: victim not in server.workers() and len(server.workers()) == 2)


def wait_until_all_are_served(tally: Tally) -> None:
    """Wait until each client has had an answer from now on."""
    moment = time.monotonic()

    def served() -> bool:
        with tally.lock:
            return min(tally.answered_at.values()) > moment

    until(served, within_s=SERVED_WITHIN_S)


def test_kills_under_load_leave_nobody_waiting(server: Server) -> None:
    """Twenty kills: 200, or a connection that is closed at once; each is replaced and counted."""
    before = crashes(server)
    with asking(server.port, PATH, BODY, clients=4, pause_s=0.01) as tally:
        until(lambda: len(tally.answered_at) == 4)
        for _ in range(KILLS):
            kill_one(server, signal.SIGKILL)
            wait_until_all_are_served(tally)
    # One worker alone has more to do than it can: an honest no at once is an answer.
    assert set(tally.outcomes) <= {"200", "503", "closed"}, tally.as_dict()
    assert tally.outcomes["closed"] <= 4 * KILLS
    assert tally.closed_after_s < CUT_OFF_WITHIN_S
    assert tally.slowest_s < SERVED_WITHIN_S
    assert crashes(server) == before + KILLS
    assert len(re.findall("was killed by SIGKILL", server.log)) == KILLS
    assert re.search(r"SIGKILL .* while models held these requests: 'dense' \(\d\)", server.log)


def test_abort_in_native_code_is_a_crash_like_any_other(server: Server) -> None:
    """A library that gives up takes its process with it, and that one only."""
    before = crashes(server)
    kill_one(server, signal.SIGABRT)
    server.wait_for("was killed by SIGABRT.*; starting another")
    assert crashes(server) == before + 1
    answer = server.ask("POST", PATH, BODY, {"Content-Type": "application/json"})
    assert answer.status == 200
    assert "SIGABRT while models" not in server.log


def test_workers_that_are_told_to_end_are_no_crashes(site: Path) -> None:
    """A deploy is not counted as trouble."""
    with wherry_serve(site, "--processes", "1") as server:
        server.wait_for("1 process x")
        assert crashes(server) == 0
        os.kill(server.workers()[0], signal.SIGTERM)
        server.wait_for("ended with code 0; starting another")
        until(lambda: server.get("/v2/health/ready").status == 200)
        assert crashes(server) == 0


def test_worker_that_cannot_boot_leaves_the_site_to_the_others(tmp_path: Path) -> None:
    """More often than would end a server without any; it is tried until it can."""
    wsgi = f"import os\nif os.path.exists('broken'): os.kill(os.getpid(), 9)\n{WSGI}"
    model = zoo.dense(tmp_path / "dense.onnx")
    settings = SETTINGS % {"PATH": str(model), "THREADS": 1}
    site = make_site(tmp_path / "site", settings=settings, wsgi=wsgi)
    with wherry_serve(site, "--processes", "2") as server:
        server.wait_for("2 processes x")
        until(lambda: len(server.workers()) == 2)
        (site / "broken").touch()
        os.kill(server.workers()[1], signal.SIGKILL)
        server.wait_for("starting another", times=MAX_FAILED_BOOTS + 2)
        assert server.get("/v2/health/ready").status == 200
        (site / "broken").unlink()
        until(lambda: len(server.workers()) == 2)
        assert server.process.poll() is None
