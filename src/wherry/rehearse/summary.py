"""From what was kept to what the report shows: steps, boots, memory, requests."""

from collections.abc import Iterator, Mapping
from typing import Final

from wherry.rehearse.events import MemorySample, StepBegun, StepEnded
from wherry.rehearse.record import Kind, Record, quantile
from wherry.rehearse.rehearsal import (
    Boot,
    MemoryCurve,
    MemoryPoint,
    Moment,
    RequestKind,
    Step,
)

_MOST_POINTS: Final = 1_000
_STEP_S: Final = 0.5
_UNTIMED: Final = frozenset(("launched",))


def steps(record: Record, begun_at: float) -> tuple[Step, ...]:
    """Return the steps in their order; one that never ended was interrupted."""
    found = []
    open_: dict[str, StepBegun] = {}
    for event in record.steps:
        if isinstance(event, StepBegun):
            open_[event.name] = event
        elif event.name in open_:
            found.append(_step(open_.pop(event.name), event, begun_at))
    return tuple(sorted(found, key=lambda step: step.since_s))


def _step(begun: StepBegun, ended: StepEnded, begun_at: float) -> Step:
    return Step(
        begun.name,
        max(0.0, begun.at - begun_at),
        max(0.0, ended.at - begun.at),
        ended.ok,
        ended.detail or begun.detail,
    )


def boots(record: Record, commands: Mapping[str, str]) -> tuple[Boot, ...]:
    """Return how each dyno started, the first time that it did."""
    return tuple(_boot(dyno, record, commands) for dyno in dict.fromkeys(_started(record)))


def _started(record: Record) -> Iterator[str]:
    for step in record.boots:
        if not step.dyno.startswith("release"):
            yield step.dyno


def _boot(dyno: str, record: Record, commands: Mapping[str, str]) -> Boot:
    moments: dict[str, float] = {}
    launched_at = None
    for step in record.boots:
        if step.dyno == dyno:
            if step.name == "launched" and launched_at is not None:
                break  # a later start of the same dyno
            if step.name == "launched":
                launched_at = step.at
            moments.setdefault(step.name, step.since_s)
    answered = record.first_answers.get(dyno)
    if launched_at is not None and answered is not None and answered > launched_at:
        moments.setdefault("first answer", answered - launched_at)
    states = [change.after for change in record.states if change.dyno == dyno]
    port = next((bound.port for bound in record.ports if bound.dyno == dyno), None)
    return Boot(
        dyno=dyno,
        command=commands.get(dyno.partition(".")[0], ""),
        moments=tuple(
            Moment(name, since)
            for name, since in sorted(moments.items(), key=lambda item: item[1])
            if name not in _UNTIMED
        ),
        state=_state(states),
        port=port,
    )


def _state(states: list[str]) -> str:
    """Return what a start came to; how the dyno was ended later is no part of it."""
    return next((state for state in states if state in ("up", "crashed")), "starting")


def memory(
    record: Record, begun_at: float, first_traffic_at: float | None
) -> tuple[MemoryCurve, ...]:
    """Return each dyno's memory over time, the web dynos' first."""
    curves = [
        MemoryCurve(
            dyno=dyno,
            points=tuple(_points(samples, begun_at)),
            peak_bytes=max(one.total_bytes for one in samples),
            idle_bytes=_idle(samples, first_traffic_at) if dyno.startswith("web") else None,
        )
        for dyno, samples in record.samples.items()
        if samples
    ]
    return tuple(sorted(curves, key=lambda curve: (not curve.dyno.startswith("web"), curve.dyno)))


def _points(samples: list[MemorySample], begun_at: float) -> Iterator[MemoryPoint]:
    """Yield the largest sample of each moment: a peak is what the platform acts on.

    While a dyno drains and the next one of its name starts, both are counted apart, and the larger
    one is shown.
    """
    lasts = samples[-1].at - samples[0].at
    step_s = max(_STEP_S, lasts / _MOST_POINTS)
    moments: dict[int, MemorySample] = {}
    for one in samples:
        moment = int((one.at - samples[0].at) / step_s)
        known = moments.get(moment)
        if known is None or one.total_bytes > known.total_bytes:
            moments[moment] = one
    for one in moments.values():
        yield MemoryPoint(
            since_s=max(0.0, one.at - begun_at),
            total_bytes=one.total_bytes,
            anonymous_bytes=one.anonymous_bytes,
            shared_bytes=one.shared_bytes,
            swap_bytes=one.swap_bytes,
            cache_bytes=one.cache_bytes,
            processes=one.processes,
            threads=one.threads,
        )


def _idle(samples: list[MemorySample], first_traffic_at: float | None) -> int | None:
    before = [
        one.total_bytes for one in samples if first_traffic_at is None or one.at < first_traffic_at
    ]
    return max(before, default=None)


def kinds(record: Record) -> tuple[RequestKind, ...]:
    """Return the requests by method and path, those that failed first, then the slowest."""
    found = [_kind(kind) for kind in record.kinds.values()]
    return tuple(sorted(found, key=lambda kind: (-sum(kind.codes.values()), -kind.p99_s)))


def _kind(kind: Kind) -> RequestKind:
    times = kind.services_s
    return RequestKind(
        method=kind.method,
        path=kind.path,
        count=len(times),
        statuses=dict(sorted(kind.statuses.items())),
        codes=dict(sorted(kind.codes.items())),
        p50_s=quantile(times, 0.50),
        p95_s=quantile(times, 0.95),
        p99_s=quantile(times, 0.99),
        max_s=max(times, default=0.0),
    )
