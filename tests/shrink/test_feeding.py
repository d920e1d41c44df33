"""How samples of the original's signature become runs of a candidate."""

import numpy as np
import pytest

from tests.shrink.signatures import FOUR, FP32, INT64, PAIR, UNBATCHED, signature
from wherry.errors import ConversionFailed
from wherry.shrink.feeding import Mode, feeding
from wherry.tensors import Datatype, Signature

SAMPLES = {"x": np.arange(20, dtype=np.float32).reshape(5, 4)}


def named(one: Signature, name: str = "serving_default") -> dict[str, Signature]:
    return {name: one}


def test_the_same_signature_takes_batches() -> None:
    way = feeding(named(FOUR), FOUR, SAMPLES)
    assert way.mode is Mode.BATCH
    np.testing.assert_array_equal(way.inputs(SAMPLES, slice(1, 3))["x"], SAMPLES["x"][1:3])


def test_a_candidate_fixed_at_one_takes_one() -> None:
    fixed = signature({"x": (FP32, (1, 4))}, {"y": (FP32, (1, 3))})
    way = feeding(named(fixed), FOUR, SAMPLES)
    assert way.mode is Mode.SINGLE
    assert way.inputs(SAMPLES, [2])["x"].shape == (1, 4)


def test_without_a_batch_axis_one_sample_is_a_run() -> None:
    samples = {"x": np.ones((5, 3), np.float32)}
    way = feeding(named(UNBATCHED), UNBATCHED, samples)
    assert way.mode is Mode.RUN
    assert way.inputs(samples, [2])["x"].shape == (3,)
    answers = way.answers({"sum": np.array(3.0)}, 1)
    assert answers["sum"].shape == (1,)


def test_a_signature_of_another_name_is_used_if_it_is_the_only_one() -> None:
    assert feeding(named(FOUR, "other"), FOUR, SAMPLES).signature is FOUR
    two = {"a": FOUR, "b": FOUR}
    with pytest.raises(ConversionFailed, match="has the signatures"):
        feeding(two, FOUR, SAMPLES)


def test_narrower_integers_are_converted_where_they_hold_the_value() -> None:
    narrow = signature({"a": (FP32, (-1, 2)), "b": (Datatype.INT32, (-1,))})
    samples = {"a": np.ones((2, 2), np.float32), "b": np.array([1, 2**40])}
    way = feeding(named(narrow), PAIR, samples)
    assert way.inputs(samples, [0])["b"].dtype == np.int32
    with pytest.raises(ConversionFailed, match="does not take these samples: Input 'b'"):
        way.inputs(samples, [1])


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (signature({"z": (FP32, (-1, 4))}), r"has the inputs \['z'\] where the original has"),
        (signature({"x": (FP32, (-1, 5))}), "takes other shapes than the original: 'x'"),
        (signature({"x": (FP32, (-1, 4))}, {"z": (INT64, (-1,))}), r"lacks the outputs \['y'\]"),
    ],
)
def test_what_differs_is_said(own: Signature, said: str) -> None:
    with pytest.raises(ConversionFailed, match=said):
        feeding(named(own), FOUR, SAMPLES)


def test_a_batch_without_an_answer_for_each_is_refused() -> None:
    way = feeding(named(FOUR), FOUR, SAMPLES)
    with pytest.raises(ConversionFailed, match=r"shape \[1, 3\] for a batch of 4"):
        way.answers({"y": np.ones((1, 3))}, 4)
