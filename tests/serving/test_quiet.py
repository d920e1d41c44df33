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


def test_nothing_is_begun_while_a_model_is_loaded() -> None:
    """Nor before it has been quiet again for a moment."""
    done: list[float] = []
    with quiet.disturbed():
        quiet.later(lambda: done.append(time.monotonic()))
        time.sleep(0.5)
        assert not done
        ended = time.monotonic()
    until(lambda: done)
    assert done[0] >= ended + 0.19


def test_what_is_being_done_makes_way_and_is_done_again() -> None:
    """What it held is given back before the model is loaded."""
    held: list[int] = []
    begun = threading.Event()
    finished = threading.Event()
    times = 0

    def trial() -> None:
        nonlocal times
        times += 1
        held.append(times)
        begun.set()
        try:
            for _ in range(30):
                quiet.make_way()
                time.sleep(0.01)
        finally:
            held.clear()
        finished.set()

    quiet.later(trial)
    assert begun.wait(60)
    with quiet.disturbed():
        assert not held
        assert not finished.is_set()
    assert finished.wait(60)
    assert times == 2


def test_what_makes_no_way_is_not_waited_for_longer_than_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A model has to be loaded, whatever runs."""
    monkeypatch.setattr(quiet, "WAY_S", 0.1)
    begun, let_go = threading.Event(), threading.Event()

    def stubborn() -> None:
        begun.set()
        let_go.wait(60)

    quiet.later(stubborn)
    assert begun.wait(60)
    with quiet.disturbed():
        assert quiet._doing
    let_go.set()
    until(lambda: not quiet._running)
