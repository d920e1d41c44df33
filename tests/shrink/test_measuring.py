"""Candidates measured in real processes, briefly."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from tests.shrink.signatures import BYTES, FP32, UNBATCHED, signature
from wherry import runtimes
from wherry.platforms.heroku import MIB, DynoType, dyno_type
from wherry.runtimes.protocol import LoadOptions
from wherry.shrink import measuring, samples, watched
from wherry.shrink.candidates import (
    LITERT_FLOAT32,
    ONNX_FLOAT32,
    ONNX_INT8,
    Candidate,
    Failure,
    Kind,
)
from wherry.shrink.measured_process import Job
from wherry.shrink.measuring import Plan, measure_all
from wherry.shrink.records import Measurement
from wherry.tensors import Signature

ECO = dyno_type("heroku:eco")
CPUS = sorted(os.sched_getaffinity(0))
TFLITE = Path(__file__).parent.parent / "fixtures" / "tflite" / "dense.tflite"
ONCE = Plan(timing_s=0.02, rounds=(1, 1))
ROOT = Path(__file__).parent.parent.parent


def candidate(kind: Kind, model: Path) -> Candidate:
    loaded = runtimes.load(kind.runtime, model, LoadOptions())
    signatures = dict(loaded.signatures)
    loaded.close()
    return Candidate(kind, model, signatures)


def measure(
    candidates: list[Candidate],
    work: Path,
    *,
    wanted: Signature | None = None,
    dyno: DynoType = ECO,
    plan: Plan = ONCE,
) -> tuple[dict[Kind, Measurement], tuple[Failure, ...]]:
    wanted = wanted or next(iter(candidates[0].signatures.values()))
    drawn = samples.load(None, wanted, count=12)
    return measure_all(candidates, wanted, drawn, dyno, work, cpus=CPUS, plan=plan)


def test_two_runtimes(tmp_path: Path) -> None:
    onnx = candidate(ONNX_FLOAT32, zoo.dense(tmp_path / "m.onnx", (3000, 3000, 10)))
    found, failures = measure([onnx], tmp_path)
    lite = candidate(LITERT_FLOAT32, TFLITE)
    small, more = measure([lite], tmp_path)
    assert failures == more == ()
    for one in (found[ONNX_FLOAT32], small[LITERT_FLOAT32]):
        assert one.fits
        assert set(one.latency_s) == {1, 8}
        assert all(0 < seconds < 1 for seconds in one.latency_s.values())
        assert one.predictions_per_s > 1
        assert 0 < one.load_s < 30
        assert one.pss_bytes > one.anonymous_bytes
    assert found[ONNX_FLOAT32].anonymous_bytes > 36 * 10**6
    assert small[LITERT_FLOAT32].anonymous_bytes < 30 * MIB
    assert small[LITERT_FLOAT32].file_bytes == TFLITE.stat().st_size


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    one = candidate(ONNX_FLOAT32, zoo.dense(tmp_path / "m.onnx"))
    measure([one], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["m.onnx"]


def test_candidates_take_turns(tmp_path: Path) -> None:
    one = candidate(ONNX_FLOAT32, zoo.dense(tmp_path / "m.onnx"))
    other = replace(one, kind=ONNX_INT8)
    told: list[tuple[Kind, int]] = []
    wanted = one.signatures["serving_default"]
    found, _ = measure_all(
        [one, other],
        wanted,
        samples.load(None, wanted, count=3),
        ECO,
        tmp_path,
        cpus=CPUS,
        plan=replace(ONCE, rounds=(2, 2)),
        tell=lambda kind, turn: told.append((kind, turn)),
    )
    kinds = [ONNX_FLOAT32, ONNX_INT8]
    assert told == [(kind, turn) for turn in (1, 2) for kind in kinds]
    assert list(found) == kinds


def test_without_a_batch_axis_only_batch_1_is_timed(tmp_path: Path) -> None:
    one = candidate(ONNX_FLOAT32, zoo.no_batch(tmp_path / "m.onnx"))
    found, _ = measure([one], tmp_path, wanted=UNBATCHED)
    assert set(found[ONNX_FLOAT32].latency_s) == {1}


def test_text_goes_in(tmp_path: Path) -> None:
    one = candidate(ONNX_FLOAT32, zoo.identity(tmp_path / "m.onnx", "BYTES", ("n", 2)))
    wanted = signature({"x": (BYTES, (-1, 2))}, {"y": (BYTES, (-1, 2))})
    found, failures = measure([one], tmp_path, wanted=wanted)
    assert failures == ()
    assert found[ONNX_FLOAT32].fits


def test_over_the_quota_it_is_stopped_and_does_not_fit(tmp_path: Path) -> None:
    one = candidate(ONNX_FLOAT32, zoo.dense(tmp_path / "m.onnx", (3000, 3000, 10)))
    tiny = DynoType("tiny", 30 * MIB, 1.0, 1)
    found, failures = measure([one], tmp_path, dyno=tiny, plan=Plan(timing_s=0.3, rounds=(3, 3)))
    assert failures == ()
    assert not found[ONNX_FLOAT32].fits
    assert found[ONNX_FLOAT32].anonymous_bytes > 30 * MIB


def test_a_site_beside_it_counts(tmp_path: Path) -> None:
    """The process alone stays within the quota; with a site it would not."""
    one = candidate(ONNX_FLOAT32, zoo.dense(tmp_path / "m.onnx"))
    small = DynoType("small", 62 * MIB, 1.0, 1)
    found, _ = measure([one], tmp_path, dyno=small)
    assert not found[ONNX_FLOAT32].fits
    assert found[ONNX_FLOAT32].latency_s


def test_a_candidate_that_fails_leaves_the_others(tmp_path: Path) -> None:
    good = candidate(ONNX_FLOAT32, zoo.dense(tmp_path / "m.onnx"))
    broken = tmp_path / "m.tflite"
    broken.write_bytes(TFLITE.read_bytes()[:200])
    found, failures = measure([Candidate(LITERT_FLOAT32, broken, good.signatures), good], tmp_path)
    assert set(found) == {ONNX_FLOAT32}
    (failure,) = failures
    assert failure.kind == LITERT_FLOAT32
    assert "m.tflite cannot be loaded by LiteRT" in failure.reason
    assert "\n" not in failure.reason


def test_other_inputs_are_a_failure_and_start_nothing(tmp_path: Path) -> None:
    one = candidate(ONNX_FLOAT32, zoo.dense(tmp_path / "m.onnx"))
    wanted = signature({"z": (FP32, (-1, 4))})
    found, failures = measure([one], tmp_path, wanted=wanted)
    assert found == {}
    assert "has the inputs ['x'] where the original has ['z']" in failures[0].reason


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("crash", "Its runtime crashed while it ran it (SIGSEGV)."),
        ("killed", "most likely since this machine ran out of memory"),
        ("hang", "It took too long to be measured, and was stopped."),
        ("word", "ended before it was measured: a last word"),
    ],
)
def test_a_process_that_breaks_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, said: str
) -> None:
    monkeypatch.setattr(watched, "_MODULE", "tests.shrink.breaking")
    monkeypatch.setenv("BREAKING", how)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    one = candidate(ONNX_FLOAT32, zoo.dense(tmp_path / "m.onnx"))
    found, failures = measure([one], tmp_path, plan=replace(ONCE, timeout_s=0.5))
    assert found == {}
    assert said in failures[0].reason


def test_files_beside_the_model_count(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    shutil.copy(TFLITE, folder / "a")
    shutil.copy(TFLITE, folder / "b")
    size = measuring.file_bytes(Candidate(ONNX_FLOAT32, folder, {}))
    assert size == 2 * TFLITE.stat().st_size


def test_the_dyno_bounds_the_cpus() -> None:
    eight = range(8)
    assert measuring.visible_cpus(ECO, eight) == (0, 1)
    assert measuring.visible_cpus(dyno_type("standard-2x"), eight) == (0, 1, 2, 3)
    assert measuring.visible_cpus(dyno_type("dyno-1c-0.5gb"), eight) == (0,)
    assert measuring.visible_cpus(dyno_type("performance-l"), [3]) == (3,)


def test_a_job_survives_json() -> None:
    job = Job(
        "onnx",
        "m",
        "s",
        (("x", "FP32", (-1, 4)), ("y", "BYTES", None)),
        "BATCH",
        "a",
        (1, 8),
        (0, 1),
        5,
        0.1,
    )
    again = Job.from_json(job.to_json())
    assert again.feeding == job.feeding
    assert again.inputs == job.inputs


def test_few_samples_are_spread_over_all() -> None:
    wanted = signature({"x": (FP32, (-1, 1))})
    drawn = samples.load(None, wanted, count=256)
    few = measuring._few(drawn)["x"]
    assert len(few) == 64
    np.testing.assert_array_equal(few[-1], drawn.inputs["x"][-1])
