"""The committed digits and the committed model: where they come from and how good they are."""

import numpy as np
import pytest
from digits.drawing import enlarge
from digits.views import HELD_BACK, read_held_back
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from tests.examples.conftest import DEMO
from wherry.bundle import open_bundle
from wherry.runtimes import load
from wherry.runtimes.protocol import LoadOptions

SEED = 2026


@pytest.fixture(scope="module")
def cells() -> NDArray[np.uint8]:
    """The held-back digits [n, 8, 8]."""
    return np.array([digit["cells"] for digit in read_held_back()], np.uint8).reshape(-1, 8, 8)


@pytest.fixture(scope="module")
def labels() -> NDArray[np.uint8]:
    """Their labels [n]."""
    return np.array([digit["label"] for digit in read_held_back()], np.uint8)


def test_the_held_back_digits_are_those_that_training_leaves_out(
    cells: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> None:
    """The split of train_digits.py, made again from scikit-learn's own data, gives the file."""
    data = load_digits()
    _, unseen = train_test_split(
        np.arange(len(data.target)), test_size=0.2, stratify=data.target, random_state=SEED
    )
    assert [digit["index"] for digit in read_held_back()] == sorted(unseen.tolist())
    assert (cells == data.images[sorted(unseen)]).all()
    assert (labels == data.target[sorted(unseen)]).all()
    assert HELD_BACK.stat().st_size < 100_000


def test_no_digit_is_both_held_back_and_trained_on(cells: NDArray[np.uint8]) -> None:
    """Not even by value: no training digit has the same 64 numbers."""
    data = load_digits()
    indices = {digit["index"] for digit in read_held_back()}
    known = {
        image.astype(np.uint8).tobytes()
        for index, image in enumerate(data.images)
        if index not in indices
    }
    assert not known & {digit.tobytes() for digit in cells}


def test_the_model_reads_at_least_95_of_100_held_back_digits(
    cells: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> None:
    """And the bundle states what is measured here."""
    bundle = open_bundle(DEMO / "models" / "digits")
    model = load(bundle.runtime, bundle.model, LoadOptions())
    answers = model.run("serving_default", {"image": enlarge(cells)})["probabilities"]
    model.close()
    assert answers.sum(axis=1) == pytest.approx(np.ones(len(answers)), abs=1e-5)
    right = int((answers.argmax(axis=1) == labels).sum())
    assert right >= 0.95 * len(labels)
    assert bundle.origin["held_back_right"] == f"{right} of {len(labels)}"


def test_the_bundle_is_what_the_training_script_says_it_writes() -> None:
    """Signature, labels and warm-up sample."""
    bundle = open_bundle(DEMO / "models" / "digits")
    assert bundle.signatures is not None
    signature = bundle.signatures["serving_default"]
    assert [(spec.name, spec.shape) for spec in signature.inputs] == [("image", (-1, 784))]
    assert [(spec.name, spec.shape) for spec in signature.outputs] == [("probabilities", (-1, 10))]
    assert bundle.labels == {"probabilities": tuple("0123456789")}
    assert len(bundle.warmup) == 1
