"""Times of runs: the thread's own where it works, the wall's where others do."""

import numpy as np

from wherry.serving.specimens import Rows
from wherry.serving.timings import MOST_RUNS, Timings
from wherry.tensors import Array


class Host:
    """Two clocks, and runs that a neighbour may lengthen."""

    def __init__(self, works_s: float, waits_s: list[float]) -> None:
        self.wall, self.thread = 0.0, 0.0
        self._works_s, self._waits_s = works_s, waits_s
        rows = Rows([], {"x": np.zeros((1, 2), np.float32)})
        self.timings = Timings(self.run, rows, wall=lambda: self.wall, thread=lambda: self.thread)
        self.runs = 0

    def run(self, inputs: dict[str, Array]) -> dict[str, Array]:
        works_s = self._works_s * len(inputs["x"])
        self.thread += works_s
        self.wall += works_s + self._waits_s[self.runs % len(self._waits_s)]
        self.runs += 1
        return inputs


def test_a_thread_that_is_kept_from_its_work_is_timed_by_its_own_clock() -> None:
    """Every batch is disturbed, and one single run is not: that is enough to know who works."""
    host = Host(0.002, [0.0, *[0.05] * 100])
    assert host.timings.measure(1) == 0.002
    assert abs(host.timings.measure(4) - 0.008) < 1e-9


def test_work_that_others_do_is_timed_by_the_wall_clock() -> None:
    """TensorFlow's library runs on threads of its own."""
    host = Host(0.00001, [0.004])
    assert abs(host.timings.measure(1) - 0.00401) < 1e-9


def test_the_fastest_of_all_measurements_counts() -> None:
    """A later one may only be better."""
    host = Host(0.002, [0.0005])
    before = host.timings.measure(1)
    host._works_s = 0.001
    assert host.timings.measure(1) < before
    host._works_s = 0.01
    assert host.timings.measure(1) < before


def test_short_runs_are_repeated_more_often_than_long_ones() -> None:
    """A trial is not to take longer than a moment."""
    short, long = Host(0.0001, [0.0]), Host(0.2, [0.0])
    short.timings.measure(1)
    long.timings.measure(1)
    assert short.runs == MOST_RUNS
    assert long.runs == 3


def test_what_a_runtime_needs_for_another_size_counts() -> None:
    """It would be paid by most batches; single items, where nothing is batched, never change."""
    host = Host(0.001, [0.0])
    planned = [1]

    def run(inputs: dict[str, Array]) -> dict[str, Array]:
        if len(inputs["x"]) != planned[0]:
            planned[0] = len(inputs["x"])
            host.thread += 0.5
            host.wall += 0.5
        return host.run(inputs)

    host.timings._run = run
    assert host.timings.measure(1) == 0.001
    assert abs(host.timings.measure(4) - 0.504) < 1e-9
    assert abs(host.timings.measure(1) - 0.001) < 1e-9
