"""The search for what a dyno holds, on apps that are calculated, so that no clock matters."""

import asyncio
from dataclasses import dataclass, field

import pytest

from wherry.rehearse.traffic.job import Outcome
from wherry.rehearse.traffic.limit import Search, find_limit, sentence
from wherry.rehearse.traffic.sending import Sent


@dataclass
class App:
    """Answers one request after the other, each in ``service_s``, on so many threads.

    ``refuses_above`` seconds of waiting it answers 503; the router gives up after ``timeout_s``.
    """

    service_s: float
    threads: int = 1
    timeout_s: float = 30.0
    refuses_above_s: float = 1e9
    sender_most: float = 1e9
    rates: list[float] = field(default_factory=list)
    settled: int = 0
    now: float = 0.0

    async def load(self, rate: float, seconds: float) -> Sent:
        self.rates.append(rate)
        self.now += seconds
        free = [0.0] * self.threads
        outcomes, codes = [], {}
        for number in range(int(rate * seconds)):
            due = number / rate
            turn = min(range(self.threads), key=free.__getitem__)
            begins = max(due, free[turn])
            status, latency = 200, begins + self.service_s - due
            if begins - due > self.refuses_above_s:
                status, latency = 503, 0.001
            else:
                free[turn] = begins + self.service_s
            if latency > self.timeout_s:
                status, latency, codes[number] = 503, self.timeout_s, "H12"
            lag = max(0.0, due * (rate / self.sender_most - 1))
            outcomes.append(Outcome(number, 0, due, lag, latency, status))
        return Sent((), tuple(outcomes), codes, rate)

    async def settle(self) -> None:
        self.settled += 1

    def search(self, budget_s: float = 1000.0) -> Search:
        return asyncio.run(
            find_limit(
                self.load,
                self.settle,
                base_s=self.service_s,
                request_timeout_s=self.timeout_s,
                budget_s=budget_s,
                clock=lambda: self.now,
            )
        )


@pytest.mark.parametrize(
    ("service_s", "threads"), [(0.001, 1), (0.02, 1), (0.2, 4), (2.0, 1), (0.4, 2)]
)
def test_the_limit_is_found(service_s: float, threads: int) -> None:
    app = App(service_s, threads)
    search = app.search()
    capacity = threads / service_s
    assert search.held is not None
    assert search.gave is not None
    assert search.held.point.rate <= capacity * 1.1
    assert search.gave.point.rate >= capacity * 0.95
    assert search.gave.point.rate / search.held.point.rate <= 1.13
    assert len(app.rates) <= 12
    assert app.settled == sum(bool(step.why) for step in search.steps)
    rates = [point.rate for point in search.points]
    assert rates == sorted(rates)


def test_the_sentence_where_requests_pile_up() -> None:
    search = App(0.026).search()
    told = sentence(search, "predictions")
    assert told.startswith("this dyno holds 3")
    assert " predictions a second at p99 " in told
    assert "requests pile up (p99 " in told
    assert "; the first H12 after some " in told


def test_the_sentence_where_the_router_gives_up() -> None:
    told = sentence(App(0.1, timeout_s=0.3).search(), "requests")
    assert told.startswith("this dyno holds ")
    assert told.endswith(" the first H12")


def test_the_sentence_where_the_app_refuses() -> None:
    told = sentence(App(0.1, refuses_above_s=0.1).search(), "requests")
    assert told.endswith(" the first 503")


def test_an_app_that_holds_next_to_nothing() -> None:
    search = App(0.01, timeout_s=0.001).search()
    assert search.held is None
    told = sentence(search, "requests")
    assert told == "this dyno does not hold 0.05 requests a second: the first H12"


def test_a_sender_that_is_too_slow_blames_itself() -> None:
    search = App(0.0001, threads=8, sender_most=500).search()
    assert search.own
    assert search.gave is None
    told = sentence(search, "requests")
    assert told.endswith(", and more than this machine can send beside it")


def test_the_time_that_it_may_take_is_kept() -> None:
    app = App(0.02)
    search = app.search(budget_s=10.0)
    assert app.now <= 10.0 + 20.0
    assert sentence(search, "requests").startswith("this dyno holds ")


def test_an_app_faster_than_any_sender() -> None:
    search = App(1e-6, threads=64).search()
    assert search.held is not None
    assert search.gave is None
    assert sentence(search, "requests").endswith("; no rate was tried at which it gave")


def test_nothing_tried_nothing_said() -> None:
    assert sentence(Search(0.1, 30.0), "requests") == ""
