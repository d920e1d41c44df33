"""The rule that chooses, and its sentence."""

from pathlib import Path

import pytest

from wherry.shrink import choice
from wherry.shrink.accuracy import paired
from wherry.shrink.candidates import (
    LITERT_DYNAMIC_INT8,
    LITERT_FLOAT16,
    LITERT_FLOAT32,
    LITERT_INT8,
    ONNX_FLOAT32,
    TENSORFLOW,
    Candidate,
    Kind,
)
from wherry.shrink.records import Accuracy, Measurement, Outcome, OutputParity, Parity, Preference

LATENCY, MEMORY, SIZE = Preference.LATENCY, Preference.MEMORY, Preference.SIZE


def outcome(
    kind: Kind,
    *,
    ms: float | None = 1.0,
    memory: int = 10**7,
    size: int = 10**6,
    error: float = 0.0,
    top1: float | None = None,
    accuracy: Accuracy | None = None,
    fits: bool = True,
    refused: str | None = None,
) -> Outcome:
    parity = OutputParity("y", error, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, top1)
    measurement = Measurement(
        file_bytes=size,
        slug_bytes=0,
        load_s=0.1,
        anonymous_bytes=memory,
        pss_bytes=memory,
        latency_s={} if ms is None else {1: ms / 1000},
        predictions_per_s=100,
        spread=0.0,
        fits=fits,
    )
    candidate = Candidate(kind, Path("model"), {})
    return Outcome(candidate, Parity((parity,), 100), measurement, accuracy, {}, refused)


def dropped(lost: int, of: int = 1000) -> Accuracy:
    return paired(both=of - lost, lost=lost, gained=0, neither=0)


def gate(
    one: Outcome, *, synthetic: bool = False, drop: float | None = None, error: float | None = None
) -> str | None:
    return choice.gate(
        one.candidate.kind,
        one.parity,
        one.accuracy,
        synthetic=synthetic,
        max_drop=drop,
        max_error_ratio=error,
    )


def test_the_best_is_chosen_with_the_next_named() -> None:
    kind, why = choice.choose(
        [outcome(LITERT_FLOAT32, ms=3.0), outcome(ONNX_FLOAT32, ms=2.0)], LATENCY
    )
    assert kind == ONNX_FLOAT32
    assert why == (
        "onnx float32: the fastest for one prediction (2.00 ms), before litert float32 (3.00 ms)."
    )


def test_within_five_percent_the_order_decides() -> None:
    kind, why = choice.choose(
        [outcome(ONNX_FLOAT32, ms=2.0), outcome(LITERT_FLOAT32, ms=2.09)], LATENCY
    )
    assert kind == LITERT_FLOAT32
    assert why == (
        "litert float32: as the fastest for one prediction (2.09 ms) it is equal within 5 % to "
        "onnx float32 (2.00 ms), and comes first in the fixed order."
    )
    assert (
        choice.choose([outcome(ONNX_FLOAT32, ms=2.0), outcome(LITERT_FLOAT32, ms=2.11)], LATENCY)[0]
        == ONNX_FLOAT32
    )


def test_each_preference_has_its_own_measure() -> None:
    outcomes = [
        outcome(LITERT_FLOAT32, ms=1, memory=9, size=9),
        outcome(LITERT_INT8, ms=9, memory=1, size=9),
        outcome(ONNX_FLOAT32, ms=9, memory=9, size=1),
    ]
    chosen = [choice.choose(outcomes, prefer)[0] for prefer in (LATENCY, MEMORY, SIZE)]
    assert chosen == [LITERT_FLOAT32, LITERT_INT8, ONNX_FLOAT32]


def test_refused_ones_are_never_chosen() -> None:
    outcomes = [outcome(LITERT_INT8, ms=1, refused="No."), outcome(TENSORFLOW, ms=50)]
    kind, why = choice.choose(outcomes, LATENCY)
    assert kind == TENSORFLOW
    assert "the only one that passes the gate and fits" in why
    assert choice.choose(outcomes[:1], LATENCY) == (
        None,
        "Every candidate is refused, so that none is chosen.",
    )
    assert choice.choose([], LATENCY)[0] is None


def test_what_does_not_fit_is_chosen_only_if_nothing_does() -> None:
    big = outcome(LITERT_FLOAT32, ms=1, memory=2**30, fits=False)
    bigger = outcome(ONNX_FLOAT32, ms=None, memory=2**31, fits=False)
    assert choice.choose([big, outcome(TENSORFLOW, ms=90)], LATENCY)[0] == TENSORFLOW
    kind, why = choice.choose([bigger, big], LATENCY)
    assert kind == LITERT_FLOAT32
    assert "no candidate fits into the dyno's memory" in why


