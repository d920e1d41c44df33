"""What happened, kept as far as the report and the findings need it: bounded, whatever comes."""

import time
from array import array
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from wherry.rehearse.events import (
    BootStep,
    BuildLine,
    Event,
    FileWritten,
    LimitPassed,
    LogLine,
    MemorySample,
    PortBound,
    ProcessExited,
    Remark,
    RequestServed,
    StateChanged,
    StepBegun,
    StepEnded,
)

MOST_LINES: Final = 20_000
"""Of the log; those of successful requests beyond ``MOST_PLAIN_REQUESTS`` are left out first."""
MOST_PLAIN_REQUESTS: Final = 2_000
MOST_BUILD_LINES: Final = 20_000
MOST_KINDS: Final = 500
MOST_FAILURES: Final = 2_000
MOST_FILES: Final = 2_000
MOST_SPANS: Final = 200_000
_LONGEST_LINE: Final = 10_000
_ROUTER: Final = "router"


@dataclass(slots=True)
class Kind:
    """The requests of one method and path, while they are counted."""

    method: str
    path: str
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    services_s: array[float] = field(default_factory=lambda: array("d"))


class Lines:
    """The log's lines in their order; the last ones are kept where there are too many."""

    def __init__(self, most: int = MOST_LINES) -> None:
        self._first: list[LogLine] = []
        self._last: deque[LogLine] = deque(maxlen=most // 2)
        self._most_first = most - most // 2
        self._plain = 0
        self.dropped = 0

    def add(self, line: LogLine) -> None:
        """Keep one."""
        if line.dyno == _ROUTER and line.message.startswith("at=info"):
            self._plain += 1
            if self._plain > MOST_PLAIN_REQUESTS:
                self.dropped += 1
                return
        if len(line.message) > _LONGEST_LINE:
            line = LogLine(line.at, line.source, line.dyno, line.message[:_LONGEST_LINE])
        if len(self._first) < self._most_first:
            self._first.append(line)
            return
        if len(self._last) == self._last.maxlen:
            self.dropped += 1
        self._last.append(line)

    def __iter__(self) -> Iterator[LogLine]:
        # Each part tells of its lines in order; between parts a line may come a moment late.
        return iter(sorted((*self._first, *self._last), key=lambda line: line.at))

    def __len__(self) -> int:
        return len(self._first) + len(self._last)


class Aside(StrEnum):
    """What is done on purpose, so that nothing that follows from it is a fault.

    In a restart requests may be lost, and are counted; in the search for the limit anything may
    give.
    """

    NOTHING = ""
    REQUESTS = "requests"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which something was set aside."""

    begun_at: float
    ended_at: float
    aside: Aside

    def covers(self, line: LogLine) -> bool:
        """Whether a line of the log belongs to what was set aside."""
        inside = self.begun_at <= line.at <= self.ended_at
        return inside and (self.aside is Aside.ALL or line.dyno == _ROUTER)


class Record:
    """A sink that keeps what was told.

    Attributes:
        aside: What is set aside now.
        failures: Requests that the router complained of, or that the app answered with 5xx.
        spans: Beginning, end, method and path of each request that may have written something.
        first_answers: When each dyno answered for the first time.
    """

    def __init__(self) -> None:
        self.lines = Lines()
        self.build_lines: list[BuildLine] = []
        self.steps: list[StepBegun | StepEnded] = []
        self.states: list[StateChanged] = []
        self.exits: list[ProcessExited] = []
        self.samples: dict[str, list[MemorySample]] = {}
        self.limits: list[LimitPassed] = []
        self.ports: list[PortBound] = []
        self.boots: list[BootStep] = []
        self.kinds: dict[tuple[str, str], Kind] = {}
        self.failures: list[RequestServed] = []
        self.files: dict[tuple[str, str], FileWritten] = {}
        self.remarks: list[Remark] = []
        self.spans: list[tuple[float, float, str, str]] = []
        self.first_answers: dict[str, float] = {}
        self.aside = Aside.NOTHING
        self._set_aside: list[Span] = []

    @contextmanager
    def setting_aside(self, what: Aside) -> Iterator[None]:
        """Keep out of what is judged whatever comes meanwhile."""
        begun_at, self.aside = time.time(), what
        try:
            yield
        finally:
            self.aside = Aside.NOTHING
            self._set_aside.append(Span(begun_at, time.time(), what))

    def judged_lines(self) -> list[str]:
        """Return the log with an empty line for each that is set aside: the numbers stay."""
        return [
            "" if any(span.covers(line) for span in self._set_aside) else line.text
            for line in self.lines
        ]

    def __call__(self, event: Event) -> None:
        """Keep an event."""
        match event:
            case LogLine():
                self.lines.add(event)
            case RequestServed():
                self._request(event)
            case MemorySample():
                self._sample(event)
            case BuildLine():
                if len(self.build_lines) < MOST_BUILD_LINES:
                    self.build_lines.append(event)
            case FileWritten():
                if len(self.files) < MOST_FILES:
                    self.files[event.dyno, event.path] = event
            case _:
                self._rare(event)

    def _rare(self, event: Event) -> None:
        match event:
            case StepBegun() | StepEnded():
                self.steps.append(event)
            case StateChanged():
                self.states.append(event)
            case ProcessExited() if self.aside is not Aside.ALL:
                self.exits.append(event)
            case LimitPassed() if self.aside is not Aside.ALL:
                if len(self.limits) < MOST_FAILURES:
                    self.limits.append(event)
            case PortBound():
                self.ports.append(event)
            case BootStep():
                self.boots.append(event)
            case Remark():
                self.remarks.append(event)

    def _request(self, event: RequestServed) -> None:
        path = event.path.partition("?")[0][:500]
        if len(self.spans) < MOST_SPANS:
            begun = event.at - event.service_s - event.connect_s
            self.spans.append((begun, event.at, event.method, path))
        if event.status < 500 and event.dyno:
            self.first_answers.setdefault(event.dyno, event.at)
        if self.aside is not Aside.NOTHING:
            return
        kind = self.kinds.get((event.method, path))
        if kind is None:
            if len(self.kinds) >= MOST_KINDS:
                path = "(others)"
            kind = self.kinds.setdefault((event.method, path), Kind(event.method, path))
        kind.statuses[event.status] += 1
        kind.services_s.append(event.service_s)
        if event.code:
            kind.codes[event.code] += 1
        if (event.code or event.status >= 500) and len(self.failures) < MOST_FAILURES:
            self.failures.append(event)

    def _sample(self, event: MemorySample) -> None:
        samples = self.samples.setdefault(event.dyno, [])
        samples.append(event)
        if len(samples) >= 2 * MOST_SAMPLES:
            samples[:] = thinned(samples)

    @property
    def codes(self) -> Counter[str]:
        """How often the router complained, by code."""
        told: Counter[str] = Counter()
        for kind in self.kinds.values():
            told += kind.codes
        return told

    def peak(self, dyno: str) -> MemorySample | None:
        """Return a dyno's largest sample."""
        return max(self.samples.get(dyno, ()), key=lambda one: one.total_bytes, default=None)


MOST_SAMPLES: Final = 2_000


def thinned(samples: list[MemorySample]) -> list[MemorySample]:
    """Return every second sample, and of each two the larger one: peaks stay."""
    kept = [
        max(pair, key=lambda one: one.total_bytes)
        for pair in zip(samples[:-1:2], samples[1::2], strict=False)
    ]
    return kept if len(samples) % 2 == 0 else [*kept, samples[-1]]


def quantile(values: Iterable[float], share: float) -> float:
    """Return the value below which a share of them lies; 0 where there are none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
