"""What is kept is bounded, and what is done on purpose is no fault."""

import time

import pytest

from wherry.rehearse.events import (
    BuildLine,
    FileWritten,
    LimitPassed,
    LogLine,
    MemorySample,
    ProcessExited,
    RequestServed,
)
from wherry.rehearse.record import (
    MOST_BUILD_LINES,
    MOST_FAILURES,
    MOST_FILES,
    MOST_KINDS,
    MOST_LINES,
    MOST_PLAIN_REQUESTS,
    MOST_SAMPLES,
    Aside,
    Lines,
    Record,
    quantile,
)


def test_a_log_keeps_its_beginning_and_its_end() -> None:
    lines = Lines(most=10)
    for number in range(100):
        lines.add(LogLine(number, "app", "web.1", str(number)))
    assert [line.message for line in lines] == [*"01234", *map(str, range(95, 100))]
    assert lines.dropped == 90
    assert len(lines) == 10


def test_good_answers_give_way_first() -> None:
    lines = Lines()
    for number in range(MOST_PLAIN_REQUESTS + 500):
        lines.add(LogLine(number, "heroku", "router", "at=info method=GET"))
    lines.add(LogLine(1e6, "heroku", "router", "at=error code=H12"))
    assert len(lines) == MOST_PLAIN_REQUESTS + 1
    assert lines.dropped == 500
    assert list(lines)[-1].message == "at=error code=H12"


def test_a_line_of_megabytes_is_cut() -> None:
    lines = Lines()
    lines.add(LogLine(0, "app", "web.1", "x" * 10**6))
    assert len(next(iter(lines)).message) == 10_000


def test_everything_else_is_bounded_too() -> None:
    record = Record()
    for number in range(MOST_LINES + 10):
        record(BuildLine(number, "x"))
        record(RequestServed(number, "GET", f"/{number}", 503, 0.1, code="H12"))
        record(FileWritten(number, "web.1", str(number), 1))
        record(LimitPassed(number, "web.1", "log", 1, 1))
        record(MemorySample(number, "web.1", number))
    assert len(record.build_lines) == MOST_BUILD_LINES
    assert len(record.kinds) <= MOST_KINDS + 1
    assert len(record.failures) == MOST_FAILURES
    assert len(record.files) == MOST_FILES
    assert len(record.limits) == MOST_FAILURES
    assert len(record.samples["web.1"]) < 2 * MOST_SAMPLES
    peak = record.peak("web.1")
    assert peak is not None
    assert peak.anonymous_bytes == MOST_LINES + 9
    assert record.codes["H12"] == MOST_LINES + 10


def test_a_query_is_no_kind_of_its_own() -> None:
    record = Record()
    for number in range(3):
        record(RequestServed(number, "GET", f"/find?q={number}", 200, 0.1, dyno="web.1"))
    assert list(record.kinds) == [("GET", "/find")]
    assert record.first_answers == {"web.1": 0}


@pytest.mark.parametrize("aside", [Aside.REQUESTS, Aside.ALL])
def test_what_is_done_on_purpose_is_set_aside(aside: Aside) -> None:
    record = Record()
    record(LogLine(time.time(), "app", "web.1", "before"))
    with record.setting_aside(aside):
        now = time.time()
        record(RequestServed(now, "GET", "/", 503, 0.1, code="H12"))
        record(LogLine(now, "heroku", "router", "at=error code=H12"))
        record(LogLine(now, "app", "web.1", "meanwhile"))
        record(ProcessExited(now, "web.1", 137, "R12"))
    record(LogLine(time.time() + 1, "heroku", "router", "at=error code=H13"))
    assert record.failures == []
    assert len(record.spans) == 1
    judged = record.judged_lines()
    # The numbers of the lines stay as they are in the log.
    assert len(judged) == len(record.lines) == 4
    assert judged[1] == ""
    assert bool(judged[2]) is (aside is Aside.REQUESTS)
    assert judged[3].endswith("code=H13")
    assert bool(record.exits) is (aside is Aside.REQUESTS)


def test_quantiles() -> None:
    assert quantile([], 0.5) == 0
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile(range(100), 0.99) == 99
