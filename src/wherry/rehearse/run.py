"""A rehearsal while it runs: what is known so far, and who is told of it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from wherry.errors import WherryError
from wherry.findings import Finding, Skipped
from wherry.platforms.hosts import Target
from wherry.project.project import Project
from wherry.rehearse.build.slug import Slug
from wherry.rehearse.events import Event, Remark, Sink, StepBegun, StepEnded
from wherry.rehearse.options import Options
from wherry.rehearse.overlay import Limits
from wherry.rehearse.push.pushed import Pushed
from wherry.rehearse.record import Record
from wherry.rehearse.rehearsal import Traffic
from wherry.rehearse.secrets import Secrets
from wherry.rehearse.traffic.planned import Plan


class CouldNotRehearse(WherryError):
    """The rehearsal could not be done here, and tells nothing of the project."""


class Stopped(Exception):
    """The platform would go no further.

    Attributes:
        step: Where: ``push``, ``build``, ``release`` or ``boot``.
        words: Its last words, for the verdict where no finding says more.
    """

    def __init__(self, step: str, words: str = "") -> None:
        super().__init__(step)
        self.step = step
        self.words = words


@dataclass(slots=True)
class Run:
    """One rehearsal.

    Attributes:
        record: Keeps what is told.
        emit: Tells the record and whoever watches; secrets are hidden before.
        known: Findings that a step itself is sure of.
        given: The requests of a file; None to find them in the project.
        project: What is deployed, as it can be read; None where there is only a slug.
        commands: What each process type runs.
        heads: The first bytes of files that were written, by dyno and path.
        booted: Whether the web process came up; None where it was not started.
    """

    options: Options
    target: Target
    limits: Limits
    secrets: Secrets
    record: Record
    emit: Sink
    begun_at: float
    given: Plan | None = None
    pushed: Pushed | None = None
    slug: Slug | None = None
    project: Project | None = None
    packages: frozenset[str] = frozenset()
    commands: Mapping[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    known: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    heads: dict[tuple[str, str], bytes] = field(default_factory=dict)
    booted: bool | None = None
    failed: str = ""
    words: str = ""
    first_traffic_at: float | None = None
    restarted_at: float | None = None
    traffic: Traffic | None = None

    def remark(self, about: str, text: str) -> None:
        """Tell what a reader of the report must know."""
        self.emit(Remark(time.time(), about, text))

    @contextmanager
    def step(self, name: str, detail: str = "") -> Iterator[None]:
        """Tell that a step begins, and how it ends."""
        self.emit(StepBegun(time.time(), name, detail))
        try:
            yield
        except BaseException:
            self.emit(StepEnded(time.time(), name, ok=False, detail=detail))
            raise
        self.emit(StepEnded(time.time(), name, ok=True, detail=detail))


def new_run(options: Options, target: Target, limits: Limits, sink: Sink) -> Run:
    """Return a run that has not begun."""
    secrets = Secrets(options.config_vars)
    record = Record()

    def tell(event: Event) -> None:
        if isinstance(event, Remark) and any(one.text == event.text for one in record.remarks):
            return
        record(event)
        sink(event)

    return Run(
        options=options,
        target=target,
        limits=limits,
        secrets=secrets,
        record=record,
        emit=secrets.hiding(tell),
        begun_at=time.time(),
    )
