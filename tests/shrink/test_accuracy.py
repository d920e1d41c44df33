"""Accuracy and the interval of its drop."""

import numpy as np
import pytest

from wherry.errors import InvalidInput
from wherry.shrink import accuracy

LABELS = np.array([0, 1, 2, 1])
SCORES = np.eye(3)[[0, 1, 2, 0]]
"""The last is wrong."""


def test_the_largest_number_is_the_class() -> None:
    found = accuracy.compare({"y": SCORES}, {"y": np.eye(3)[[0, 1, 1, 0]]}, LABELS)
    assert (found.original, found.candidate, found.drop) == (0.75, 0.5, 0.25)
    assert found.low < 0.25 < found.high
    assert found.samples == 4


def test_equal_answers_drop_nothing() -> None:
    """And the interval knows how few the samples are."""
    found = accuracy.compare({"y": SCORES}, {"y": SCORES}, LABELS)
    assert found.drop == 0
    assert found.low < 0 < found.high


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
@pytest.mark.parametrize("logits", [False, True])
def test_one_number_is_a_probability_or_a_logit(shape: tuple[int, ...], *, logits: bool) -> None:
    values = np.array([0.9, 0.2, 0.6, 0.4])
    values = (values - 0.5) * 8 if logits else values
    found = accuracy.compare(
        {"y": values.reshape(shape)}, {"y": values.reshape(shape)}, np.array([1, 0, 1, 1])
    )
    assert found.original == 0.75


def test_the_first_output_that_answers_is_used() -> None:
    outputs = {"features": np.ones((4, 7, 3)), "y": SCORES, "z": SCORES}
    assert accuracy.output_for(outputs, LABELS) == "y"
    assert accuracy.compare(outputs, outputs, LABELS).original == 0.75


def test_integers_are_classes() -> None:
    found = accuracy.compare({"y": np.array([0, 1, 2, 0])}, {"y": np.array([0, 1, 2, 1])}, LABELS)
    assert (found.original, found.candidate, found.drop) == (0.75, 1.0, -0.25)


def test_a_runs_own_batch_axis_is_left_out() -> None:
    found = accuracy.compare({"y": SCORES[:, None]}, {"y": SCORES[:, None]}, LABELS)
    assert found.original == 0.75


def test_labels_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="go up to 7, and the output 'y' has 3 classes"):
        accuracy.compare({"y": SCORES}, {"y": SCORES}, LABELS + 5)
    with pytest.raises(InvalidInput, match="No output answers with one class for each of the 3"):
        accuracy.compare({"y": SCORES}, {"y": SCORES}, LABELS[:3])
    with pytest.raises(InvalidInput, match="There is no output 'z'"):
        accuracy.compare({"y": SCORES}, {"y": SCORES}, LABELS, output="z")


def test_the_interval_of_the_published_example() -> None:
    """Airway hyper-responsiveness before and after transplantation (Fagerland et al. 2014)."""
    found = accuracy.paired(both=1, lost=7, gained=1, neither=12)
    assert found.drop == pytest.approx(0.286, abs=5e-4)
    assert (found.low, found.high) == pytest.approx((0.026, 0.507), abs=5e-4)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    chances = (0.90, 0.03, 0.02, 0.05)
    covered = 0
    for counts in random.multinomial(400, chances, 2000):
        both, lost, gained, neither = map(int, counts)
        found = accuracy.paired(both=both, lost=lost, gained=gained, neither=neither)
        covered += found.low <= 0.01 <= found.high
    assert 0.94 < covered / 2000 < 0.985


def test_the_interval_narrows_with_more_samples() -> None:
    few = accuracy.paired(both=95, lost=0, gained=0, neither=5)
    many = accuracy.paired(both=9500, lost=0, gained=0, neither=500)
    assert many.high < few.high / 5
    assert few.high < 0.05


def test_extremes_stay_in_bounds() -> None:
    for counts in ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)):
        both, lost, gained, neither = counts
        found = accuracy.paired(both=both, lost=lost, gained=gained, neither=neither)
        assert -1 <= found.low <= found.drop <= found.high <= 1


def test_labels_judge_the_output_that_has_their_classes() -> None:
    """Of two outputs, the first has two classes and the labels three."""
    original = {
        "yes": np.eye(2, dtype=np.float32)[[0, 1, 0, 1]],
        "kind": np.eye(3, dtype=np.float32)[[0, 1, 2, 2]],
    }
    assert accuracy.output_for(original, np.array([0, 1, 2, 1])) == "kind"
    assert accuracy.output_for(original, np.array([0, 1, 1, 1])) == "yes"
    with pytest.raises(InvalidInput, match="go up to 3"):
        accuracy.compare(original, original, np.array([0, 1, 2, 3]))
