"""All that a judgement rests on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from wherry.causes import catalogue
from wherry.causes.cause import Severity
from wherry.findings import Confidence, Evidence, Finding, LogSpan, Role, Span
from wherry.platforms.hosts import Target
from wherry.rehearse.overlay import Limits
from wherry.rehearse.record import Record
from wherry.rehearse.rehearsal import Vanished


class Explained(Protocol):
    """What a log tells, as ``wherry explain`` reads it."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """First causes, consequences and noise."""
        ...

    @property
    def outside(self) -> tuple[LogSpan, ...]:
        """Lines that tell of a failure which no cause explains."""
        ...


type Explain = Callable[[Sequence[str]], Explained]
"""Reads a log's lines, as the platform prints them."""

type Suspect = Callable[[], tuple[Finding, ...]]
"""Reads the project's code for causes; called only where a symptom has several."""


@dataclass(frozen=True)
class Situation:
    """What happened, and what is known of the project.

    Attributes:
        told: What the app's log tells.
        suspect: What the code tells, asked only where it decides.
        commands: The command of each process type.
        packages: What the slug holds, by canonical name.
        vanished: What the app wrote into its folder.
        first_traffic_at: When the first request was sent; None where there was none.
        restarted_at: When the restart under load began; None where there was none.
    """

    record: Record
    limits: Limits
    target: Target
    told: tuple[Finding, ...] = ()
    outside: tuple[LogSpan, ...] = ()
    suspect: Suspect = lambda: ()
    commands: Mapping[str, str] = field(default_factory=dict)
    packages: frozenset[str] = frozenset()
    vanished: tuple[Vanished, ...] = ()
    first_traffic_at: float | None = None
    restarted_at: float | None = None

    @cached_property
    def suspects(self) -> Mapping[str, Finding]:
        """What the code tells, by cause."""
        return {finding.cause.name: finding for finding in self.suspect()}

    def quoted(self, *words: str) -> tuple[Span, ...]:
        """Return the first line of the log that holds all of these words."""
        for number, line in enumerate(self.record.lines, 1):
            if all(word in line.message for word in words):
                return (LogSpan((number,), (line.message,), line.dyno),)
        return ()


def finding(
    name: str,
    *,
    where: Iterable[Span] = (),
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
    alternatives: Iterable[str] = (),
    settled_by: str = "",
    evidence: Iterable[Evidence] = (),
    values: Mapping[str, str] | None = None,
) -> Finding:
    """Return a finding of a cause of the catalogue."""
    cause = catalogue.cause(name)
    others = tuple(catalogue.cause(other) for other in alternatives if other != name)
    return Finding(
        cause=cause,
        where=tuple(where),
        role=Role.FIRST,
        severity=severity or cause.severity,
        confidence=confidence,
        alternatives=others,
        settled_by=settled_by,
        evidence=tuple(evidence),
        values=dict(values or {}),
    )


def settled(found: Finding, name: str, *evidence: Evidence, **values: str) -> Finding:
    """Return a finding as one of a cause that the measurements show, with nothing left open."""
    cause = catalogue.cause(name)
    same = cause == found.cause
    return replace(
        found,
        cause=cause,
        severity=found.severity if same else cause.severity,
        confidence=Confidence.HIGH,
        alternatives=(),
        settled_by="",
        evidence=(*found.evidence, *evidence),
        values={**found.values, **values},
    )
