"""What waits for a quiet moment."""

import threading
import time

import pytest

from tests.serving.waiting import until
from wherry.serving import quiet


@pytest.fixture(autouse=True)
def nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a moment is short."""
    monkeypatch.setattr(quiet, "QUIET_S", 0.2)
    quiet._tasks.clear()
    until(lambda: not quiet._running)


def test_nothing_is_done_before_the_last_has_been_there_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A row of models is loaded first; then each task is done, in the order they came."""
    monkeypatch.setattr(quiet, "QUIET_S", 1.0)
    done: list[tuple[int, float]] = []
    for number in range(4):
        quiet.later(lambda number=number: done.append((number, time.monotonic())))  # type: ignore[misc]
        added = time.monotonic()
        time.sleep(0.4)
    until(lambda: len(done) == 4)
    assert [number for number, _ in done] == [0, 1, 2, 3]
    assert done[0][1] >= added + 0.99
    until(lambda: not quiet._running)


def test_a_task_that_waits_is_done_once_and_after_what_came_since() -> None:
    """As memory is put in order when the last model has been tried."""
    done: list[str] = []

    def again() -> None:
        done.append("again")

    quiet.later(again)
    quiet.later(lambda: done.append("other"))
    quiet.later(again)
    until(lambda: not quiet._running)
    assert done == ["other", "again"]


def test_one_that_fails_does_not_end_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """The log has what it was."""
    done = threading.Event()

    def fail() -> None:
        raise ZeroDivisionError

    quiet.later(fail)
    quiet.later(done.set)
    assert done.wait(60)
    assert "ZeroDivisionError" in caplog.text
