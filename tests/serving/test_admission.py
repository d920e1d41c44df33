"""Admission: who runs, who waits, who is refused."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from wherry.errors import DeadlineExceeded, Overloaded
from wherry.serving.admission import Admission, WaitingRoom

LONG_S = 30.0


@contextmanager
def lane(subject: Admission, deadline: float, expected_s: float) -> Iterator[None]:
    subject.enter(deadline, expected_s)
    try:
        yield
    finally:
        subject.leave()


def admission(*, lanes: int = 1, max_queued: int = 8, places: int = 8) -> Admission:
    return Admission("m", lanes=lanes, max_queued=max_queued, room=WaitingRoom(places))


def in_time(s: float = LONG_S) -> float:
    return time.monotonic() + s


def until(condition: object, what: str) -> None:
    deadline = in_time(10)
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.001)


def test_free_lane_is_given_at_once() -> None:
    """Nobody waits while a lane is free, however little time there is."""
    subject = admission(max_queued=0)
    for _ in range(3):
        with lane(subject, in_time(0), 1.0):
            assert subject.waiting == 0


def test_at_most_lanes_run_at_once() -> None:
    """With two lanes, eight callers never run three at a time, and all of them run."""
    subject = admission(lanes=2)
    running, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal running, most
        with lane(subject, in_time(), 1.0):
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.005)
            with lock:
                running -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert most == 2
    assert subject.waiting == 0


def test_one_more_than_may_wait_is_refused_at_once() -> None:
    """The refusal says how long to stay away: what those before it are expected to take."""
    subject = admission(max_queued=1)
    with ThreadPoolExecutor(1) as pool, lane(subject, in_time(), 1.0):

        def wait() -> None:
            with lane(subject, in_time(), 1.0):
                pass

        waiting = pool.submit(wait)
        until(lambda: subject.waiting == 1, "the second caller waits")
        with pytest.raises(Overloaded) as refused, lane(subject, in_time(), 3.0):
            pass
    waiting.result()
    assert refused.value.retry_after_s == 6.0
    assert "Too many requests wait for the model 'm' (1 of them)" in str(refused.value)


def test_refused_caller_leaves_the_queue_as_it_was() -> None:
    """After a refusal and a time-out the same places are there again."""
    subject = admission(max_queued=1)
    with lane(subject, in_time(), 1.0):
        for _ in range(3):
            with pytest.raises(DeadlineExceeded), lane(subject, in_time(0.001), 1.0):
                pass
            assert subject.waiting == 0
    with lane(subject, in_time(0), 1.0):
        pass


def test_error_inside_a_lane_gives_it_back() -> None:
    """A model that fails does not take its lane with it."""
    subject = admission(max_queued=0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), lane(subject, in_time(0), 1.0):
            raise ZeroDivisionError


def test_models_share_the_waiting_places() -> None:
    """Two busy models cannot take more of the server's threads than one may."""
    room = WaitingRoom(1)
    one = Admission("one", lanes=1, max_queued=8, room=room)
    two = Admission("two", lanes=1, max_queued=8, room=room)
    with ThreadPoolExecutor(1) as pool, lane(one, in_time(), 1.0), lane(two, in_time(), 1.0):

        def wait() -> None:
            with lane(one, in_time(), 1.0):
                pass

        waiting = pool.submit(wait)
        until(lambda: one.waiting == 1, "the second caller waits")
        with pytest.raises(Overloaded), lane(two, in_time(), 1.0):
            pass
    waiting.result()
    assert room.enter()


def test_fast_models_queue_is_bounded_by_time_and_not_by_number() -> None:
    """Eight runs of 10 us are over before a refusal would be sent."""
    subject = admission(max_queued=0, places=0)
    with ThreadPoolExecutor(3) as pool, lane(subject, in_time(), 1e-5):

        def wait() -> None:
            with lane(subject, in_time(), 1e-5):
                pass

        waiting = [pool.submit(wait) for _ in range(3)]
        until(lambda: subject.waiting == 3, "the others wait")
    for each in waiting:
        each.result()


def test_model_of_unknown_speed_is_bounded_by_number() -> None:
    """Nothing is assumed of what could not be timed."""
    subject = admission(max_queued=0)
    with lane(subject, in_time(), 1.0), pytest.raises(Overloaded) as refused:
        subject.enter(in_time(), None)
    assert refused.value.retry_after_s == 1.0
