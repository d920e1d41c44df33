"""What came of a rehearsal: all that its report says, in one tree of plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wherry.findings import Finding, Skipped
from wherry.platforms.hosts import Target
from wherry.rehearse.events import Remark
from wherry.rehearse.overlay import Limits


class Outcome(StrEnum):
    """What the platform would do with the project."""

    RUNS = "would run"
    RUNS_BUT = "would run, but"
    NOT_BOOTED = "would not boot"
    NOT_RELEASED = "would not release"
    NOT_BUILT = "would not build"
    NOT_PUSHED = "would not be taken"
    BUILDS = "would build"
    PUSHES = "would be taken"
    BOOTS = "would boot"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The last word, in one line.

    Attributes:
        reason: What stands after the outcome; "" where nothing is to be said.
    """

    outcome: Outcome
    reason: str = ""

    @property
    def text(self) -> str:
        """The line."""
        if not self.reason:
            return self.outcome.value
        between = " " if self.outcome is Outcome.RUNS_BUT else ": "
        return f"{self.outcome.value}{between}{self.reason}"

    @property
    def good(self) -> bool:
        """Whether the step that was asked for went through."""
        return self.outcome in _GOOD


_GOOD = (Outcome.RUNS, Outcome.RUNS_BUT, Outcome.BUILDS, Outcome.PUSHES, Outcome.BOOTS)


@dataclass(frozen=True, slots=True)
class Step:
    """One step, as it went.

    Attributes:
        since_s: When it began, from the rehearsal's beginning.
    """

    name: str
    since_s: float
    seconds: float
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SlugPart:
    """One part of the slug.

    Attributes:
        kind: ``package``, ``interpreter``, ``app``, ``static files`` ...
        size_bytes: Its share of the compressed slug.
    """

    kind: str
    name: str
    version: str
    size_bytes: int
    unpacked_bytes: int


@dataclass(frozen=True, slots=True)
class SlugFacts:
    """What the build made.

    Attributes:
        size_bytes: Compressed.
        unpacked_bytes: Of all files in it.
        parts: Largest first.
    """

    size_bytes: int
    unpacked_bytes: int
    parts: tuple[SlugPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a dyno's start, in seconds since its launch."""

    name: str
    since_s: float


@dataclass(frozen=True, slots=True)
class Boot:
    """How one dyno started.

    Attributes:
        state: What it came to: ``up``, ``crashed``.
        port: Where it listens; None where nothing does.
    """

    dyno: str
    command: str
    moments: tuple[Moment, ...]
    state: str
    port: int | None = None


@dataclass(frozen=True, slots=True)
class MemoryPoint:
    """A dyno's memory at one moment; ``since_s`` counts from the rehearsal's beginning."""

    since_s: float
    total_bytes: int
    anonymous_bytes: int
    shared_bytes: int
    swap_bytes: int
    cache_bytes: int
    processes: int
    threads: int


@dataclass(frozen=True, slots=True)
class MemoryCurve:
    """A dyno's memory over time.

    Attributes:
        idle_bytes: When it was up, before any traffic; None where it never was.
        peak_bytes: At its most.
    """

    dyno: str
    points: tuple[MemoryPoint, ...]
    peak_bytes: int
    idle_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class RequestKind:
    """The requests of one method and path.

    Attributes:
        statuses: How often each came: ``{200: 40}``.
        codes: How often the router complained: ``{"H12": 2}``.
        p50_s: The median of the router's service time.
    """

    method: str
    path: str
    count: int
    statuses: Mapping[int, int]
    codes: Mapping[str, int]
    p50_s: float
    p95_s: float
    p99_s: float
    max_s: float


@dataclass(frozen=True, slots=True)
class LoadPoint:
    """What a rate of requests met.

    Attributes:
        rate: Requests a second that were sent, whether or not the earlier ones had come back.
        done: Requests a second that were answered well.
        failed: How many were not.
    """

    rate: float
    done: float
    p50_s: float
    p95_s: float
    p99_s: float
    failed: int = 0
    codes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RestartLoss:
    """What a restart under load cost.

    Attributes:
        requests: How many were sent from the restart's beginning to its end.
        lost: How many were not answered, or answered with the router's error.
        late: How many took longer than any before it.
    """

    seconds: float
    requests: int
    lost: int
    late: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the requests met.

    Attributes:
        source: Where they are from: ``found in the project``, or a file.
        limit: What the dyno holds, in a sentence; "" where it was not asked for.
    """

    source: str
    seconds: float
    kinds: tuple[RequestKind, ...]
    points: tuple[LoadPoint, ...] = ()
    limit: str = ""
    restart: RestartLoss | None = None

    @property
    def requests(self) -> int:
        """How many there were."""
        return sum(kind.count for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Vanished:
    """A file that the next restart undoes.

    Attributes:
        kind: ``new``, ``changed`` or ``removed``.
        request: What caused it: ``POST /upload/``; "" where no request was running.
        what: ``upload``, ``SQLite database``, ``model``, ``cache`` or ``file``.
    """

    path: str
    size_bytes: int
    kind: str
    what: str
    since_s: float
    dyno: str
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A rehearsal that has ended.

    Attributes:
        project: The folder's name.
        overlay: Limits that the run set in the place of the platform's.
        revision: What was pushed: a commit, or the working tree.
        log: The app's log, masked, as the platform prints it.
        log_dropped: Lines that were too many to keep.
    """

    project: str
    target: Target
    limits: Limits
    verdict: Verdict
    begun_at: float
    seconds: float
    revision: str = ""
    overlay: Mapping[str, float] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    remarks: tuple[Remark, ...] = ()
    slug: SlugFacts | None = None
    boots: tuple[Boot, ...] = ()
    memory: tuple[MemoryCurve, ...] = ()
    traffic: Traffic | None = None
    vanished: tuple[Vanished, ...] = ()
    build_log: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    log_dropped: int = 0
