"""What runs take: learned, and judged for sizes that were never run."""

import pytest

from wherry.serving.costs import Costs


def test_nothing_is_known_before_the_first_run() -> None:
    """No number is invented."""
    costs = Costs()
    assert (costs.expected_s(1), costs.likely_s(1), costs.least_s(1)) == (None, None, None)
    assert costs.fixed_s == 0.0


def test_equal_runs_are_expected_as_they_were() -> None:
    """Without a deviation few and many exceed the same."""
    costs = Costs({1: 0.01})
    for _ in range(20):
        costs.learn(1, 0.01)
    assert costs.expected_s(1) == costs.likely_s(1) == costs.least_s(1) == 0.01


def test_a_model_that_becomes_slower_is_learned_within_some_runs() -> None:
    """The mean follows; the best that was seen stays what it is."""
    costs = Costs({1: 0.01})
    for _ in range(40):
        costs.learn(1, 0.03)
    assert costs.expected_s(1) == pytest.approx(0.03, rel=0.01)
    assert costs.least_s(1) == 0.01


def test_one_slow_run_is_not_what_is_expected_next() -> None:
    """It widens what is likely more than it moves the mean."""
    costs = Costs({1: 0.01})
    costs.learn(1, 0.09)
    assert costs.expected_s(1) == pytest.approx(0.02)
    assert costs.likely_s(1) == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("items", "expected_s"),
    [(1, 0.010), (2, 0.010), (4, 0.014), (6, 0.018), (8, 0.022), (16, 0.044)],
)
def test_a_size_between_others_lies_between_them(items: int, expected_s: float) -> None:
    """Beyond the largest it grows in proportion, which is never too little for a real model."""
    costs = Costs({2: 0.010, 8: 0.022})
    assert costs.expected_s(items) == pytest.approx(expected_s)
    assert costs.least_s(items) == pytest.approx(expected_s)


@pytest.mark.parametrize(
    ("runs", "fixed_s"),
    [
        ({1: 0.005, 8: 0.012}, 0.004),
        ({1: 0.005, 8: 0.040}, 0.0),
        ({1: 0.005, 8: 0.060}, 0.0),
        ({1: 0.005, 8: 0.005}, 0.005),
        ({4: 0.005}, 0.0),
    ],
)
def test_the_fixed_part_is_what_larger_batches_share(
    runs: dict[int, float], fixed_s: float
) -> None:
    """None where a batch takes as long as its items one after another, or longer."""
    assert Costs(runs).fixed_s == pytest.approx(fixed_s, abs=1e-9)
