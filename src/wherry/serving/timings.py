"""The fastest runs of batches of each size, on a host that has other work on its CPUs."""

import math
import time
from collections.abc import Callable
from typing import Final

from wherry.serving.batching import Run, merge
from wherry.serving.specimens import Rows

LEAST_RUNS: Final = 3
MOST_RUNS: Final = 9
BUDGET_S: Final = 0.03
# Where the calling thread has worked for so much of any run, it works all the time that it is not
# kept from it, and its own time is the run's, whoever else is on the CPU.
WORKING_RATIO: Final = 0.8


class Timings:
    """What runs took at best, by number of items.

    Batches are seldom of one size twice in a row, and a runtime may prepare itself for each size
    anew: LiteRT plans its memory, and cuDNN each convolution, which takes it a second and more for
    MobileNetV2 (an H100: 1,000 requests/s one by one, 11 in batches of any size). So each batch
    is timed right after a run of another size.

    The time that counts is the calling thread's own where it does the work, as with LiteRT and
    ONNX Runtime; where others do it, as in TensorFlow's library, it is what a wall clock shows.
    """

    def __init__(
        self,
        run: Run,
        rows: Rows,
        *,
        wall: Callable[[], float] = time.perf_counter,
        thread: Callable[[], float] = time.thread_time,
    ) -> None:
        self._run = run
        self._rows = rows
        self._wall = wall
        self._thread = thread
        self._wall_s: dict[int, float] = {}
        self._thread_s: dict[int, float] = {}
        self._works = False

    def measure(self, size: int) -> float:
        """Run batches of a size some times more; return the fastest that was ever seen."""
        inputs, single = merge(self._rows.first(size)), merge(self._rows.first(1))
        spent_s = 0.0
        for done in range(MOST_RUNS):
            if done >= LEAST_RUNS and spent_s > BUDGET_S:
                break
            if size > 1:
                self._run(single)
            wall, thread = self._wall(), self._thread()
            self._run(inputs)
            wall_s, thread_s = self._wall() - wall, self._thread() - thread
            self._works = self._works or thread_s > WORKING_RATIO * wall_s
            self._wall_s[size] = min(wall_s, self._wall_s.get(size, math.inf))
            self._thread_s[size] = min(thread_s, self._thread_s.get(size, math.inf))
            spent_s += wall_s
        return self.fastest_s[size]

    @property
    def fastest_s(self) -> dict[int, float]:
        """Seconds of the fastest run of each size that was measured."""
        return self._thread_s if self._works else self._wall_s
