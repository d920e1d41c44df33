"""Which of the causes of too much memory it is: by its course, and by how many hold it."""

import pytest

from tests.rehearse.situations import AT, judged, names, platform, sample, served, web
from wherry.rehearse.events import Event, LimitPassed, ProcessExited
from wherry.rehearse.judging.situation import finding

START = platform(0, "Starting process with command `gunicorn site.wsgi`")
WORKERS = [web(2, f"[INFO] Booting worker with pid: {pid}") for pid in (3, 4)]


def over_quota(at: float, mib: int) -> list[Event]:
    return [
        platform(at, f"Process running mem={mib}M({mib / 5.12:.1f}%)"),
        platform(at, "Error R14 (Memory quota exceeded)"),
        LimitPassed(AT + at, "web.1", "memory", mib * 2**20, 2**29),
    ]


def killed(at: float, mib: int) -> list[Event]:
    return [
        platform(at, f"Process running mem={mib}M({mib / 5.12:.1f}%)"),
        platform(at, "Error R15 (Memory quota vastly exceeded)"),
        platform(at, "Stopping process with SIGKILL"),
        platform(at, "Process exited with status 137"),
        ProcessExited(AT + at, "web.1", 137, "R15"),
    ]


def test_two_workers_that_each_fit() -> None:
    events = [START, *WORKERS, sample(9, 200), sample(12, 634), *over_quota(12, 634)]
    found = judged(events)
    assert names(found) == ["too-many-workers"]
    assert found[0].title == "2 workers each hold the model: 634 MB"
    assert found[0].alternatives == ()
    measured = {fact.what: fact for fact in found[0].evidence}
    assert measured["memory of web.1, at its most"].limit == 2**29
    assert measured["its memory before any request"].value == 200 * 2**20


def test_one_worker_that_does_not_fit() -> None:
    events = [START, WORKERS[0], sample(9, 700), sample(12, 710), *over_quota(9, 700)]
    assert names(judged(events)) == ["memory-too-small"]


def test_two_workers_of_which_none_fits() -> None:
    events = [START, *WORKERS, sample(9, 1300), *killed(12, 1300)]
    found = judged(events)
    assert names(found) == ["memory-too-small"]
    assert {fact.what: fact for fact in found[0].evidence}[
        "memory of web.1, at its most"
    ].limit == 2**30


def test_memory_that_grows_with_requests() -> None:
    events: list[Event] = [START, WORKERS[0], sample(9, 120)]
    for index in range(40):
        events += [sample(10 + index, 130 + 12 * index), *served(10.5 + index)]
    events += over_quota(48, 590)
    assert names(judged(events)) == ["memory-grows-with-requests"]


def test_what_the_first_requests_load_is_no_growth() -> None:
    events: list[Event] = [START, *WORKERS, sample(9, 120)]
    for index in range(40):
        events += [sample(10 + index, 330 if index < 3 else 620), *served(10.5 + index)]
    events += over_quota(48, 620)
    assert names(judged(events)) == ["too-many-workers"]


def test_the_code_settles_what_the_course_leaves_open() -> None:
    loads = finding("model-loaded-per-request", values={"model": "model.h5"})
    events = [START, sample(9, 120), sample(12, 560), *over_quota(12, 560)]
    assert names(judged(events, suspects=(loads,))) == ["model-loaded-per-request"]
    assert names(judged(events)) == ["memory-quota-exceeded"]


def test_a_kill_between_two_counts_was_at_the_limit() -> None:
    events = [START, sample(9, 300), *killed(11, 1024)]
    found = judged(events, failed="boot", booted=False)
    measured = {fact.what: fact.value for fact in found[0].evidence}
    assert measured["memory of web.1, at its most"] == 2**30


def test_a_host_that_says_nothing_is_measured_all_the_same() -> None:
    events = [START, WORKERS[0], sample(9, 700), ProcessExited(AT + 12, "web.1", 137, "R15")]
    assert names(judged(events)) == ["memory-too-small"]


@pytest.mark.parametrize("mib", [60, 317, 511])
def test_what_fits_is_no_finding(mib: int) -> None:
    events = [START, *WORKERS, sample(9, mib / 2), sample(12, mib), *served(12)]
    assert judged(events) == ()


def test_growth_below_the_quota_is_no_finding() -> None:
    events: list[Event] = [START, WORKERS[0]]
    for index in range(40):
        events += [sample(10 + index, 130 + 3 * index), *served(10.5 + index)]
    assert judged(events) == ()


def test_killed_before_any_answer_is_too_small() -> None:
    events = [START, sample(1, 300), ProcessExited(AT + 2, "web.1", 137, "R15")]
    found = judged(
        events, failed="boot", booted=False, traffic_at=None, platform_name="render:free"
    )
    assert names(found) == ["memory-too-small"]
