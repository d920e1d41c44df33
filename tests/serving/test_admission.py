"""Admission: who runs, who waits, who is refused."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from wherry.errors import DeadlineExceeded, Overloaded
from wherry.serving.admission import Admission
from wherry.serving.measurements import Refusal
from wherry.serving.room import WaitingRoom
from wherry.serving.waiting import Waiter

LONG_S = 30.0


class Subject:
    """An admission, its refusals, and a way in as a request has it."""

    def __init__(
        self, *, lanes: int = 1, max_queued: int = 8, places: int = 8, name: str = "m"
    ) -> None:
        self.room = WaitingRoom(places)
        self.refusals: list[Refusal] = []
        self.admission = Admission(
            name,
            lanes=lanes,
            max_queued=max_queued,
            room=self.room,
            refused=self.refusals.append,
        )

    @contextmanager
    def lane(self, run_s: float | None = 0.05, *, within_s: float = LONG_S) -> Iterator[None]:
        if not self.admission.take_free_lane():
            known_s = run_s or 0.0
            waiter = Waiter(
                time.monotonic() + within_s, needed_s=known_s, likely_s=known_s, charge_s=known_s
            )
            assert self.admission.wait(waiter, run_s)
        try:
            yield
        finally:
            self.admission.leave()

    def use_lane(self, run_s: float | None = 0.05, *, within_s: float = LONG_S) -> None:
        with self.lane(run_s, within_s=within_s):
            pass


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.001)


def test_free_lane_is_given_at_once() -> None:
    """Nobody waits while a lane is free, however little time there is."""
    subject = Subject(max_queued=0)
    for _ in range(3):
        assert subject.admission.take_free_lane()
        assert subject.admission.running == 1
        subject.admission.leave()
    assert not subject.refusals


def test_at_most_lanes_run_at_once() -> None:
    """With two lanes, eight callers never run three at a time, and all of them run."""
    subject = Subject(lanes=2)
    running, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal running, most
        with subject.lane():
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.005)
            with lock:
                running -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert most == 2
    assert (subject.admission.waiting, subject.admission.running) == (0, 0)


def test_who_waits_longest_is_next() -> None:
    """A newcomer does not pass those who wait."""
    subject = Subject()
    order: list[int] = []

    def work(number: int) -> None:
        with subject.lane():
            order.append(number)

    with ThreadPoolExecutor(5) as pool, subject.lane():
        for number in range(5):
            pool.submit(work, number)
            until(lambda n=number: subject.admission.waiting == n + 1, "it waits")  # type: ignore[misc]
    assert order == [0, 1, 2, 3, 4]


def test_one_more_than_may_wait_is_refused_at_once() -> None:
    """The refusal says how long to stay away: what those before it are expected to take."""
    subject = Subject(max_queued=1)
    with ThreadPoolExecutor(1) as pool, subject.lane():
        waiting = pool.submit(subject.use_lane, 4.0)
        until(lambda: subject.admission.waiting == 1, "the second caller waits")
        with pytest.raises(Overloaded) as refused:
            subject.use_lane(4.0)
    waiting.result()
    assert refused.value.retry_after_s == 6.0  # half of the run, and the one that waits
    assert "Too many requests wait for the model 'm' (1 of them)" in str(refused.value)
    assert subject.refusals == [Refusal.QUEUE_FULL]


def test_who_could_not_be_answered_in_time_is_refused_at_once() -> None:
    """Two seconds of work wait before one who has a second: it is not begun, and is told why."""
    subject = Subject()
    with ThreadPoolExecutor(2) as pool, subject.lane():
        waiting = [pool.submit(subject.use_lane, 1.0) for _ in range(2)]
        until(lambda: subject.admission.waiting == 2, "two wait")
        begun = time.monotonic()
        with pytest.raises(Overloaded, match="it was not begun") as refused:
            subject.use_lane(1.0, within_s=1.5)
        assert time.monotonic() - begun < 0.5
    for each in waiting:
        each.result()
    assert refused.value.retry_after_s == pytest.approx(3.5)
    assert subject.refusals == [Refusal.WOULD_BE_LATE]


def test_expired_one_is_dropped_when_its_turn_comes() -> None:
    """It is never run, and the one behind it is next."""
    subject = Subject()
    with ThreadPoolExecutor(2) as pool:
        with subject.lane():
            expired = pool.submit(subject.use_lane, None, within_s=0.05)
            until(lambda: subject.admission.waiting == 1, "the first waits")
            patient = pool.submit(subject.use_lane, None)
            until(lambda: subject.refusals == [Refusal.EXPIRED], "the first gives up")
            assert isinstance(expired.exception(), DeadlineExceeded)
            assert not patient.done()
        patient.result()
    assert (subject.admission.waiting, subject.admission.running) == (0, 0)


def test_refused_callers_leave_the_queue_as_it_was() -> None:
    """After time-outs the same places are there again."""
    subject = Subject(max_queued=1, places=1)
    with subject.lane():
        for _ in range(3):
            with pytest.raises(DeadlineExceeded):
                subject.use_lane(None, within_s=0.001)
            assert subject.admission.waiting == 0
    subject.use_lane()
    assert subject.room.enter("m")


def test_error_inside_a_lane_gives_it_back() -> None:
    """A model that fails does not take its lane with it."""
    subject = Subject(max_queued=0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), subject.lane():
            raise ZeroDivisionError
    assert subject.admission.running == 0


def test_models_share_the_waiting_places() -> None:
    """Two busy models cannot take more of the server's threads than there are for waiting."""
    one = Subject(places=1)
    two = Subject(name="two")
    two.admission._room = one.room
    with ThreadPoolExecutor(1) as pool, one.lane(), two.lane():
        waiting = pool.submit(one.use_lane)
        until(lambda: one.admission.waiting == 1, "the second caller waits")
        with pytest.raises(Overloaded):
            two.use_lane()
        assert two.refusals == [Refusal.ROOM_FULL]
    waiting.result()
    assert one.room.enter("m")


