"""What is said of repeated measurements."""

import pytest
from benchmarks.serving.samples import difference, middle, pair_ratio, serial_rate


def test_the_ratio_of_pairs_ignores_a_slow_round() -> None:
    """A machine that is slow for one round slows both halves of it, and changes no ratio."""
    ours = {0: 500.0, 1: 50.0, 2: 510.0}
    theirs = {0: 1000.0, 1: 100.0, 2: 1000.0}

    assert pair_ratio(ours, theirs) == pytest.approx(0.5)


def test_the_ratio_of_pairs_compares_equal_rounds_only() -> None:
    """A round that one side missed is left out; the others are not shifted against each other."""
    ours = {0: 10.0, 2: 30.0}
    theirs = {0: 10.0, 1: 1.0, 2: 30.0}

    assert pair_ratio(ours, theirs) == 1.0


@pytest.mark.parametrize("theirs", [{}, {1: 2.0}, {0: 0.0}])
def test_no_pair_is_no_ratio(theirs: dict[int, float]) -> None:
    """Where no round can be compared nothing is claimed."""
    assert pair_ratio({0: 1.0}, theirs) is None


def test_the_middle_of_an_even_number_lies_between_two() -> None:
    """It is the ordinary median."""
    assert middle([4.0, 1.0, 2.0, 3.0]) == 2.5


def test_a_difference_needs_both_sides() -> None:
    """Medians are subtracted; a side without measurements gives none."""
    assert difference([3.0, 5.0, 4.0], [1.0]) == 3.0
    assert difference([3.0], []) is None


def test_stages_one_after_the_other_take_the_sum_of_their_times() -> None:
    """Two stages of 10 ms and 40 ms make 20 a second."""
    assert serial_rate(100.0, 25.0) == pytest.approx(20.0)
