"""A process that loads one candidate, runs it, and says what that took.

It reads one job as JSON from its standard input and writes an event a line to its standard output.
Latencies are those of one caller on one CPU, so that runtimes are compared alike: what a run takes
when all CPUs are busy. For the rate and the memory the candidate is loaded and run as the server
would with one process (see ``runtimes.lanes``), on the CPUs that the job names.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from wherry import runtimes
from wherry.errors import WherryError
from wherry.platforms.memory import read_memory
from wherry.runtimes.lanes import FAST_RUN_S, fitting_copies
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.shrink.feeding import Feeding, Mode
from wherry.tensors import Array, Datatype, Signature, TensorSpec

_FEWEST_RUNS, _MOST_RUNS = 3, 5000
# After so long even fewer runs have to do.
_LONG_TIMING_S = 5.0


@dataclass(frozen=True, slots=True)
class Job:
    """What the process is to do.

    Attributes:
        runtime: The name of the candidate's runtime.
        model: Its file, or folder.
        signature: Name, inputs and outputs of its signature: (name, datatype, shape) each.
        mode: What one run takes, the name of a ``feeding.Mode``.
        arrays: A file of samples; its array of index i is that of input i.
        batches: The batch sizes to time, the smallest first.
        cpus: The CPUs to run on, by number.
        memory_bytes: The quota; copies of a model have to stay small beside it.
        timing_s: Seconds to spend on each timing.
    """

    runtime: str
    model: str
    signature: str
    inputs: tuple[tuple[str, str, tuple[int, ...] | None], ...]
    mode: str
    arrays: str
    batches: tuple[int, ...]
    cpus: tuple[int, ...]
    memory_bytes: int
    timing_s: float

    def to_json(self) -> str:
        """Write the job as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Job":
        """Read what ``to_json`` wrote."""
        fields = json.loads(text)
        fields["inputs"] = tuple(
            (name, datatype, None if shape is None else tuple(shape))
            for name, datatype, shape in fields["inputs"]
        )
        return cls(**fields)

    @property
    def feeding(self) -> Feeding:
        """How the candidate is run on the samples."""
        specs = tuple(TensorSpec(n, Datatype(d), shape) for n, d, shape in self.inputs)
        return Feeding(Signature(self.signature, specs, ()), Mode[self.mode])


@dataclass(frozen=True, slots=True)
class _Lanes:
    """The models that answer, each run by one caller at a time.

    ``more`` is how many copies the other processes of a server would hold besides.
    """

    models: Sequence[LoadedModel]
    more: int = 0


def main() -> int:
    """Do the job on standard input and return the exit code."""
    events = _own_stdout()
    job = Job.from_json(sys.stdin.readline())
    os.sched_setaffinity(0, job.cpus)
    try:
        _measure(job, events)
    except WherryError as error:
        _tell(events, "failed", reason=str(error))
    except MemoryError:
        _tell(events, "failed", reason="It needs more memory than this machine has.")
    return 0


