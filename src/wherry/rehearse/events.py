"""What happens in a rehearsal, as the parts of it tell: one frozen dataclass for each kind.

The build, the dyno and the router emit these; the rehearsal keeps what its report needs, and
the terminal shows them as they come. Times are seconds since the epoch (``time.time()``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class StepBegun:
    """A step of the rehearsal begins: ``push``, ``build``, ``release``, ``boot``, ``traffic``."""

    at: float
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step has ended, well or not."""

    at: float
    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BuildLine:
    """A line that the build printed, as the platform prints it, without ``remote:``."""

    at: float
    message: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the app's log.

    Attributes:
        source: ``app`` or ``heroku``.
        dyno: ``web.1``, ``release.1234``, ``router``, ``api``.
        message: One line without its end; not masked yet.
    """

    at: float
    source: str
    dyno: str
    message: str

    @property
    def text(self) -> str:
        """The line as ``heroku logs`` prints it."""
        return f"{stamp(self.at)} {self.source}[{self.dyno}]: {self.message}"


@dataclass(frozen=True, slots=True)
class StateChanged:
    """A dyno went from one state to the next; the log line of it is emitted by itself.

    Attributes:
        before: ``starting``, ``up``, ``crashed`` or ``down``; "" for a new one.
    """

    at: float
    dyno: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ProcessExited:
    """A dyno's command has ended.

    Attributes:
        status: As the platform writes it: 137 for SIGKILL.
        reason: Why, where the dyno ended it: ``R10``, ``R12``, ``R15``, ``stopped``; "" where the
            command ended by itself.
    """

    at: float
    dyno: str
    status: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MemorySample:
    """A dyno's memory, in bytes, as the platform accounts for it.

    Attributes:
        anonymous_bytes: Of all its processes; a page that several share counts once.
        shared_bytes: Shared memory and files in memory.
        cache_bytes: Shown, and never counted as need.
        processes: How many there are.
        threads: Of all of them.
    """

    at: float
    dyno: str
    anonymous_bytes: int
    shared_bytes: int = 0
    swap_bytes: int = 0
    cache_bytes: int = 0
    processes: int = 0
    threads: int = 0

    @property
    def total_bytes(self) -> int:
        """What is held against the quota."""
        return self.anonymous_bytes + self.shared_bytes + self.swap_bytes


@dataclass(frozen=True, slots=True)
class LimitPassed:
    """A dyno passed a limit that does not end it by itself.

    Attributes:
        limit: ``memory``, ``processes``, ``open files``, ``disk`` or ``log``.
        value: What it came to, in the limit's unit.
    """

    at: float
    dyno: str
    limit: str
    value: float
    allowed: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PortBound:
    """A process of a dyno listens.

    Attributes:
        port: The one that it listens at.
        wanted: The one that it was given.
        address: ``0.0.0.0``, ``127.0.0.1``, ``::``.
    """

    at: float
    dyno: str
    port: int
    wanted: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class BootStep:
    """A moment of a dyno's start, for the timeline.

    Attributes:
        name: ``launched``, ``first output``, ``bound``, ``first answer``.
        since_s: Seconds since the launch.
    """

    at: float
    dyno: str
    name: str
    since_s: float


@dataclass(frozen=True, slots=True)
class RequestServed:
    """A request came to its end at the router; its log line is emitted by itself.

    Attributes:
        code: ``H12`` and the like; "" where nothing was wrong.
        service_s: From the request's end to the answer's.
        connect_s: To reach the dyno.
        bytes_sent: To the client.
        request_id: As the app sees it in X-Request-Id.
    """

    at: float
    method: str
    path: str
    status: int
    service_s: float
    connect_s: float = 0.0
    bytes_sent: int = 0
    dyno: str = ""
    code: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class FileWritten:
    """The app wrote, changed or removed a file in its tree, which the next restart undoes.

    Attributes:
        path: Relative to the app's root, with forward slashes.
        at: When it was written last.
        kind: ``new``, ``changed`` or ``removed``.
    """

    at: float
    dyno: str
    path: str
    size_bytes: int
    kind: str = "new"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader of the report must know: what is emulated, by what, and what is not.

    Attributes:
        about: ``memory``, ``user``, ``cpus``, ``app folder``, ``python``, ``services``.
    """

    at: float
    about: str
    text: str


type Event = (
    StepBegun
    | StepEnded
    | BuildLine
    | LogLine
    | StateChanged
    | ProcessExited
    | MemorySample
    | LimitPassed
    | PortBound
    | BootStep
    | RequestServed
    | FileWritten
    | Remark
)
type Sink = Callable[[Event], None]


def stamp(at: float) -> str:
    """Return a moment as the platform's log writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
