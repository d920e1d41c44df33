"""Samples drawn from signatures."""

import numpy as np
import pytest

from tests.shrink.signatures import BYTES, FOUR, FP32, INT64, TEXT, UNBATCHED, signature
from wherry.shrink import samples
from wherry.tensors import Datatype

FREE = signature({"x": (FP32, (-1, -1, 5)), "mask": (Datatype.BOOL, (-1, -1))})


def test_they_are_said_to_be_synthetic() -> None:
    found = samples.load(None, FOUR, count=30)
    assert found.synthetic
    assert found.source == "drawn from the signature"
    assert found.inputs["x"].shape == (30, 4)
    assert np.isfinite(found.inputs["x"]).all()


def test_the_same_seed_draws_the_same() -> None:
    one, again, other = (samples.load(None, TEXT, count=20, seed=s) for s in (1, 1, 2))
    assert one.sha256 == again.sha256
    assert one.sha256 != other.sha256


def test_floats_come_in_several_scales() -> None:
    x = np.abs(samples.load(None, FOUR, count=60).inputs["x"]).max(axis=1)
    assert (x < 0.5).any()
    assert (x > 50).any()


def test_integers_stay_in_the_range_given() -> None:
    one = signature({"ids": (INT64, (-1, 7))})
    assert samples.load(None, one).inputs["ids"].max() == 9
    assert samples.load(None, one, integers_below=3).inputs["ids"].max() == 2
    assert samples.load(None, one).inputs["ids"].min() == 0


def test_bytes_are_drawn_from_their_whole_range() -> None:
    picture = signature({"x": (Datatype.UINT8, (-1, 8, 8, 3))})
    assert samples.load(None, picture).inputs["x"].max() == 255


def test_text_varies() -> None:
    text = samples.load(None, TEXT).inputs["text"]
    assert text.shape == (samples.default_count(TEXT), 1)
    assert len(set(text[:, 0].tolist())) > 100


def test_open_dimensions_agree_and_can_be_set() -> None:
    usual = samples.load(None, FREE, count=4).inputs
    assert usual["x"].shape == (4, 16, 5)
    assert usual["mask"].shape == (4, 16)
    other = samples.load(None, FREE, count=4, open_sizes={1: 9}).inputs
    assert (other["x"].shape, other["mask"].shape) == ((4, 9, 5), (4, 9))


@pytest.mark.parametrize("datatype", list(Datatype))
def test_every_datatype_can_be_drawn(datatype: Datatype) -> None:
    found = samples.load(None, signature({"x": (datatype, (-1, 3))}), count=6).inputs["x"]
    assert found.dtype == datatype.numpy
    assert found.shape == (6, 3)


def test_without_a_batch_axis() -> None:
    assert samples.load(None, UNBATCHED, count=5).inputs["x"].shape == (5, 3)


def test_unknown_rank_is_taken_for_a_batch_of_one() -> None:
    found = samples.load(None, signature({"x": (BYTES, None)}, {"y": (FP32, None)}), count=5)
    assert found.inputs["x"].shape == (5, 1, 4)