def test_tensorflow_is_left_for_what_cannot_be_converted() -> None:
    outcomes = [
        outcome(TENSORFLOW, ms=1),
        outcome(LITERT_FLOAT32, ms=2),
        outcome(ONNX_FLOAT32, ms=3),
    ]
    kind, why = choice.choose(outcomes, LATENCY)
    assert kind == LITERT_FLOAT32
    assert why.endswith(
        "before onnx float32 (3.00 ms). TensorFlow itself (1.00 ms) is left for what cannot be "
        "converted: it adds 0.0 KiB to the slug."
    )
    slower = [outcome(TENSORFLOW, ms=5), outcome(LITERT_FLOAT32, ms=2)]
    assert "TensorFlow" not in choice.choose(slower, LATENCY)[1]


def test_the_front_holds_what_none_beats() -> None:
    front = choice.pareto(
        [
            outcome(LITERT_FLOAT32, ms=2, error=0.0),
            outcome(LITERT_FLOAT16, ms=2, size=5 * 10**5, error=1e-3),
            outcome(ONNX_FLOAT32, ms=3, error=0.0),
            outcome(LITERT_INT8, ms=1, error=0.02, refused="No."),
        ]
    )
    assert front == (LITERT_FLOAT32, LITERT_FLOAT16, LITERT_INT8)


def test_equals_do_not_beat_each_other() -> None:
    front = choice.pareto([outcome(ONNX_FLOAT32), outcome(LITERT_FLOAT32)])
    assert front == (LITERT_FLOAT32, ONNX_FLOAT32)


@pytest.mark.parametrize("kind", [LITERT_FLOAT32, ONNX_FLOAT32, TENSORFLOW])
def test_full_formats_must_give_the_same_answers(kind: Kind) -> None:
    assert gate(outcome(kind, error=0.9e-4), synthetic=True) is None
    said = gate(outcome(kind, error=2e-4), synthetic=True)
    assert said == ("Its largest error, on 'y', is 2.0e-04 of the output's range, above 1.0e-04.")
    assert gate(outcome(kind, error=2e-4), error=1e-3) is None


def test_reduced_formats_need_real_samples() -> None:
    close = outcome(LITERT_FLOAT16, error=1e-5, top1=1.0)
    assert "the samples are synthetic" in (gate(close, synthetic=True) or "")
    assert gate(close) is None
    assert gate(close, synthetic=True, error=1e-3) is None


def test_reduced_formats_without_labels_stay_near() -> None:
    assert gate(outcome(LITERT_DYNAMIC_INT8, error=0.009, top1=0.995)) is None
    assert "is 2 % of the output's range, above 1 %" in (
        gate(outcome(LITERT_DYNAMIC_INT8, error=0.02)) or ""
    )
    assert "in 98.00 % of all cases, and 99.00 % are needed" in (
        gate(outcome(LITERT_DYNAMIC_INT8, error=0.001, top1=0.98)) or ""
    )


def test_with_labels_accuracy_decides() -> None:
    """However far the numbers stray."""
    assert gate(outcome(LITERT_INT8, error=0.2, accuracy=dropped(5))) is None
    said = gate(outcome(LITERT_INT8, error=0.001, accuracy=dropped(6)))
    assert said == (
        "Its accuracy is 0.60 points below the original's, and at most 0.50 are allowed."
    )
    assert gate(outcome(LITERT_INT8, accuracy=dropped(6)), drop=0.01) is None


def test_a_gate_given_without_labels_bounds_the_answers_that_differ() -> None:
    assert gate(outcome(LITERT_INT8, error=0.001, top1=0.98), drop=0.02) is None
    assert gate(outcome(LITERT_INT8, error=0.001, top1=0.97), drop=0.02) is not None


def test_max_drop_gates_full_formats_too() -> None:
    assert gate(outcome(ONNX_FLOAT32, accuracy=dropped(6)), drop=0.005) is not None
    assert gate(outcome(ONNX_FLOAT32, accuracy=dropped(0)), drop=0.0) is None


def test_infinite_errors_are_refused_whatever_is_allowed() -> None:
    broken = outcome(LITERT_INT8, error=float("inf"), accuracy=dropped(0))
    assert "gives NaN or infinity" in (gate(broken, drop=1.0, error=float("inf")) or "")
