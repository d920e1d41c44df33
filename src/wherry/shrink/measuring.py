"""Measure candidates as they would be served on a dyno, each in fresh processes.

Candidates take turns: a round starts a fresh process for each, so that a machine that is slow for
a minute is slow for all of them. Three rounds at least; candidates whose latency has not shown
itself twice by then get more.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from wherry.errors import WherryError
from wherry.platforms.heroku import MIB, DynoType
from wherry.runtimes.onnx.external import external_files
from wherry.shrink.candidates import Candidate, Failure, Kind
from wherry.shrink.feeding import Feeding, feeding
from wherry.shrink.measured_process import Job
from wherry.shrink.records import Measurement, Samples
from wherry.shrink.watched import Broke, Watched, watch
from wherry.tensors import Array, Signature

type Told = Callable[[Kind, int], None]
"""Called with a candidate and the number of the round (from 1) before it is measured."""

# Compressed as a slug is (tar, gzip -6), with what they need beyond Django, numpy and orjson:
# ai-edge-litert 2.3.0 with ml_dtypes, flatbuffers, protobuf, tqdm; onnxruntime 1.32.0 with
# flatbuffers, protobuf, packaging, measured on x86-64 Linux, 2026-11-25; the two stripped libraries
# of tensorflow-cpu 2.21.0, measured likewise on 2026-11-23.
SLUG_BYTES: Mapping[str, int] = {
    "litert": 27 * 10**6,
    "onnx": 28 * 10**6,
    "tensorflow": 172 * 10**6,
}
SITE_ANONYMOUS_BYTES = 60 * MIB
"""What a Django site takes besides: 37 MB with numpy once imported, more under granian's
supervisor and worker. Whether a candidate fits is judged with it."""

BATCHES = (1, 8)
_FEWEST_ROUNDS, _MOST_ROUNDS = 3, 6
# The two fastest rounds of a candidate agree within this when its latency has been seen: as near
# as candidates that count as equal.
_SETTLED_RATIO = 0.05
_MOST_SAMPLES = 64
_MOST_SAMPLES_BYTES = 64 * MIB


@dataclass(frozen=True, slots=True)
class Plan:
    """How thoroughly to measure.

    Attributes:
        timing_s: Seconds to spend on each timing of a round.
        budget_s: After so many seconds a candidate gets no further round.
        timeout_s: A process that takes longer is stopped.
        rounds: The fewest and the most rounds.
    """

    timing_s: float = 0.4
    budget_s: float = 60.0
    timeout_s: float = 180.0
    rounds: tuple[int, int] = (_FEWEST_ROUNDS, _MOST_ROUNDS)


QUICK = Plan(timing_s=0.15, budget_s=10.0, rounds=(1, 1))
"""One short round."""


@dataclass(slots=True)
class _Case:
    """One candidate while it is measured."""

    candidate: Candidate
    job: Job
    found: list[Watched] = field(default_factory=list)
    reason: str | None = None

    @property
    def spent_s(self) -> float:
        return sum(watched.wall_s for watched in self.found)

    @property
    def over_quota(self) -> bool:
        return any(watched.over_quota for watched in self.found)

    def medians(self, batch: int) -> list[float]:
        """The median seconds of each round, fastest first."""
        return sorted(
            statistics.median(watched.runs_s[batch])
            for watched in self.found
            if watched.runs_s.get(batch)
        )


def measure_all(
    candidates: Sequence[Candidate],
    signature: Signature,
    samples: Samples,
    dyno: DynoType,
    work: Path,
    *,
    cpus: Sequence[int],
    plan: Plan | None = None,
    tell: Told | None = None,
) -> tuple[dict[Kind, Measurement], tuple[Failure, ...]]:
    """Measure candidates in turns under a dyno's limits, on samples of the original's signature.

    ``cpus`` are the numbers of the CPUs that this process may use; the dyno's are as many of them
    as it shows. ``work`` is a folder in which one is made for the time being, for the samples and
    the processes' messages.

    Returns the measurements by kind, and a failure for each candidate that could not be measured.
    """
    plan = plan or Plan()
    cases: list[_Case] = []
    failures: list[Failure] = []
    few = _few(samples)
    with TemporaryDirectory(prefix="measuring-", dir=work) as folder:
        for candidate in candidates:
            try:
                way = feeding(candidate.signatures, signature, samples.inputs)
                way.inputs(few, [0])
                job = _job(candidate, way, _write(few, way, Path(folder)), dyno, cpus, plan)
                cases.append(_Case(candidate, job))
            except WherryError as error:
                failures.append(Failure(candidate.kind, str(error)))
        _take_turns(cases, dyno, Path(folder), plan, tell)
    failures += [Failure(c.candidate.kind, c.reason) for c in cases if c.reason is not None]
    return {c.candidate.kind: _summary(c, dyno) for c in cases if c.reason is None}, tuple(failures)


def _take_turns(
    cases: Sequence[_Case], dyno: DynoType, work: Path, plan: Plan, tell: Told | None
) -> None:
    fewest, most = plan.rounds
    for turn in range(1, most + 1):
        for case in cases:
            if case.reason is not None or case.over_quota:
                continue
            if turn > 1 and case.spent_s > plan.budget_s:
                continue
            if turn > fewest and _settled(case):
                continue
            if tell is not None:
                tell(case.candidate.kind, turn)
            try:
                watched = watch(case.job, dyno.memory_bytes, plan.timeout_s, work)
            except Broke as broke:
                # A second try would tell a crash that always happens from one that happens once,
                # and neither belongs in front of users.
                case.reason = str(broke)
                continue
            case.found.append(watched)


def _settled(case: _Case) -> bool:
    medians = case.medians(case.job.batches[0])
    return len(medians) >= 2 and medians[1] <= medians[0] * (1 + _SETTLED_RATIO)


def _summary(case: _Case, dyno: DynoType) -> Measurement:
    """Put the rounds together.

    Other work on the machine only ever makes a run slower, so that the fastest round's median is
    nearest to the candidate's own time. Loading and memory are medians of the rounds.
    """
    found = case.found
    latency_s = {b: medians[0] for b in case.job.batches if (medians := case.medians(b))}
    added = int(statistics.median(watched.added_bytes for watched in found))
    peak = max(watched.peak_bytes for watched in found)
    needed = max(added + SITE_ANONYMOUS_BYTES, 0)
    return Measurement(
        file_bytes=file_bytes(case.candidate),
        slug_bytes=SLUG_BYTES.get(case.candidate.kind.runtime, 0),
        load_s=statistics.median(watched.load_s for watched in found),
        anonymous_bytes=max(0, added),
        pss_bytes=int(statistics.median(watched.pss_bytes for watched in found)),
        latency_s=latency_s,
        predictions_per_s=max(watched.per_s for watched in found),
        spread=_spread(case),
        fits=not case.over_quota and needed <= dyno.memory_bytes and peak <= dyno.memory_bytes,
    )


def _spread(case: _Case) -> float:
    """Return the middle half of the runs of the fastest round, as a part of their median."""
    batch = case.job.batches[0]
    rounds = [w.runs_s[batch] for w in case.found if w.runs_s.get(batch)]
    if not rounds:
        return 0.0
    low, middle, high = np.percentile(min(rounds, key=statistics.median), (25, 50, 75))
    return float((high - low) / middle) if middle > 0 else 0.0


def file_bytes(candidate: Candidate) -> int:
    """Return the bytes of a candidate's files: its weights beside it as well."""
    model = candidate.model
    if model.is_dir():
        return sum(path.stat().st_size for path in model.rglob("*") if path.is_file())
    beside = external_files(model) if candidate.kind.runtime == "onnx" else []
    return sum(path.stat().st_size for path in (model, *beside))


