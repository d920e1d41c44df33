"""Deadlines from outside: believed within reason, and said where they are not."""

import time

import pytest

from wherry.errors import InvalidInput
from wherry.serving.deadlines import (
    COMPLAINT_EVERY_S,
    NO_HASTE,
    PASSING_ON_S,
    UNBELIEVED_AFTER,
    Haste,
    RouterClock,
    parse_start,
    parse_timeout_ms,
)

NOW = 1_795_000_000.0
LIMIT_S = 30.0


class Clocks:
    """Two clocks that stand still until they are set."""

    def __init__(self) -> None:
        self.wall = NOW
        self.monotonic = 1000.0
        self.router = RouterClock(LIMIT_S, wall=lambda: self.wall, monotonic=lambda: self.monotonic)

    def left_s(self, waited_s: float) -> float | None:
        return self.router.left_s(f"{(self.wall - waited_s) * 1000:.0f}")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1795000000123", 1795000000.123),
        (" 1795000000123 ", 1795000000.123),
        ("t=1795000000.123", 1795000000.123),
        ("1795000000.123", 1795000000.123),
        ("1795000000", 1795000000.0),
        ("t=1795000000123456", 1795000000.123456),
    ],
)
def test_every_routers_way_to_write_a_time_is_read(header: str, seconds: float) -> None:
    """Heroku's milliseconds, nginx's seconds, others' microseconds."""
    assert parse_start(header) == pytest.approx(seconds, abs=1e-5)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "-1795000000123",
        "soon",
        "1e300",
        "nan",
        "inf",
        "0x10",
        "1.2.3",
        "9" * 400,
        "9" * 20,
        "٣",
    ],
)
def test_what_is_no_time_is_none(header: str) -> None:
    """Whatever Python's own float would make of it."""
    assert parse_start(header) is None


@pytest.mark.parametrize("waited_s", [0.0, 0.004, 5.0, 29.9])
def test_the_wait_in_the_router_is_taken_off(
    waited_s: float, caplog: pytest.LogCaptureFixture
) -> None:
    """And a moment for the answer to be passed on; nothing is said of it."""
    left_s = Clocks().left_s(waited_s)
    assert left_s == pytest.approx(LIMIT_S - PASSING_ON_S - waited_s, abs=0.001)
    assert not caplog.records


def test_clocks_a_little_apart_are_nothing_to_speak_of(caplog: pytest.LogCaptureFixture) -> None:
    """A router half a second ahead has waited for no time at all."""
    assert Clocks().left_s(-0.5) == LIMIT_S - PASSING_ON_S
    assert not caplog.records


@pytest.mark.parametrize(
    ("waited_s", "said"), [(-3600.0, "in the future"), (86400.0, "too far in the past")]
)
def test_a_clock_that_is_far_off_is_not_believed_and_said_once_a_minute(
    waited_s: float, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The request has all of its router's time."""
    clocks = Clocks()
    for _ in range(50):
        assert clocks.left_s(waited_s) == LIMIT_S - PASSING_ON_S
    assert len(caplog.records) == 1
    assert said in caplog.text
    clocks.monotonic += COMPLAINT_EVERY_S
    clocks.left_s(waited_s)
    assert len(caplog.records) == 2


def test_what_is_no_number_is_said_and_means_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A proxy's mistake is not the client's."""
    assert Clocks().router.left_s("yesterday") is None
    assert "not a time" in caplog.text
    assert "yesterday" not in caplog.text


def test_a_request_that_its_router_has_given_up_has_no_time_left() -> None:
    """Forty seconds in a queue: nobody waits for its answer."""
    left_s = Clocks().left_s(40.0)
    assert left_s is not None
    assert left_s < 0


def test_a_clock_that_jumps_ahead_does_not_stop_the_site(caplog: pytest.LogCaptureFixture) -> None:
    """Every request seems too old from one moment to the next; after a few that is not believed."""
    clocks = Clocks()
    assert clocks.left_s(0.01) == pytest.approx(LIMIT_S - PASSING_ON_S, abs=0.02)
    left = [clocks.left_s(45.0) for _ in range(UNBELIEVED_AFTER + 3)]
    assert all(each is not None and each < 0 for each in left[:UNBELIEVED_AFTER])
    assert left[UNBELIEVED_AFTER:] == [LIMIT_S - PASSING_ON_S] * 3
    assert "clocks must differ" in caplog.text


def test_old_requests_among_young_ones_stay_old() -> None:
    """Real queues drain: the clocks are right as long as any request says so."""
    clocks = Clocks()
    for _ in range(UNBELIEVED_AFTER * 2):
        old = clocks.left_s(45.0)
        assert old is not None
        assert old < 0
        clocks.left_s(0.1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("1", 0.001), ("250", 0.25), (" 25000 ", 25.0), ("9" * 18, 999999999999999.999)],
)
def test_a_clients_time_is_read(header: str, seconds: float) -> None:
    """However long: the model's own limit comes first then."""
    assert parse_timeout_ms(header) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "header", ["0", "-5", "1.5", "", "1e3", "soon", "9" * 19, "²", "0x10", "+5"]
)
def test_a_clients_time_that_is_none_is_refused(header: str) -> None:
    """Deadlines in the past, absurd, or no numbers."""
    with pytest.raises(InvalidInput, match="X-Request-Timeout-Ms must be a whole number"):
        parse_timeout_ms(header)


def test_whichever_limit_is_first_counts() -> None:
    """The router's, the client's, the request's own, or the model's."""
    now = time.monotonic()
    for haste, own_s, expected_s in (
        (NO_HASTE, None, 25.0),
        (Haste(left_s=10.0), None, 10.0),
        (Haste(left_s=100.0), None, 25.0),
        (Haste(timeout_s=5.0, arrived=now), None, 5.0),
        (Haste(left_s=3.0, timeout_s=5.0, arrived=now), None, 3.0),
        (Haste(left_s=3.0, timeout_s=5.0, arrived=now), 2.0, 2.0),
        (NO_HASTE, 2.0, 2.0),
        (NO_HASTE, 200.0, 25.0),
    ):
        assert haste.deadline(25.0, own_s) - now == pytest.approx(expected_s, abs=1.0)


def test_a_slow_upload_counts_for_the_client_alone() -> None:
    """A router begins to count when the whole request is sent, a client when it begins."""
    long_ago = time.monotonic() - 20.0
    assert Haste(left_s=10.0, arrived=long_ago).deadline(25.0) > time.monotonic() + 9.0
    assert Haste(timeout_s=5.0, arrived=long_ago).deadline(25.0) < time.monotonic()
