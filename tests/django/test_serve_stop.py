"""How ``wherry serve`` ends: gently when told, at once when told twice, never half."""

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.django.serving import DENSE, SETTINGS, Server, in_thread, make_site, until, wherry_serve
from wherry.django.server.http_server import KEEP_ALIVE_S
from wherry.platforms.heroku import ROUTER_IDLE_S

READY = r"wherry: \d+ process"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_running_requests_finish_and_new_ones_are_refused(
    site: Path, number: signal.Signals
) -> None:
    """Exit code 0, well within the platform's grace."""
    with wherry_serve(site) as server:
        server.wait_for(READY)
        idle = server.connect()
        server.ask("GET", "/predict", connection=idle)
        with in_thread(lambda: server.get("/slow?s=1")) as outcome:
            time.sleep(0.3)
            server.signal(number)
            with pytest.raises(ConnectionError):
                until(lambda: not server.connect().close() and None, within_s=5)
            answer = outcome()
        assert (answer.status, answer.body) == (200, b"slow")
        assert server.wait(within_s=5) == 0
        with pytest.raises(ConnectionError):
            server.ask("GET", "/predict", connection=idle)
        idle.close()


def test_signal_to_every_process_is_one_signal(site: Path) -> None:
    """Heroku tells each process of a dyno; requests finish all the same."""
    with wherry_serve(site) as server:
        server.wait_for(READY)
        with in_thread(lambda: server.get("/slow?s=1")) as outcome:
            time.sleep(0.3)
            for pid in [*server.workers(), server.process.pid, server.process.pid]:
                os.kill(pid, signal.SIGTERM)
            assert outcome().status == 200
        assert server.wait(within_s=5) == 0
        assert "starting another" not in server.log
        assert "cut off" not in server.log


def test_a_signal_that_comes_again_and_again_is_one_signal(site: Path) -> None:
    """A platform tells each process, a wrapper passes it on, and the supervisor does too."""
    with wherry_serve(site) as server:
        server.wait_for(READY)
        with in_thread(lambda: server.get("/slow?s=1")) as outcome:
            time.sleep(0.3)
            workers = server.workers()
            for _ in range(6):
                for worker in workers:
                    # The one that answers nothing has ended after the first.
                    with suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGTERM)
                time.sleep(0.02)
            server.signal(signal.SIGTERM)
            assert outcome().status == 200
        assert server.wait(within_s=5) == 0
        assert "cut off" not in server.log


def test_a_library_that_takes_the_signal_for_itself_does_not_keep_it_from_ending(
    tmp_path: Path,
) -> None:
    """What native code sets after the start, Python does not notice."""
    ignoring = """
import ctypes, signal
from project.urls import HttpResponse, path, urlpatterns as usual

def deafen(request):
    ctypes.CDLL(None).signal(signal.SIGTERM, ctypes.c_void_p(1))  # SIG_IGN
    return HttpResponse("deaf")

urlpatterns = [path("deafen", deafen), *usual]
"""
    site = make_site(
        tmp_path / "site",
        settings=SETTINGS.replace("project.urls", "project.ignoring") % str(DENSE),
        ignoring=ignoring,
    )
    with wherry_serve(site) as server:
        server.wait_for(READY)
        assert server.get("/deafen").status == 200
        with in_thread(lambda: server.get("/slow?s=1")) as outcome:
            time.sleep(0.3)
            server.signal(signal.SIGTERM)
            assert outcome().status == 200
        assert server.wait(within_s=5) == 0
        assert "cut off" not in server.log


def test_second_signal_ends_at_once(site: Path) -> None:
    """Whoever presses Ctrl-C again means it."""
    with wherry_serve(site) as server:
        server.wait_for(READY)
        with in_thread(lambda: server.get("/slow?s=20")) as outcome:
            time.sleep(0.3)
            server.signal(signal.SIGINT)
            time.sleep(1.2)
            server.signal(signal.SIGINT)
            assert server.wait(within_s=3) == 1
            assert isinstance(outcome(), ConnectionError)
        assert "told to stop a second time" in server.log


def test_requests_that_outlast_the_grace_are_cut_off(site: Path) -> None:
    """The sentence says what happened and what sets the time."""
    with wherry_serve(site, "--graceful-timeout", "0.5") as server:
        server.wait_for(READY)
        with in_thread(lambda: server.get("/slow?s=20")) as outcome:
            time.sleep(0.3)
            server.signal(signal.SIGTERM)
            assert server.wait(within_s=3) == 1
            assert isinstance(outcome(), ConnectionError)
        assert "requests still ran 0.5 s after the signal" in server.log
        assert "--graceful-timeout" in server.log


def test_stopped_while_it_boots_it_ends_without_a_word(site: Path) -> None:
    """A deploy that is replaced by the next before it was up."""
    with wherry_serve(site) as server:
        _ = server.port
        server.signal(signal.SIGTERM)
        assert server.wait(within_s=5) == 0
        assert len(server.lines) == 1


def test_idle_connections_outlive_the_routers_patience() -> None:
    """The number itself; that it works is the next test's."""
    assert KEEP_ALIVE_S >= ROUTER_IDLE_S + 10


@pytest.mark.parametrize(("idle_s", "open_after"), [(0.5, True), (2.5, False)])
def test_idle_connection_is_held_as_long_as_the_server_was_told(
    tmp_path: Path, idle_s: float, open_after: bool
) -> None:
    """granian's own command line caps this at 60 s; below and above a time of 1.5 s."""
    script = """
from wherry.django.server.gateway import answerer
from wherry.django.server.http_server import serve
from wherry.django.server.listener import address, listen

def app(environ, start_response):
    start_response("200 OK", [])
    return [b"ok"]

listener = listen("127.0.0.1", 0)
print(address(listener), flush=True)
serve(answerer(app), listener, threads=1, keep_alive_s=1.5, started=lambda: None)
"""
    with Server([sys.executable, "-c", script], tmp_path, {}) as server:
        connection = server.connect()
        assert server.ask("GET", "/", connection=connection).status == 200
        threading.Event().wait(idle_s)
        if open_after:
            assert server.ask("GET", "/", connection=connection).status == 200
        else:
            with pytest.raises(ConnectionError):
                server.ask("GET", "/", connection=connection)
        connection.close()
