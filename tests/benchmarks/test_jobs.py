"""What the benchmark of jobs takes for kept and for broken."""

from dataclasses import replace

import pytest
from benchmarks.jobs.__main__ import Outcome
from benchmarks.jobs.full_disk import FullDisk
from benchmarks.jobs.killing import Killer

GOOD = Outcome(
    database="sqlite",
    jobs=100,
    kills=5,
    succeeded=100,
    right=100,
    runs=103,
    most_runs=2,
    tries=104,
    seconds=1.0,
)
FULL = FullDisk(kept=3, refused=507, sentence="the disk is full", page=200, done=3)


def test_each_result_once_holds() -> None:
    """A killed run that is repeated is no fault."""
    assert GOOD.holds
    assert FULL.holds


@pytest.mark.parametrize(
    "fault", [{"succeeded": 99}, {"right": 99}, {"runs": 106}, {"tries": 99}, {"jobs": 101}]
)
def test_a_lost_a_wrong_and_a_repeated_job_do_not_hold(fault: dict[str, int]) -> None:
    """Each alone."""
    assert not replace(GOOD, **fault).holds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fault", [{"refused": 500}, {"sentence": "no"}, {"page": 500}, {"done": 2}, {"kept": 0}]
)
def test_a_full_disk_that_costs_something_does_not_hold(fault: dict[str, object]) -> None:
    """An unclear answer, a page, a job."""
    assert not replace(FULL, **fault).holds  # type: ignore[arg-type]


def test_every_kill_finds_work_under_way() -> None:
    """All of them fall due before the last tenth."""
    killer = Killer(100, 20, seed=1)
    assert not killer.is_due(0)
    for _ in range(20):
        assert killer.is_due(90)
        killer.kills += 1
    assert not killer.is_due(100)
