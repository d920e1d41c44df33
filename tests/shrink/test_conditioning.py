"""What one rounding of the inputs moves."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from tests.shrink.signatures import FOUR, FP32, INT64, signature
from wherry.inspection.precision import FLOAT16_STEP, FLOAT32_STEP
from wherry.shrink.conditioning import ROUNDINGS, floor_ratio
from wherry.shrink.records import Samples
from wherry.tensors import Array

type Model = Callable[[Array], Array]


def floor(model: Model, x: Array, step: float = FLOAT32_STEP) -> float:
    """Return the floor of a model of one input, which counts in float32 like a runtime."""
    samples = Samples(FOUR.name, {"x": x}, None, synthetic=False, source="test", sha256="")

    def ask(asked: Samples) -> Mapping[str, Array]:
        return {"y": model(asked.inputs["x"])}

    return floor_ratio(ask, samples, ask(samples), FOUR, step)


X = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)


@pytest.mark.parametrize("model", [lambda x: x, lambda x: x @ np.eye(4, 3, dtype=np.float32)])
def test_a_plain_model_is_determined_to_its_last_digits(model: Model) -> None:
    """Far below what counts as the same answer."""
    assert 0 < floor(model, X) < 1e-5


def test_a_steep_model_is_not() -> None:
    """The logarithm of a difference of large numbers."""
    large = (X + 1000).astype(np.float32)
    steep = floor(lambda x: np.log(np.abs(x - 1000) + 1e-6), large)
    assert steep > ROUNDINGS * 1e-4


def test_a_model_of_16_bit_floats_is_determined_as_they_are() -> None:
    """Three digits, whatever its inputs are."""
    assert 1e-4 < floor(lambda x: x, X, FLOAT16_STEP) < 1e-2


def test_a_model_that_gives_one_answer_has_no_floor() -> None:
    """Nor does one that gives NaN; neither divides by its range."""
    assert floor(np.zeros_like, X) == 0
    assert floor(lambda x: np.full_like(x, np.nan), X) == 0


def test_a_model_without_float_inputs_is_not_asked() -> None:
    """Ids have no rounding."""
    ids = signature({"ids": (INT64, (-1, 4))}, {"y": (FP32, (-1, 1))})
    samples = Samples(
        ids.name, {"ids": np.ones((3, 4), np.int64)}, None, synthetic=False, source="", sha256=""
    )
    asked: list[Samples] = []

    def ask(given: Samples) -> Mapping[str, Array]:
        asked.append(given)
        return {}

    answers = {"y": np.ones((3, 1), np.float32)}
    assert floor_ratio(ask, samples, answers, ids, FLOAT32_STEP) == 0
    assert not asked
