"""More memory than the quota: of how many processes, from when on, and whether it grows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from wherry.findings import Confidence, Evidence, Finding, How, LogSpan
from wherry.rehearse.events import MemorySample
from wherry.rehearse.judging.situation import Situation, finding, settled

_OPEN: Final = frozenset(("memory-quota-exceeded", "memory-limit-killed"))
_WORKER: Final = re.compile(r"Booting worker with pid: (\d+)|Started (?:server|child) process \[")
_GROWS_RATIO: Final = 1.10
"""Above its value at the first third of the traffic by so much at the end, and at no time less."""
_LEAST_REQUESTS: Final = 20
_LEAST_SAMPLES: Final = 12


@dataclass(frozen=True, slots=True)
class _Course:
    """A dyno's memory in numbers.

    Attributes:
        idle_bytes: Before the first request.
        workers: Processes that answer requests.
        grows: Whether it rose with the requests to the end.
    """

    dyno: str
    peak: MemorySample
    idle_bytes: int | None
    workers: int
    grows: bool


def settle(found: Finding, situation: Situation) -> Finding:
    """Settle which of several causes it is by the measured course."""
    if found.cause.name not in _OPEN:
        return found
    course = _worst(situation)
    return found if course is None else _settled(found, course, situation)


def missing(situation: Situation) -> Iterator[Finding]:
    """Yield what the log does not tell, on platforms that say nothing of a passed quota."""
    killed = any(ended.reason == "R15" for ended in situation.record.exits)
    passed = any(limit.limit == "memory" for limit in situation.record.limits)
    if killed or passed:
        name = "memory-limit-killed" if killed else "memory-quota-exceeded"
        where = situation.quoted("Error R15" if killed else "Error R14")
        yield settle(finding(name, where=where, confidence=Confidence.MEDIUM), situation)


def _settled(found: Finding, course: _Course, situation: Situation) -> Finding:
    quota = situation.limits.memory_bytes
    killed = found.cause.name == "memory-limit-killed"
    limit = situation.limits.kill_bytes if killed else quota
    # The kernel kills at the limit, between two counts.
    most = max(course.peak.total_bytes, limit or 0) if killed else course.peak.total_bytes
    evidence = list(_evidence(course, most, limit))
    # What explain read from the log is the same number, rounded.
    found = _without_read(found)
    used = f"{most / 1024 / 1024:.0f} MB"
    if killed and situation.first_traffic_at is None:
        # It never came to an answer: what it came to is what it needs.
        course = replace(course, idle_bytes=most)
    name = _cause(course, quota, situation) or found.cause.name
    if name == "too-many-workers":
        return settled(found, name, *evidence, workers=str(course.workers), memory=used)
    return settled(found, name, *evidence, used=used)


def _cause(course: _Course, quota: int | None, situation: Situation) -> str:
    if quota is None:
        return ""
    if course.grows and (course.idle_bytes or 0) < quota:
        return "memory-grows-with-requests"
    if course.workers >= 2:
        one = course.peak.total_bytes / course.workers
        return "too-many-workers" if one <= quota else "memory-too-small"
    if course.idle_bytes is not None and course.idle_bytes >= quota:
        return "memory-too-small"
    for name in ("model-loaded-per-request", "memory-alloc-failed"):
        if name in situation.suspects:
            return name
    return "memory-too-small" if course.workers == 1 else ""


def _worst(situation: Situation) -> _Course | None:
    courses = [_course(dyno, situation) for dyno in situation.record.samples]
    return max(
        (course for course in courses if course is not None),
        key=lambda course: course.peak.total_bytes,
        default=None,
    )


def _course(dyno: str, situation: Situation) -> _Course | None:
    samples = situation.record.samples[dyno]
    peak = situation.record.peak(dyno)
    if peak is None:
        return None
    begun = situation.first_traffic_at
    idle = [one.total_bytes for one in samples if begun is None or one.at < begun]
    return _Course(
        dyno=dyno,
        peak=peak,
        idle_bytes=max(idle) if idle else None,
        workers=_workers(dyno, situation),
        grows=_grows(samples, situation),
    )


def _workers(dyno: str, situation: Situation) -> int:
    """Return how many workers a dyno had at once, as far as its server says."""
    started = [
        line
        for line in situation.record.lines
        if line.dyno == dyno and _WORKER.search(line.message)
    ]
    launched = sum(
        1
        for line in situation.record.lines
        if line.dyno == dyno and line.message.startswith("Starting process with command")
    )
    return round(len(started) / max(1, launched))


def _grows(samples: list[MemorySample], situation: Situation) -> bool:
    begun = situation.first_traffic_at
    requests = sum(len(kind.services_s) for kind in situation.record.kinds.values())
    if begun is None or requests < _LEAST_REQUESTS:
        return False
    busy = [one.total_bytes for one in samples if one.at >= begun]
    if len(busy) < _LEAST_SAMPLES:
        return False
    third = len(busy) // 3
    # The first requests load what every later one uses: growth is what goes on after them.
    middle, last = sorted(busy[third : 2 * third]), sorted(busy[2 * third :])
    half = len(middle) // 2
    rising = last[len(last) // 2] > middle[half] * _GROWS_RATIO
    return rising and max(busy[-third:]) >= max(busy[:-third])


def _evidence(course: _Course, most: int, limit: int | None) -> Iterator[Evidence]:
    yield Evidence(
        f"memory of {course.dyno}, at its most",
        most,
        How.MEASURED,
        unit="bytes",
        limit=limit,
    )
    if course.idle_bytes is not None:
        yield Evidence("its memory before any request", course.idle_bytes, How.MEASURED, "bytes")
    if course.workers:
        yield Evidence("workers", course.workers, How.READ)


def _without_read(found: Finding) -> Finding:
    kept = tuple(item for item in found.evidence if not item.what.startswith("memory of the dyno"))
    spans = tuple(span for span in found.where if isinstance(span, LogSpan))
    return replace(found, evidence=kept, where=spans or found.where)
