"""Why a web process did not come up: the log's words, settled by where something listened."""

import pytest

from tests.rehearse.situations import AT, judged, names, platform, web
from wherry.rehearse.events import Event, PortBound, ProcessExited
from wherry.rehearse.judging.situation import finding

EVERYWHERE = "0.0.0.0"  # noqa: S104 - said, not bound
R10 = "Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch"


def timed_out(*events: Event) -> list[Event]:
    """A start that the platform ended."""
    return [
        platform(0, "Starting process with command `gunicorn site.wsgi`"),
        *events,
        platform(60, R10),
        platform(60, "Stopping process with SIGKILL"),
        platform(60, "Process exited with status 137"),
        platform(60, "State changed from starting to crashed"),
        ProcessExited(AT + 60, "web.1", 137, "R10"),
    ]


@pytest.mark.parametrize(
    ("port", "address"),
    [(8000, "127.0.0.1"), (8000, EVERYWHERE), (5000, "::1"), (41000, "127.0.0.1")],
)
def test_bound_elsewhere(port: int, address: str) -> None:
    events = timed_out(PortBound(AT + 1, "web.1", port, 41000, address))
    found = judged(events, failed="boot", booted=False)
    assert names(found) == ["port-not-bound"]
    assert f"it is on {address}:{port}" in found[0].title
    assert ("$PORT", "41000") in [(fact.what, fact.value) for fact in found[0].evidence]


def test_bound_elsewhere_by_its_own_words() -> None:
    events = timed_out(
        web(1, "Starting development server at http://127.0.0.1:8000/"),
        PortBound(AT + 1, "web.1", 8000, 41000, "127.0.0.1"),
    )
    found = judged(events, failed="boot", booted=False)
    assert names(found) == ["port-not-bound"]
    assert found[0].alternatives == ()


def test_on_fir_the_right_port_is_not_enough() -> None:
    bound = PortBound(AT + 1, "web.1", 41000, 41000, EVERYWHERE)
    fir = "heroku:dyno-1c-0.5gb"
    found = judged(timed_out(bound), failed="boot", booted=False, platform_name=fir)
    assert names(found) == ["ipv6-bind-on-fir"]
    elsewhere = PortBound(AT + 1, "web.1", 8000, 41000, "127.0.0.1")
    found = judged(timed_out(elsewhere), failed="boot", booted=False, platform_name=fir)
    assert names(found) == ["port-not-bound"]


def test_nothing_bound_is_a_slow_boot() -> None:
    found = judged(timed_out(web(1, "loading the model")), failed="boot", booted=False)
    assert names(found) == ["slow-boot"]
    assert "more than 60 s" in found[0].title


def test_a_planned_address_that_nothing_bound_is_a_slow_boot() -> None:
    """The log may speak of an address long before anything listens there."""
    events = timed_out(web(1, "Running on http://127.0.0.1:8000"))
    assert names(judged(events, failed="boot", booted=False)) == ["slow-boot"]


def test_a_worker_is_no_web_process() -> None:
    events = timed_out()
    events[0] = platform(0, "Starting process with command `celery -A site worker`")
    found = judged(events, failed="boot", booted=False, commands={"web": "celery -A site worker"})
    assert names(found) == ["worker-declared-as-web"]


def crashed(status: int, *events: Event) -> list[Event]:
    """Two starts that ended by themselves."""
    once = [
        *events,
        platform(1, f"Process exited with status {status}"),
        platform(1, "State changed from starting to crashed"),
        ProcessExited(AT + 1, "web.1", status),
    ]
    return [platform(0, "Starting process with command `gunicorn site.wsgi`"), *once, *once]


def test_a_traceback_says_why() -> None:
    events = crashed(
        1,
        web(0.5, "Traceback (most recent call last):"),
        web(0.5, '  File "/app/site/wsgi.py", line 3, in <module>'),
        web(0.5, "    import requests"),
        web(0.5, "ModuleNotFoundError: No module named 'requests'"),
    )
    found = judged(events, failed="boot", booted=False)
    assert names(found) == ["dependency-not-in-requirements"]


def test_a_command_that_is_done_is_no_server() -> None:
    found = judged(crashed(0), failed="boot", booted=False, commands={"web": "python job.py"})
    assert names(found) == ["worker-declared-as-web"]
    assert "python job.py" in found[0].why


def test_an_end_without_a_word() -> None:
    found = judged(crashed(3, web(0.5, "error: cannot go on")), failed="boot", booted=False)
    assert names(found) == ["application-error"]
    assert found[0].evidence[0].value == 3


def test_no_web_process_is_settled_by_what_is_declared() -> None:
    h14 = platform(0, 'at=error code=H14 desc="No web processes running" status=503', "router")
    found = judged([h14], failed="boot", booted=False, commands={"worker": "x"})
    assert names(found) == ["no-web-process"]
    assert found[0].alternatives == ()
    misnamed = finding("procfile-misnamed", values={"file": "procfile"})
    found = judged(
        [h14], failed="boot", booted=False, commands={"worker": "x"}, suspects=(misnamed,)
    )
    assert names(found) == ["procfile-misnamed"]


def test_a_server_that_is_up_has_no_finding() -> None:
    events = [
        platform(0, "Starting process with command `gunicorn site.wsgi`"),
        web(1, "[INFO] Listening at: http://0.0.0.0:41000 (2)"),
        PortBound(AT + 1, "web.1", 41000, 41000, EVERYWHERE),
        platform(1, "State changed from starting to up"),
    ]
    assert judged(events) == ()


def test_a_restart_and_the_end_are_no_crashes() -> None:
    events = [
        platform(0, "Starting process with command `gunicorn site.wsgi`"),
        platform(1, "State changed from starting to up"),
        platform(5, "Cycling"),
        platform(5, "State changed from up to starting"),
        platform(5, "Stopping all processes with SIGTERM"),
        web(5, "[INFO] Handling signal: term"),
        web(5, "[ERROR] Worker (pid:3) was sent SIGTERM!"),
        platform(6, "Process exited with status 143"),
        ProcessExited(AT + 6, "web.1", 143, "stopped"),
        platform(7, "State changed from starting to up"),
    ]
    assert judged(events) == ()
