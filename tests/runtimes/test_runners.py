"""Threads that run a model, each its own copy, as one model."""

import os
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.pitch import LITERT, WINDOW
from tests.serving.test_model import DOUBLE
from wherry import runtimes
from wherry.errors import ExecutionFailed, InvalidInput
from wherry.runtimes import lanes
from wherry.runtimes.protocol import LoadOptions
from wherry.runtimes.runners import NICENESS, Runners
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.tensors import Array
from wherry.testing import FakeModel


class Alone(FakeModel):
    """A copy that notices when two callers are in it at once."""

    def __init__(self) -> None:
        super().__init__({"serving_default": DOUBLE}, lambda inputs: {"y": inputs["x"] * 2})
        self.inside = threading.Lock()
        self.threads: set[int] = set()
        self.closed = 0

    def close(self) -> None:
        assert not self.inside.locked()
        self.closed += 1

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        assert self.inside.acquire(blocking=False)
        self.threads.add(threading.get_native_id())
        try:
            return super().run(signature, inputs)
        finally:
            self.inside.release()


def test_each_copy_has_one_caller_at_a_time_and_each_caller_its_own_answer() -> None:
    """Many callers, two copies: nobody is mixed up, and both copies work."""
    copies = [Alone(), Alone()]
    subject = Runners(copies)
    rows = [np.full((1, 2), number, np.float32) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda row: subject.run("serving_default", {"x": row}), rows))
    for row, answer in zip(rows, answers, strict=True):
        np.testing.assert_array_equal(answer["y"], row * 2)
    assert sum(len(copy.calls) for copy in copies) == 200


def test_a_lone_caller_stays_with_one_copy() -> None:
    """Its weights are in the CPU's caches; the other's are not."""
    copies = [Alone(), Alone()]
    subject = Runners(copies)
    for _ in range(10):
        subject.run("serving_default", {"x": np.ones((1, 2), np.float32)})
    assert sorted(len(copy.calls) for copy in copies) == [0, 10]


def test_each_copy_has_one_thread_that_lets_others_go_first() -> None:
    """On Linux; the threads of the callers are as before."""
    copies = [Alone(), Alone()]
    subject = Runners(copies)
    row = np.ones((1, 2), np.float32)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: subject.run("serving_default", {"x": row}), range(50)))
    for copy in copies:
        assert len(copy.threads) <= 1
    (thread,) = copies[1].threads or copies[0].threads
    assert thread != threading.get_native_id()
    if sys.platform.startswith("linux"):
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, thread) == min(own + NICENESS, 19)
    subject.close()


def test_what_a_run_raises_is_raised_to_its_caller_alone() -> None:
    """And the thread goes on."""

    def answer(inputs: dict[str, Array]) -> dict[str, Array]:
        if inputs["x"][0, 0] < 0:
            raise InvalidInput("negative")
        return {"y": inputs["x"]}

    subject = Runners([FakeModel({"serving_default": DOUBLE}, answer)])
    for number in (1, -1, 2):
        row = np.full((1, 2), number, np.float32)
        if number < 0:
            with pytest.raises(InvalidInput, match="negative"):
                subject.run("serving_default", {"x": row})
        else:
            np.testing.assert_array_equal(subject.run("serving_default", {"x": row})["y"], row)


def test_closing_answers_who_was_let_in_and_refuses_who_comes_later() -> None:
    """Every copy is closed once, one that all threads share as well, and the threads end."""
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Alone):
        concurrent = True

        def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
            begun.set()
            assert go_on.wait(60)
            return FakeModel.run(self, signature, inputs)

    shared = Slow()
    subject = Runners([shared, shared])
    row = np.ones((1, 2), np.float32)
    with ThreadPoolExecutor(6) as pool:
        answers = [
            pool.submit(subject.run, "serving_default", {"x": row * each}) for each in range(5)
        ]
        assert begun.wait(60)
        while len(subject._waiting) < 3:
            time.sleep(0.001)
        closing = pool.submit(subject.close)
        while not subject._closed:
            time.sleep(0.001)
        with pytest.raises(ExecutionFailed, match="closed"):
            subject.run("serving_default", {"x": row})
        assert not shared.closed
        go_on.set()
        closing.result(60)
        for each, answer in enumerate(answers):
            np.testing.assert_array_equal(answer.result(60)["y"], row * each * 2)
    assert shared.closed == 1
    assert not any(thread.is_alive() for thread in subject._threads)


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
    assert isinstance(served._require().loaded, Runners) is copied
    if copied:
        direct = runtimes.load("litert", LITERT, LoadOptions(threads=1))
        expected = direct.run("serving_default", {"input_2": window})
        np.testing.assert_array_equal(answer["note"], expected["note"])
    served.close()
