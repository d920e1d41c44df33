"""What a rule is, what it is given, and how it says what it found."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from wherry.causes import catalogue
from wherry.causes.cause import Severity
from wherry.dependencies.resolution import Resolution
from wherry.doctor.environment import Environment
from wherry.findings import Confidence, Evidence, Finding, Fix, Span
from wherry.platforms.hosts import Target
from wherry.project.project import Project


@dataclass(frozen=True, slots=True)
class Context:
    """What every rule is given; it reads and changes nothing else.

    Attributes:
        target: Where the project is to run.
        python: What the host will run; None where nothing tells.
        resolution: What the index says of the requirements; None when it was not asked.
        offline: Whether nothing may be asked of the network.
        environment: An interpreter with its packages, where the user wants it compared.
    """

    project: Project
    target: Target
    python: tuple[int, int] | None = None
    resolution: Resolution | None = None
    offline: bool = True
    environment: Environment | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to see one cause, or a few of the same kind.

    Attributes:
        name: In words, with dashes.
        causes: The names of all that it can report.
        check: Looks at the project, and is silent where the evidence is not there.
    """

    name: str
    causes: tuple[str, ...]
    check: Callable[[Context], Iterable[Finding]]


def found(
    name: str,
    *where: Span,
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
    values: Mapping[str, str] | None = None,
    evidence: tuple[Evidence, ...] = (),
    fix: Fix | None = None,
    alternatives: tuple[str, ...] = (),
    settled_by: str = "",
) -> Finding:
    """Return a finding of the cause of that name, as severe as the catalogue has it."""
    cause = catalogue.cause(name)
    return Finding(
        cause=cause,
        where=where,
        severity=severity or cause.severity,
        confidence=confidence,
        values=dict(values or {}),
        evidence=evidence,
        fix=fix,
        alternatives=tuple(catalogue.cause(other) for other in alternatives),
        settled_by=settled_by,
    )
