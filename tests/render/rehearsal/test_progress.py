"""What is shown while it goes on: the platform's log, and what a terminal shows below it."""

import io

import pytest
from rich.console import Console

from wherry.platforms import hosts
from wherry.rehearse.events import (
    BuildLine,
    Event,
    LogLine,
    MemorySample,
    Remark,
    RequestServed,
    StepBegun,
    StepEnded,
)
from wherry.rehearse.overlay import limits_of
from wherry.render.rehearsal.progress import MOST_A_SECOND, Lines, Live, Silent, shown_on

LIMITS = limits_of(hosts.get("heroku:basic"))
AT = 1767225600.0
MIB = 1024 * 1024


def lines(*events: Event) -> list[str]:
    stream = io.StringIO()
    with Lines(stream, clock=lambda: 0.0) as shown:
        for event in events:
            shown(event)
    return stream.getvalue().splitlines()


def test_the_log_is_the_platform_s_line_for_line() -> None:
    assert lines(LogLine(AT, "heroku", "web.1", "State changed from starting to up")) == [
        "2026-01-01T00:00:00.000000+00:00 heroku[web.1]: State changed from starting to up"
    ]
    assert lines(BuildLine(AT, "-----> Python app detected")) == ["-----> Python app detected"]


def test_steps_are_told_as_they_begin_and_where_they_fail() -> None:
    told = lines(
        StepBegun(AT, "boot", "gunicorn site.wsgi"),
        StepEnded(AT, "boot", ok=False),
        StepBegun(AT, "push"),
        StepEnded(AT, "push", ok=True),
    )
    assert told == [
        "[   0.0 s] boot (gunicorn site.wsgi)",
        "[   0.0 s] boot: failed",
        "[   0.0 s] push",
    ]


def test_a_flood_does_not_drown_what_matters() -> None:
    answered = [LogLine(AT, "heroku", "router", "at=info method=GET") for _ in range(500)]
    failed = LogLine(AT, "heroku", "router", "at=error code=H12")
    begun = StepBegun(AT, "traffic")
    told = lines(begun, *answered, failed, LogLine(AT + 1, "app", "web.1", "the next second"))
    assert len(told) == MOST_A_SECOND + 4
    assert "code=H12" in told[-3]
    assert told[-2] == "... 495 more lines"
    assert told[-1].endswith("the next second")


def test_a_start_is_shown_line_for_line() -> None:
    trace = [LogLine(AT, "app", "web.1", f"  File {number}") for number in range(60)]
    assert len(lines(StepBegun(AT, "boot"), *trace)) == 61


def test_what_comes_slowly_is_all_shown() -> None:
    assert len(lines(*(LogLine(AT + n, "app", "web.1", "tick") for n in range(100)))) == 100


@pytest.mark.parametrize("secret", ["SECRET_KEY=abcdef123456", "postgres://u:abcdef123456@h/d"])
def test_secrets_and_controls_are_not_shown(secret: str) -> None:
    told = lines(
        LogLine(AT, "app", "web.1", f"{secret}\x1b[2J\x07"),
        BuildLine(AT, secret),
        Remark(AT, "services", secret),
    )
    assert len(told) == 3
    assert not any("abcdef123456" in line or "\x1b" in line or "\x07" in line for line in told)


def test_colours_leave_the_words() -> None:
    told = lines(LogLine(AT, "app", "web.1", "\x1b[1m1/1\x1b[0m \x1b[32mdone\x1b[0m\x1b]0;t\x07"))
    assert told[0].endswith("app[web.1]: 1/1 done")


def test_samples_and_requests_are_no_lines() -> None:
    assert lines(MemorySample(AT, "web.1", MIB), RequestServed(AT, "GET", "/", 200, 0.1)) == []


def shown_live(*events: Event) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream, force_terminal=True, width=100, color_system=None, highlight=False
    )
    live = Live(console, LIMITS, clock=lambda: 0.0)
    with live:
        for event in events:
            live(event)
        console.print(live._render())
    return stream.getvalue()


def test_a_terminal_shows_memory_against_the_quota() -> None:
    told = shown_live(
        StepBegun(AT, "traffic"),
        MemorySample(AT, "web.1", 256 * MIB),
        RequestServed(AT, "GET", "/", 200, 0.1),
        RequestServed(AT, "GET", "/", 503, 0.2, code="H12"),
    )
    assert "256 MB of 512 MB (50%)" in told
    assert "2 requests answered, 1 failed, the slowest 200 ms" in told


def test_a_terminal_keeps_the_log_and_the_steps() -> None:
    told = shown_live(
        StepBegun(AT, "push"),
        StepEnded(AT, "push", ok=True),
        LogLine(AT, "heroku", "web.1", "State changed from starting to up"),
    )
    assert "+ push  0 ms" in told
    assert "heroku[web.1]: State changed from starting to up" in told


def test_nothing_is_nothing() -> None:
    with Silent() as shown:
        shown(BuildLine(AT, "x"))


def test_a_file_gets_lines() -> None:
    assert isinstance(shown_on(io.StringIO(), LIMITS), Lines)