def visible_cpus(dyno: DynoType, cpus: Sequence[int]) -> tuple[int, ...]:
    """Return as many of the CPUs as the dyno shows, one at least."""
    return tuple(islice(sorted(cpus), max(1, int(dyno.cpus))))


def _few(samples: Samples) -> dict[str, Array]:
    """Return the samples that timings go round: enough to differ, few enough to hold."""
    total = sum(array.nbytes for array in samples.inputs.values())
    fitting = _MOST_SAMPLES_BYTES // max(1, total // samples.count)
    count = max(1, min(_MOST_SAMPLES, fitting, samples.count))
    rows = np.linspace(0, samples.count - 1, count).astype(np.int64)
    return {name: array[rows] for name, array in samples.inputs.items()}


def _write(few: Mapping[str, Array], way: Feeding, work: Path) -> Path:
    """Write the samples for the processes, once for each order of inputs."""
    names = [spec.name for spec in way.signature.inputs]
    path = work / f"samples-{'-'.join(str(sorted(names).index(name)) for name in names)}.npz"
    if not path.exists():
        arrays: dict[str, Any] = {}
        for place, name in enumerate(names):
            array = few[name]
            arrays[f"input-{place}"] = array.astype("S") if array.dtype.hasobject else array
        np.savez(path, **arrays)
    return path


def _job(
    candidate: Candidate,
    way: Feeding,
    arrays: Path,
    dyno: DynoType,
    cpus: Sequence[int],
    plan: Plan,
) -> Job:
    return Job(
        runtime=candidate.kind.runtime,
        model=str(candidate.model),
        signature=way.signature.name,
        inputs=tuple((s.name, s.datatype.value, s.shape) for s in way.signature.inputs),
        mode=way.mode.name,
        arrays=str(arrays),
        batches=BATCHES if way.batches else BATCHES[:1],
        cpus=visible_cpus(dyno, cpus),
        memory_bytes=dyno.memory_bytes,
        timing_s=plan.timing_s,
    )
