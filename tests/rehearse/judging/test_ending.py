"""What is measured at the limits and at the end: signals, threads, disks, logs, lost files."""

import pytest

from tests.rehearse.situations import AT, judged, names, platform, served
from wherry.rehearse.events import Event, LimitPassed, ProcessExited
from wherry.rehearse.rehearsal import Vanished

START = platform(0, "Starting process with command `gunicorn site.wsgi`")
R12 = [
    platform(40, "Stopping all processes with SIGTERM"),
    platform(
        70,
        "Error R12 (Exit timeout) -> At least one process failed to exit within 30 seconds of "
        "SIGTERM",
    ),
    platform(70, "Stopping remaining processes with SIGKILL"),
    platform(70, "Process exited with status 137"),
    ProcessExited(AT + 70, "web.1", 137, "R12"),
]


def test_a_signal_that_is_ignored() -> None:
    found = judged([START, *served(20), *R12])
    assert names(found) == ["shutdown-ignored-sigterm"]
    assert found[0].evidence[-1].value == 30


def test_requests_that_never_end_are_the_cause_of_a_late_end() -> None:
    found = judged([START, *served(20, "/predict/", 503, 30.0, "H12"), *R12])
    assert names(found) == ["request-timeout-h12"]


def test_too_many_threads() -> None:
    found = judged([START, LimitPassed(AT + 5, "web.1", "processes", 256, 256)])
    assert names(found) == ["thread-limit"]
    assert "limited to 256" in found[0].title


def test_a_disk_and_a_log_that_are_flooded() -> None:
    events: list[Event] = [
        START,
        LimitPassed(AT + 5, "web.1", "disk", 3e9, 2e9),
        LimitPassed(AT + 6, "web.1", "log", 5000, 1024),
        platform(6, "Error L10 (output buffer overflow): 500 messages dropped", "logplex"),
    ]
    assert sorted(names(judged(events))) == ["disk-full", "logs-dropped"]


def lost(what: str, request: str = "", kind: str = "new") -> Vanished:
    return Vanished(f"a/{what}", 10, kind, what, 1.0, "web.1", request)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (lost("SQLite database", "POST /sign-up/"), "sqlite-ephemeral"),
        (lost("SQLite database"), "sqlite-ephemeral"),
        (lost("SQLite database", kind="changed"), "sqlite-ephemeral"),
        (lost("upload", "POST /upload/"), "media-upload-ephemeral"),
    ],
)
def test_what_somebody_will_miss(file: Vanished, name: str) -> None:
    found = judged([START, *served(20)], vanished=(file,))
    assert names(found) == [name]
    assert file.path in str(found[0].evidence[0].value)
    assert file.request in str(found[0].evidence[0].value)


@pytest.mark.parametrize(
    "file",
    [
        lost("upload"),
        lost("cache", "GET /"),
        lost("log", "GET /"),
        lost("file", "GET /"),
        lost("SQLite database", kind="removed"),
    ],
)
def test_what_nobody_will_miss(file: Vanished) -> None:
    assert judged([START, *served(20)], vanished=(file,)) == ()


def test_an_end_in_time_is_no_finding() -> None:
    events = [
        START,
        *served(20),
        platform(40, "Stopping all processes with SIGTERM"),
        platform(41, "Process exited with status 143"),
        ProcessExited(AT + 41, "web.1", 143, "stopped"),
    ]
    assert judged(events) == ()


def test_a_host_that_gives_no_time_kills_everybody() -> None:
    ended = ProcessExited(AT + 40, "web.1", 137, "R12")
    assert judged([START, *served(20), ended], platform_name="railway:free") == ()
    assert names(judged([START, *served(20), ended])) == ["shutdown-ignored-sigterm"]
