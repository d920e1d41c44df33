"""How many callers run a model at once."""

import pytest

from wherry.runtimes.lanes import copies_each, fitting_copies, run_lanes


@pytest.mark.parametrize(
    ("cpus", "run_s", "lanes"),
    [(2, 0.003, 4), (4, 0.003, 6), (2, 0.02, 2), (2, None, 2), (1, 0.003, 1)],
)
def test_short_runs_have_callers_to_spare(cpus: int, run_s: float | None, lanes: int) -> None:
    """Where a CPU would wait between them; not beside long runs, and not on one CPU."""
    assert run_lanes(cpus, run_s) == lanes


@pytest.mark.parametrize(
    ("cpus", "processes", "lanes"), [(2, 2, 2), (4, 2, 3), (8, 3, 4), (8, 4, 3), (4, 4, 2)]
)
def test_each_of_several_processes_has_its_share_and_one_more(
    cpus: int, processes: int, lanes: int
) -> None:
    """All CPUs have work, also where one process is asked less than the others."""
    assert run_lanes(cpus, 0.003, processes=processes) == lanes
    assert run_lanes(cpus, None, processes=processes) == lanes


def test_copies_fit_into_a_sixth_of_the_memory() -> None:
    """And a model that takes nothing does not divide by it."""
    assert fitting_copies(20, 512) == 4
    assert fitting_copies(100, 512) == 0
    assert fitting_copies(0, 512) == 85
    assert fitting_copies(-5, 512) == 85


@pytest.mark.parametrize(
    ("cpus", "processes", "fitting", "copies"),
    [
        (2, 1, 2, 2),  # One for each CPU.
        (2, 1, 100, 4),  # And callers to spare.
        (2, 2, 100, 2),
        (2, 2, 3, 1),  # No room for one more in each.
        (3, 2, 3, 2),  # All CPUs are kept busy, though two have one more in all than fits.
        (8, 4, 100, 3),
    ],
)
def test_copies_keep_all_cpus_busy_and_more_are_made_where_they_fit(
    cpus: int, processes: int, fitting: int, copies: int
) -> None:
    """What fits is shared by the processes."""
    assert copies_each(cpus, 0.003, fitting=fitting, processes=processes) == copies