def _own_stdout() -> TextIO:
    """Keep standard output for the events: what libraries print goes to standard error."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return events


def _tell(events: TextIO, event: str, **values: Any) -> None:
    events.write(json.dumps({"event": event, **values}) + "\n")
    events.flush()


def _measure(job: Job, events: TextIO) -> None:
    way = job.feeding
    samples = _read_samples(job)
    smallest, *larger = job.batches
    alone = _feeds(way, samples, smallest)
    before = read_memory()
    started = time.perf_counter()
    model = _load(job, len(job.cpus) if job.runtime == "tensorflow" else 1)
    model.run(job.signature, alone[0])
    _tell(events, "loaded", load_s=time.perf_counter() - started)
    runs_s = _time(model, job, alone)
    _tell(events, "timed", batch=smallest, runs_s=runs_s)
    lanes = _as_served(job, model, min(runs_s), before.anonymous_bytes if before else 0)
    for served in lanes.models:
        served.run(job.signature, alone[0])
        served.trim()
    rate = _rate(lanes, job, alone)
    after = read_memory()
    if before is not None and after is not None:
        _tell(
            events,
            "memory",
            added_bytes=after.anonymous_bytes - before.anonymous_bytes,
            pss_bytes=after.pss_bytes,
        )
    if lanes.more:
        lanes = _Lanes([*lanes.models, *(_load(job, 1) for _ in range(lanes.more))])
        rate = max(rate, _rate(lanes, job, alone))
    _tell(events, "rate", per_s=rate)
    if larger:
        one = model if model in lanes.models else _load(job, 1)
        for size in larger:
            _tell(events, "timed", batch=size, runs_s=_time(one, job, _feeds(way, samples, size)))
    _tell(events, "done")


def _read_samples(job: Job) -> dict[str, Array]:
    specs = job.feeding.signature.inputs
    with np.load(job.arrays, allow_pickle=False) as archive:
        arrays = {spec.name: archive[f"input-{i}"] for i, spec in enumerate(specs)}
    return {
        name: array.astype(object) if array.dtype.kind == "S" else array
        for name, array in arrays.items()
    }


def _feeds(way: Feeding, samples: Mapping[str, Array], size: int) -> list[dict[str, Array]]:
    """Return inputs for runs of ``size`` samples, which go round all of them."""
    count = len(next(iter(samples.values()))) if samples else 1
    runs = max(1, -(-count // size))
    return [
        way.inputs(samples, [row % count for row in range(run * size, (run + 1) * size)])
        for run in range(runs)
    ]


def _load(job: Job, threads: int) -> LoadedModel:
    return runtimes.load(job.runtime, Path(job.model), LoadOptions(threads=threads))


def _as_served(job: Job, model: LoadedModel, run_s: float, before_bytes: int) -> _Lanes:
    """Return the models that a server with one process would keep, ``model`` among them or closed.

    ``before_bytes`` is the process's anonymous memory before ``model`` was loaded.
    """
    cpus = len(job.cpus)
    if cpus == 1:
        return _Lanes([model])
    if model.concurrent:
        return _Lanes([model] * cpus)
    if run_s < FAST_RUN_S:
        return _Lanes([model], more=cpus - 1)
    now = read_memory()
    fitting = fitting_copies(now.anonymous_bytes - before_bytes, job.memory_bytes) if now else 0
    if fitting >= cpus:
        return _Lanes([model, *(_load(job, 1) for _ in range(cpus - 1))])
    model.close()
    return _Lanes([_load(job, cpus)])


def _time(model: LoadedModel, job: Job, feeds: Sequence[Mapping[str, Array]]) -> list[float]:
    """Time runs one after the other on one CPU, for as long as the job says."""
    model.run(job.signature, feeds[0])
    runs_s: list[float] = []
    _pin(job.cpus[:1])
    started = time.perf_counter()
    while len(runs_s) < _MOST_RUNS:
        runs_s.append(_seconds(model, job.signature, feeds[len(runs_s) % len(feeds)]))
        spent_s = time.perf_counter() - started
        if spent_s > _LONG_TIMING_S or (spent_s > job.timing_s and len(runs_s) >= _FEWEST_RUNS):
            break
    _pin(job.cpus)
    return runs_s


def _pin(cpus: Sequence[int]) -> None:
    """Keep every thread of this process, a runtime's own as well, to some CPUs."""
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it ended meanwhile
            os.sched_setaffinity(int(task.name), cpus)


def _seconds(model: LoadedModel, signature: str, feed: Mapping[str, Array]) -> float:
    started = time.perf_counter()
    model.run(signature, feed)
    return time.perf_counter() - started


def _rate(lanes: _Lanes, job: Job, feeds: Sequence[Mapping[str, Array]]) -> float:
    """Return runs per second: the better of one caller and one for each lane.

    Models that answer in microseconds are bound by Python, where callers only take turns.
    """
    rates = [_rate_of(lanes.models[:1], job, feeds)]
    if len(lanes.models) > 1:
        rates.append(_rate_of(lanes.models, job, feeds))
    return max(rates)


def _rate_of(
    models: Sequence[LoadedModel], job: Job, feeds: Sequence[Mapping[str, Array]]
) -> float:
    """Run all models at once; count the runs and the seconds of each caller by itself."""
    rates: list[float] = []
    failures: list[WherryError] = []
    ready = threading.Barrier(len(models))

    def call(model: LoadedModel) -> None:
        try:
            ready.wait()
            started = time.perf_counter()
            runs = 0
            while (elapsed := time.perf_counter() - started) < job.timing_s or not runs:
                model.run(job.signature, feeds[runs % len(feeds)])
                runs += 1
            rates.append(runs / elapsed)
        except WherryError as error:
            failures.append(error)

    callers = [threading.Thread(target=call, args=(model,)) for model in models]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    if failures:
        raise failures[0]
    return sum(rates)


if __name__ == "__main__":
    sys.exit(main())
