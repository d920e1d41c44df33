"""Exceptions that Python ignored: it says so, goes on, and whatever failed did not fail of them."""

import pytest

from tests.signatures.reading import read, trace

SITE = "/app/.heroku/python/lib/python3.13/site-packages"
NO_MODULE = trace(
    f"{SITE}/gunicorn/arbiter.py:spawn_worker:worker.init_process()",
    f"{SITE}/gunicorn/util.py:import_app:mod = importlib.import_module(module)",
    error="ModuleNotFoundError: No module named 'clinic.wsgi'",
)
# gunicorn hears of its first worker's end while it has just forked the second.
HALT = trace(
    "/app/.heroku/python/lib/python3.13/logging/__init__.py:_afterFork:def _afterFork():",
    f"{SITE}/gunicorn/arbiter.py:handle_chld:self.reap_workers()",
    f"{SITE}/gunicorn/arbiter.py:reap_workers:raise HaltServer(reason, self.WORKER_BOOT_ERROR)",
    error="gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>",
)
OWN = trace(
    "/app/clinic/camera.py:__del__:self.device.release()",
    error="AttributeError: 'Camera' object has no attribute 'device'",
)
CRASH = "heroku[web.1]: State changed from starting to crashed"


def log(*parts: str) -> str:
    """Return the lines of parts as Heroku writes them."""
    lines = [line for part in parts for line in part.splitlines()]
    return "".join(
        f"2026-11-27T04:04:29.0{number:05}+00:00 "
        f"{line if line.startswith('heroku[') else f'app[web.1]: {line}'}\n"
        for number, line in enumerate(lines)
    )


def causes(text: str) -> list[str]:
    """Return the names of all that is told as a failure."""
    return [finding.cause.name for finding in read(text).findings if not finding.cause.noise]


@pytest.mark.parametrize(
    "heading",
    [
        "Exception ignored in: <function _afterFork at 0x7f9ca485f560>",
        "Exception ignored while calling deallocator <function Camera.__del__ at 0x7f9ca485f560>:",
        "Exception ignored on threading shutdown <module 'threading' from 'threading.py'>:",
        "Exception ignored in atexit callback <function close at 0x7f9ca485f560>:",
        "Exception ignored on calling ctypes callback function <function f at 0x7f9ca485f560>:",
    ],
)
@pytest.mark.parametrize("ignored", [HALT, OWN], ids=["ending", "own"])
def test_the_crash_is_told_and_not_what_was_ignored(heading: str, ignored: str) -> None:
    alone = causes(log(NO_MODULE, CRASH))
    assert alone == ["wsgi-module-not-found"]
    assert causes(log(NO_MODULE, heading, ignored, CRASH)) == alone
    assert causes(log(heading, ignored, NO_MODULE, CRASH)) == alone


def test_a_crash_that_nothing_explains_is_not_blamed_on_it() -> None:
    heading = "Exception ignored in: <function Camera.__del__ at 0x7f9ca485f560>"
    assert causes(log(heading, OWN, CRASH)) == causes(log(CRASH))


def test_the_same_exception_that_nobody_ignored_is_told() -> None:
    assert causes(log(OWN, CRASH)) == ["application-error"]


def test_a_thread_that_ended_of_it_is_told() -> None:
    heading = "Exception ignored in thread started by: <function watch at 0x7f9ca485f560>"
    assert causes(log(heading, OWN, CRASH)) == ["application-error"]


def test_a_server_that_halts_is_not_the_projects_own_code() -> None:
    assert causes(log("[2026-11-27 04:04:29 +0000] [2] [WARNING] halting", HALT, CRASH)) == causes(
        log(CRASH)
    )
