"""How many callers run a model at once."""

import pytest

from wherry.runtimes.lanes import fitting_copies, run_lanes


@pytest.mark.parametrize(
    ("cpus", "run_s", "lanes"),
    [(2, 0.003, 4), (4, 0.003, 6), (2, 0.02, 4), (2, 0.2, 2), (2, None, 2), (1, 0.003, 1)],
)
def test_short_runs_have_callers_to_spare(cpus: int, run_s: float | None, lanes: int) -> None:
    """Where a CPU would wait between them; not beside long runs, and not on one CPU."""
    assert run_lanes(cpus, run_s) == lanes


def test_copies_fit_into_a_sixth_of_the_memory() -> None:
    """And a model that takes nothing does not divide by it."""
    assert fitting_copies(20, 512) == 4
    assert fitting_copies(100, 512) == 0
    assert fitting_copies(0, 512) == 85
    assert fitting_copies(-5, 512) == 85
