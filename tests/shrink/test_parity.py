"""Errors of a candidate against the original, by numbers worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from tests.shrink.signatures import BYTES, FOUR, FP32, INT64, UNBATCHED, signature
from wherry import runtimes
from wherry.errors import ConversionFailed
from wherry.runtimes.protocol import LoadOptions
from wherry.shrink import parity, samples
from wherry.shrink.records import OutputParity
from wherry.tensors import Array, Datatype

INF, NAN = np.inf, np.nan


def one(original: object, candidate: object, datatype: Datatype = FP32) -> OutputParity:
    """Compare one output."""
    theirs, ours = np.asarray(original), np.asarray(candidate)
    wanted = signature({"x": (FP32, (-1,))}, {"y": (datatype, None)})
    found, errors = parity.compare({"y": theirs}, {"y": ours}, wanted)
    assert errors["y"].dtype == np.float32
    return found.outputs[0]


def test_errors_and_range() -> None:
    found = one([[0.0, 10.0], [2.0, -10.0]], [[0.5, 10.0], [2.0, -9.0]])
    assert found.max_abs_error == 1.0
    assert found.range == 20.0
    assert found.error_ratio == 0.05
    assert found.max_rel_error == pytest.approx(0.1)
    assert found.agreement == 0.5
    assert found.top1_agreement == 1.0


def test_equal_answers() -> None:
    x = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    found = one(x, x.copy())
    assert (found.max_abs_error, found.error_ratio, found.agreement) == (0, 0, 1)
    assert found.cosine == pytest.approx(1)


def test_the_same_nan_and_infinity_are_no_error() -> None:
    found = one([[NAN, 1.0], [INF, -INF]], [[NAN, 1.0], [INF, -INF]])
    assert found.max_abs_error == 0
    assert found.range == 1.0 or found.range == 0.0 or np.isfinite(found.range)
    assert found.error_ratio == 0


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_nan_and_infinity_on_one_side_are_infinite_errors(value: float) -> None:
    assert one([[1.0, 2.0]], [[1.0, value]]).error_ratio == INF
    assert one([[1.0, value]], [[1.0, 2.0]]).error_ratio == INF
    assert one([[1.0, INF]], [[1.0, -INF]]).error_ratio == INF


def test_top1_changes_with_the_largest_number() -> None:
    assert one([[0.4, 0.6], [0.9, 0.1]], [[0.6, 0.4], [0.9, 0.1]]).top1_agreement == 0.5


def test_any_of_several_largest_numbers_agrees() -> None:
    assert one([[0.5, 0.5, 0.1]], [[0.4, 0.6, 0.1]]).top1_agreement == 1.0


def test_one_number_is_no_choice() -> None:
    assert one([[0.4], [0.6]], [[0.4], [0.6]]).top1_agreement is None
    assert one([0.4, 0.6], [0.4, 0.6]).top1_agreement is None


def test_text_and_integers_agree_or_not() -> None:
    words = np.array([b"a", b"b", b"c", b"d"], object)
    other = np.array([b"a", b"b", b"c", b"x"], object)
    found = one(words, other, BYTES)
    assert (found.agreement, found.error_ratio, found.top1_agreement) == (0.75, 0.25, None)
    assert one([[3, 4]], [[3, 9]], INT64).agreement == 0.5
    assert one([True, False], [True, False], Datatype.BOOL).error_ratio == 0
    assert one(words, words, BYTES).error_ratio == 0


def test_complex_numbers() -> None:
    found = one(np.array([1 + 2j, 3 - 1j]), np.array([1 + 2j, 3 - 2j]), Datatype.COMPLEX64)
    assert found.max_abs_error == 1.0
    assert found.range == 4.0


def test_an_output_that_never_varies_is_measured_by_its_size() -> None:
    found = one(np.full((5, 1), 100.0), np.full((5, 1), 100.001))
    assert found.range == 100
    assert found.error_ratio == pytest.approx(1e-5)
    assert one(np.zeros((5, 1)), np.zeros((5, 1))).error_ratio == 0
    assert one(np.zeros((5, 1)), np.ones((5, 1))).error_ratio == INF


def test_tiny_and_huge_numbers() -> None:
    for scale in (1e-30, 1e30):
        x = np.array([[1.0, 2.0], [3.0, 5.0]]) * scale
        found = one(x, x * (1 + 1e-9))
        assert found.error_ratio < 1e-8
        assert found.cosine == pytest.approx(1)


def test_other_shapes_and_missing_outputs_are_refused() -> None:
    with pytest.raises(ConversionFailed, match=r"output 'y' has the shape \[2, 1\]"):
        one(np.ones((2, 2)), np.ones((2, 1)))
    with pytest.raises(ConversionFailed, match="lacks the output 'y'"):
        parity.compare({"y": np.ones((2, 3))}, {}, FOUR)


def test_errors_for_plots_are_few_and_spread() -> None:
    theirs = np.zeros((300, 100))
    theirs[0] = 1
    ours = theirs + np.linspace(0, 1, 30_000).reshape(300, 100)
    _, errors = parity.compare({"y": theirs}, {"y": ours}, FOUR)
    assert errors["y"].shape == (10_000,)
    assert errors["y"].max() == 1
    assert np.median(errors["y"]) == pytest.approx(0.5, abs=0.01)


def test_what_varies() -> None:
    random = np.random.default_rng(0).standard_normal((50, 10))
    constant = np.repeat(np.linspace(0, 1, 10)[None], 50, axis=0)
    outputs: dict[str, Array] = {
        "varies": random,
        "constant": constant,
        "hardly": constant + 1e-4 * random,
        "once": random[:1],
        "text": np.array([b"a", b"b"], object),
        "same": np.array([b"a", b"a"], object),
        "nan": np.full((5, 2), NAN),
        "zero": np.zeros((5, 2)),
    }
    assert [name for name, does in parity.varies(outputs).items() if does] == ["varies", "text"]


def test_a_candidate_runs_on_all_samples(tmp_path: Path) -> None:
    loaded = runtimes.load("onnx", zoo.dense(tmp_path / "m.onnx"), LoadOptions())
    wanted = loaded.signatures["serving_default"]
    drawn = samples.load(None, wanted, count=70)
    outputs = parity.run(loaded, wanted, drawn)
    assert outputs["y"].shape == (70, 3)
    direct = loaded.run("serving_default", drawn.inputs)
    found, _ = parity.compare(direct, outputs, wanted)
    assert found.error_ratio < 1e-6
    assert found.samples == 70


def test_a_candidate_without_a_batch_axis_runs_each_sample(tmp_path: Path) -> None:
    loaded = runtimes.load("onnx", zoo.no_batch(tmp_path / "m.onnx"), LoadOptions())
    drawn = samples.load(None, UNBATCHED, count=6)
    # ONNX Runtime says no shape of a scalar; the original's signature does.
    outputs = parity.run(loaded, UNBATCHED, drawn)
    np.testing.assert_allclose(outputs["sum"], drawn.inputs["x"].sum(axis=1), rtol=1e-5)
