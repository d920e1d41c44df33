"""The trial: on where batches pay, off where they do not, and right answers before all."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from wherry import runtimes
from wherry.runtimes.protocol import LoadOptions
from wherry.serving.specimens import Rows
from wherry.serving.timings import Timings
from wherry.serving.trial import HANDOVER_S, Verdict, judge
from wherry.tensors import Array


class Machine:
    """A model that doubles its input and takes the time that it is told, on its own clock."""

    def __init__(
        self,
        run_s: Callable[[int], float],
        answer: Callable[[Array], Array] = lambda x: x * 2,
    ) -> None:
        self._answer = answer
        self.now = 0.0
        self.paused_s = 0.0
        self.sizes: list[int] = []
        self._run_s = run_s

    def run(self, inputs: dict[str, Array]) -> dict[str, Array]:
        items = len(inputs["x"])
        self.sizes.append(items)
        self.now += self._run_s(items)
        return {"y": self._answer(inputs["x"])}

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.paused_s += seconds

    def judge(self, *, most_items: int = 64, anyway: bool = False) -> Verdict:
        rows = Rows([], {"x": np.zeros((1, 4), np.float32)})
        return judge(
            Timings(self.run, rows, wall=self.clock, thread=self.clock),
            self.run,
            rows,
            most_items=most_items,
            anyway=anyway,
            pause=self.pause,
        )


def test_weights_that_are_read_once_for_all_pay() -> None:
    """A dense model of 4 ms, of which each item more takes 0.1: as large as it may be."""
    machine = Machine(lambda items: 0.0039 + 0.0001 * items)
    verdict = machine.judge()
    assert verdict.size == 64
    assert verdict.run_s[1] == pytest.approx(0.004)
    assert verdict.run_s[64] == pytest.approx(0.0103)
    assert verdict.reason.startswith(
        "up to 64 items are run together, 15.3 times as fast (1 in 4 ms"
    )
    assert machine.judge(most_items=10).size == 8


def test_size_ends_where_more_only_takes_longer() -> None:
    """From 8 items on the arithmetic counts; two sizes beyond are looked at."""
    verdict = Machine(lambda items: max(0.004, 0.0005 * items)).judge()
    assert verdict.size == 8
    assert max(verdict.run_s) == 32


@pytest.mark.parametrize(
    "run_s",
    [
        lambda items: 0.004 * items,
        lambda items: 0.0043 * items - 0.0003,  # MobileNetV2: 0.92
        lambda items: 0.018 * items + 0.002,  # Basic Pitch: 1.10
        lambda items: 0.2 * items,
    ],
)
def test_convolutions_stay_apart_and_it_is_said(run_s: Callable[[int], float]) -> None:
    """Two items are not better than one, so that no more are tried."""
    machine = Machine(run_s)
    verdict = machine.judge()
    assert verdict.size == 1
    assert verdict.reason.startswith("to run items together would not pay here (1 in ")
    assert max(machine.sizes) == 2


def test_a_model_that_is_done_before_anybody_could_wait_stays_apart() -> None:
    """Two switches of threads take longer than digits."""
    verdict = Machine(lambda _: HANDOVER_S / 10).judge()
    assert verdict.size == 1
    assert "takes only 0.01 ms" in verdict.reason


def test_a_bad_moment_does_not_decide() -> None:
    """A neighbour takes the CPU while two and four items are measured; later he is gone."""
    machine = Machine(lambda _: 0.0)
    machine._run_s = lambda items: (
        (0.0039 + 0.0001 * items) * (5 if items in (2, 4) and not machine.paused_s else 1)
    )
    assert machine.judge().size == 64
    assert machine.paused_s > 0


def test_the_owners_wish_is_done_at_a_size_that_is_known() -> None:
    """BATCHING: True, on a model where it does not pay."""
    assert Machine(lambda items: 0.004 * items).judge(anyway=True).size == 2
    assert Machine(lambda items: 0.004 * items).judge(anyway=True, most_items=1).size == 1
    assert Machine(lambda _: HANDOVER_S / 10).judge(anyway=True).size == 64


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda x: x + x.mean(axis=0), "depends on the other items of the batch"),
        (lambda x: x + 1e-3 * (len(x) - 1), "differs by more than 1e-05"),
        (lambda x: x.mean(axis=0), "does not hold one answer for each item"),
        (lambda x: x * 0, "answers to different inputs are equal"),
    ],
)
def test_answers_that_a_batch_would_change_are_never_batched(
    answer: Callable[[Array], Array], reason: str
) -> None:
    """However much faster it would be, and whatever the owner wishes."""
    for anyway in (False, True):
        machine = Machine(lambda _: 0.004, answer)
        verdict = machine.judge(anyway=anyway)
        assert verdict.size == 1
        assert reason in verdict.reason


def test_a_real_model_answers_in_a_batch_as_alone(tmp_path: Path) -> None:
    """Within what another order of additions changes; the sizes that were tried say so."""
    path = zoo.dense(tmp_path / "m.onnx", (64, 512, 512, 8))
    model = runtimes.load("onnx", path, LoadOptions(threads=1))
    rows = Rows([], {"x": np.zeros((1, 64), np.float32)})
    verdict = judge(
        Timings(run := lambda inputs: model.run("serving_default", inputs), rows),
        run,
        rows,
        most_items=8,
        anyway=True,
        pause=lambda _: None,
    )
    assert verdict.size > 1, verdict.reason


def test_rows_are_a_bundles_samples_first() -> None:
    """Item by item; then others that differ from all of them, always the same."""
    sample = {"x": np.arange(6, dtype=np.float32).reshape(2, 3)}
    rows = Rows([sample], {})
    found = rows.first(5)
    assert [row["x"].shape for row in found] == [(1, 3)] * 5
    np.testing.assert_array_equal(np.concatenate([row["x"] for row in found[:2]]), sample["x"])
    assert len({row["x"].tobytes() for row in found}) == 5
    again = Rows([sample], {}).first(5)
    assert [row["x"].tobytes() for row in again] == [row["x"].tobytes() for row in found]
    assert all(row["x"].dtype == np.float32 for row in found)


def test_rows_of_words_hold_no_word_that_the_sample_does_not() -> None:
    """An index beyond a vocabulary would fail, and a made-up one would mean nothing."""
    sample = {"ids": np.arange(8, dtype=np.int64).reshape(1, 8)}
    found = Rows([sample], {}).first(4)
    assert all(sorted(row["ids"][0].tolist()) == list(range(8)) for row in found)
    assert len({row["ids"].tobytes() for row in found}) == 4


def test_samples_of_another_shape_are_left_out() -> None:
    """Two texts of different length are never one batch."""
    samples = [{"ids": np.ones((1, 4), np.int64)}, {"ids": np.ones((1, 9), np.int64)}]
    assert {row["ids"].shape for row in Rows(samples, {}).first(3)} == {(1, 4)}
