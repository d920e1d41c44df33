"""What a worker was being asked when it died, as its supervisor reads it."""

import os
import signal

import pytest

from wherry.serving import inside
from wherry.serving.gate import Gate
from wherry.serving.inside import NAME_BYTES, REGION_BYTES, ROWS, Regions


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> tuple[Regions, int]:
    """A region of this process's own."""
    regions = Regions(2)
    number = regions.take()
    assert number is not None
    monkeypatch.setattr(inside, "_region", regions.region(number))
    monkeypatch.setattr(inside, "_used", set())
    return regions, number


def test_requests_inside_are_seen_by_model(region: tuple[Regions, int]) -> None:
    """Those who have left are not."""
    regions, number = region
    digits, faces = Gate("digits"), Gate("faces")
    digits.enter()
    digits.enter()
    faces.enter()
    faces.leave()
    assert regions.asked(number) == {"digits": 2}


def test_idle_worker_was_asked_nothing(region: tuple[Regions, int]) -> None:
    """Its death is nobody's request."""
    regions, number = region
    Gate("digits")
    assert regions.asked(number) == {}


def test_forked_worker_that_is_killed_leaves_what_it_held(region: tuple[Regions, int]) -> None:
    """The memory is shared, and its writer need not say good-bye."""
    regions, number = region
    pid = os.fork()
    if pid == 0:
        Gate("digits").enter()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert regions.asked(number) == {"digits": 1}


def test_region_is_empty_for_the_next_worker(region: tuple[Regions, int]) -> None:
    """The dead one's requests are not the new one's."""
    regions, number = region
    Gate("digits").enter()
    other = regions.take()
    assert other is not None
    assert other != number
    assert regions.take() is None
    regions.give_back(number)
    assert regions.take() == number
    assert regions.asked(number) == {}


def test_models_beyond_the_rows_are_served_and_not_named(region: tuple[Regions, int]) -> None:
    """And a place that was given back is used again, also for a name of any length."""
    regions, number = region
    gates = [Gate(f"m{index}") for index in range(ROWS + 3)]
    for gate in gates:
        assert gate.enter()
    assert len(regions.asked(number)) == ROWS
    gates[0].leave()
    gates[0].forget()
    Gate("x" * 500).enter()
    assert "x" * NAME_BYTES in regions.asked(number)
    assert len(regions.region(number)) == REGION_BYTES


def test_without_a_supervisor_counting_costs_nothing_and_says_nothing() -> None:
    """Under another server nobody reads it."""
    gate = Gate("m")
    assert gate.enter()
    gate.leave()
    gate.forget()
