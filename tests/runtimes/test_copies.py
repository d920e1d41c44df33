"""Copies of a model, one for each thread, as one model."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.pitch import LITERT, ONNX, WINDOW
from tests.serving.test_model import DOUBLE
from wherry import runtimes
from wherry.runtimes import lanes
from wherry.runtimes.copies import Copies
from wherry.runtimes.protocol import LoadOptions
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.tensors import Array
from wherry.testing import FakeModel


class Alone(FakeModel):
    """A copy that notices when two callers are in it at once."""

    def __init__(self) -> None:
        super().__init__({"serving_default": DOUBLE}, lambda inputs: {"y": inputs["x"] * 2})
        self.inside = threading.Lock()
        self.closed = False

    def close(self) -> None:
        assert not self.inside.locked()
        self.closed = True

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        assert self.inside.acquire(blocking=False)
        try:
            return super().run(signature, inputs)
        finally:
            self.inside.release()


def test_each_copy_has_one_caller_at_a_time_and_each_caller_its_own_answer() -> None:
    """Many callers, two copies: nobody is mixed up, and both copies work."""
    copies = [Alone(), Alone()]
    subject = Copies(copies)
    rows = [np.full((1, 2), number, np.float32) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda row: subject.run("serving_default", {"x": row}), rows))
    for row, answer in zip(rows, answers, strict=True):
        np.testing.assert_array_equal(answer["y"], row * 2)
    assert sum(len(copy.calls) for copy in copies) == 200


def test_a_lone_caller_stays_with_one_copy() -> None:
    """Its weights are in the CPU's caches; the other's are not."""
    copies = [Alone(), Alone()]
    subject = Copies(copies)
    for _ in range(10):
        subject.run("serving_default", {"x": np.ones((1, 2), np.float32)})
    assert sorted(len(copy.calls) for copy in copies) == [0, 10]


def test_copies_that_are_too_many_are_closed_when_nobody_runs_them() -> None:
    """Callers go on meanwhile, with the answers that are theirs."""
    copies = [Alone() for _ in range(4)]
    subject = Copies(copies)
    rows = [np.full((1, 2), number, np.float32) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda row: subject.run("serving_default", {"x": row}), rows)
        subject.keep(1)
        for row, answer in zip(rows, answers, strict=True):
            np.testing.assert_array_equal(answer["y"], row * 2)
    assert len(subject) == 1
    assert sorted(copy.closed for copy in copies) == [False, True, True, True]


@pytest.mark.parametrize(("ratio", "lanes_each"), [(1.0, 2), (0.0, 1)])
def test_a_model_leaves_other_processes_their_part(
    monkeypatch: pytest.MonkeyPatch, ratio: float, lanes_each: int
) -> None:
    """Of the CPUs and of the memory; it answers as before, and so does what is loaded later."""
    monkeypatch.setattr(lanes, "COPIES_RATIO", 1.0)
    served = ServedModel("pitch", ModelOptions(path=LITERT))
    served.configure(LoadOptions(threads=2), None)
    window = np.random.default_rng(5).normal(size=(1, WINDOW, 1)).astype(np.float32)
    before = served.predict(window)
    assert served.lanes == 2
    monkeypatch.setattr(lanes, "COPIES_RATIO", ratio)
    assert served.anonymous_bytes is not None
    assert served.spare_bytes(2) == served.anonymous_bytes * (2 - lanes_each) // 2
    served.share_cpus(2)
    assert served.lanes == lanes_each
    assert served.spare_bytes(2) == 0
    loaded = served._require().loaded
    assert isinstance(loaded, Copies)
    assert len(loaded) == lanes_each
    np.testing.assert_array_equal(served.predict(window)["note"], before["note"])
    served.close()


@pytest.mark.parametrize("path", [LITERT, ONNX])
def test_a_model_loaded_beside_others_takes_its_part(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    """Two callers of four CPUs and one more, where a process alone has four."""
    monkeypatch.setattr(lanes, "COPIES_RATIO", 1.0)
    for processes, callers in ((1, 4), (2, 3)):
        served = ServedModel("pitch", ModelOptions(path=path))
        served.configure(LoadOptions(threads=4, processes=processes), None)
        served.load()
        assert served.lanes == callers
        served.close()


@pytest.mark.parametrize(("ratio", "copied"), [(1.0, True), (-1.0, False)])
def test_copies_are_made_where_they_fit(
    monkeypatch: pytest.MonkeyPatch, ratio: float, *, copied: bool
) -> None:
    """And answer as the runtime does on one thread. Nothing fits into less than nothing."""
    monkeypatch.setattr(lanes, "COPIES_RATIO", ratio)
    served = ServedModel("pitch", ModelOptions(path=LITERT))
    served.configure(LoadOptions(threads=2), None)
    window = np.random.default_rng(5).normal(size=(1, WINDOW, 1)).astype(np.float32)
    answer = served.predict(window)
    assert isinstance(served._require().loaded, Copies) is copied
    if copied:
        direct = runtimes.load("litert", LITERT, LoadOptions(threads=1))
        expected = direct.run("serving_default", {"input_2": window})
        np.testing.assert_array_equal(answer["note"], expected["note"])
    served.close()
