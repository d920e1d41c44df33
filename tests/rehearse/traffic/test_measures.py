"""Percentiles, rates, growth and losses, from outcomes written by hand."""

import pytest

from wherry.rehearse.traffic.job import Job, Outcome
from wherry.rehearse.traffic.measures import growth, lag_s, load_point, percentile, request_kinds
from wherry.rehearse.traffic.planned import PlannedRequest
from wherry.rehearse.traffic.restart import Window, count_loss
from wherry.rehearse.traffic.sending import Sent


def _sent(latencies: list[float], rate: float = 10.0, **changes: dict[int, object]) -> Sent:
    statuses = changes.get("statuses", {})
    errors = changes.get("errors", {})
    codes = changes.get("codes", {})
    outcomes = tuple(
        Outcome(
            number,
            number % 2,
            number / rate,
            0.0,
            latency,
            int(str(statuses.get(number, 200))),
            str(errors.get(number, "")),
        )
        for number, latency in enumerate(latencies)
    )
    requests = (PlannedRequest("GET", "/a?x=1"), PlannedRequest("POST", "/b"))
    return Sent(requests, outcomes, {number: str(code) for number, code in codes.items()}, rate)


def test_percentiles() -> None:
    values = [float(number) for number in range(1, 101)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1.0) == 100
    assert percentile([7.0], 0.5) == 7
    assert percentile([], 0.99) == 0


def test_a_rate_that_is_held() -> None:
    point = load_point(_sent([0.01] * 50))
    assert point.done == pytest.approx(10.0)
    assert point.failed == 0
    assert point.p50_s == point.p99_s == 0.01


def test_a_rate_that_is_not() -> None:
    point = load_point(
        _sent([1.0] * 10, statuses={1: 503, 2: 404}, errors={3: "cut"}, codes={1: "H12"})
    )
    assert point.failed == 2
    assert point.codes == {"H12": 1}
    assert point.done == pytest.approx(8 / 1.9)


def test_kinds() -> None:
    sent = _sent([0.1, 0.2, 0.3, 0.4], statuses={3: 503}, codes={3: "H12"})
    kinds = request_kinds([sent, sent])
    assert [(kind.method, kind.path, kind.count) for kind in kinds] == [
        ("GET", "/a", 4),
        ("POST", "/b", 4),
    ]
    assert kinds[0].statuses == {200: 4}
    assert kinds[0].codes == {}
    assert kinds[1].statuses == {200: 2, 503: 2}
    assert kinds[1].codes == {"H12": 2}
    assert kinds[1].max_s == 0.4


def test_growth() -> None:
    steady = growth(_sent([0.1] * 90))
    assert (steady.grown_s, steady.per_s) == (0.0, 0.0)
    piling = growth(_sent([0.1 + 0.05 * number for number in range(90)]))
    assert piling.per_s == pytest.approx(0.5)
    assert growth(_sent([0.1])).per_s == 0.0


def test_lag_leaves_one_in_a_hundred_out() -> None:
    outcomes = tuple(
        Outcome(number, 0, 0.0, 5.0 if number == 7 else 0.001, 0.1, 200) for number in range(200)
    )
    assert lag_s(Sent((), outcomes, {}, 10.0)) == 0.001


def test_a_restart_without_loss() -> None:
    loss = count_loss(_sent([0.05] * 100), Window(3.0, 5.0))
    assert loss.lost == loss.late == 0
    assert loss.requests == 21
    assert loss.seconds == 2.0


def test_a_restart_that_cuts_and_delays() -> None:
    latencies = [0.05] * 100
    for number in range(30, 40):
        latencies[number] = 4.0 - number / 10
    sent = _sent(latencies, errors={28: "cut"}, statuses={41: 503}, codes={41: "H13"})
    loss = count_loss(sent, Window(2.82, 5.0))
    assert loss.lost == 2
    assert loss.late == 10
    assert loss.requests == 23


def test_a_job_passes_through_a_pipe_unchanged() -> None:
    job = Job(
        host="127.0.0.1",
        port=80,
        requests=(PlannedRequest("POST", "/a", (("X", "y"),), b"\x00\xff"),),
        rate=2.5,
        count=10,
        seconds=1.0,
        timeout_s=5.0,
        run="wherry-0a1b2c3d",
        host_header="app.example",
    )
    assert Job.from_json(job.to_json()) == job
    assert len(job.request_id(3)) >= 20
    outcome = Outcome(1, 2, 0.5, 0.001, 0.25, 0, 'a "quoted"\nreason')
    assert "\n" not in outcome.to_json()
    assert Outcome.from_json(outcome.to_json()) == outcome