def test_fast_models_queue_is_bounded_by_time_and_not_by_number() -> None:
    """Eight runs of 10 us are over before a refusal would be sent."""
    subject = Subject(max_queued=0, places=0)
    with ThreadPoolExecutor(3) as pool, subject.lane():
        waiting = [pool.submit(subject.use_lane, 1e-5) for _ in range(3)]
        until(lambda: subject.admission.waiting == 3, "the others wait")
    for each in waiting:
        each.result()
    assert not subject.refusals


def test_model_of_unknown_speed_is_bounded_by_number() -> None:
    """Nothing is assumed of what could not be timed."""
    subject = Subject(max_queued=0)
    with subject.lane(), pytest.raises(Overloaded) as refused:
        subject.use_lane(None)
    assert refused.value.retry_after_s == 1.0


def test_lanes_can_be_closed_and_opened_while_others_run() -> None:
    """Those that run are left alone; those that wait get the new ones."""
    subject = Subject(lanes=2)
    with ThreadPoolExecutor(1) as pool:
        with subject.lane(), subject.lane():
            subject.admission.lanes = 1
            assert not subject.admission.take_free_lane()
        assert subject.admission.take_free_lane()
        assert not subject.admission.take_free_lane()
        waiting = pool.submit(subject.use_lane)
        until(lambda: subject.admission.waiting == 1, "it waits")
        subject.admission.lanes = 2
        waiting.result()
        subject.admission.leave()
    assert subject.admission.running == 0


def test_check_tells_early_and_lets_pass_what_has_a_chance() -> None:
    """Before a body is decoded: a full queue, or a deadline that no run could meet."""
    subject = Subject(max_queued=1)
    now = time.monotonic()
    subject.admission.check(now + LONG_S, 0.0)
    with pytest.raises(Overloaded):
        subject.admission.check(now - 0.001, 0.0)
    subject.admission.check(now + LONG_S, 0.2)
    with pytest.raises(Overloaded, match="about 200 ms"):
        subject.admission.check(now + 0.1, 0.2)
    with ThreadPoolExecutor(1) as pool, subject.lane():
        subject.admission.check(now + LONG_S, 0.2)
        waiting = pool.submit(subject.use_lane, 1.0)
        until(lambda: subject.admission.waiting == 1, "it waits")
        with pytest.raises(Overloaded, match="Too many requests"):
            subject.admission.check(now + LONG_S, 0.2)
    waiting.result()


def test_companions_are_those_of_the_group_that_fit_in_their_order() -> None:
    """Others keep their places; those who are late are sent away."""
    subject = Subject()
    with ThreadPoolExecutor(5) as pool, subject.lane():
        waiters = [
            Waiter(time.monotonic() + LONG_S, items=items, group=group)
            for items, group in ((2, "a"), (1, "b"), (4, "a"), (1, "a"), (1, None))
        ]
        results = []
        for count, waiter in enumerate(waiters, 1):
            results.append(pool.submit(subject.admission.wait, waiter, None))
            until(lambda n=count: subject.admission.waiting == n, "it waits")  # type: ignore[misc]
        taken = subject.admission.companions("a", 4)
        assert taken == [waiters[0], waiters[3]]
        assert subject.admission.waiting == 3
        for waiter in taken:
            waiter.outputs = {}
            waiter.wake()
        assert not results[0].result()
        assert not results[3].result()
        # The others run in lanes of their own, one after the other.
        subject.admission.lanes = 4
        assert [results[place].result() for place in (1, 2, 4)] == [True, True, True]
        for _ in range(3):
            subject.admission.leave()


def test_gathering_is_joined_until_it_is_full() -> None:
    """A batch that stays open takes who comes in its group, and no more than fit."""
    subject = Subject(lanes=2)
    assert subject.admission.take_free_lane()
    with ThreadPoolExecutor(3) as pool:
        gathered = pool.submit(subject.admission.gather, "a", 2, LONG_S)
        until(lambda: subject.admission._gathering is not None, "it is open")
        assert not subject.admission.take_free_lane()
        other = Waiter(time.monotonic() + LONG_S, group="b")
        assert subject.admission.wait(other, None)  # Its own lane.
        joining = [Waiter(time.monotonic() + LONG_S, group="a") for _ in range(2)]
        answers = [pool.submit(subject.admission.wait, waiter, None) for waiter in joining]
        assert sorted(map(id, gathered.result())) == sorted(map(id, joining))
        for waiter in joining:
            waiter.outputs = {}
            waiter.wake()
        assert [answer.result() for answer in answers] == [False, False]
    subject.admission.leave()
    subject.admission.leave()


def test_gathering_ends_when_nobody_comes() -> None:
    """It has cost its time, and the lane is its own."""
    subject = Subject()
    assert subject.admission.take_free_lane()
    assert subject.admission.gather("a", 2, 0.001) == []
    subject.admission.leave()
    assert subject.admission.take_free_lane()
