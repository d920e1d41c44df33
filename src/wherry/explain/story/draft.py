"""A finding while it is being made."""

from dataclasses import dataclass, field
from typing import Final

from wherry.causes import catalogue
from wherry.causes.cause import Cause, Severity
from wherry.explain.ledger import Record
from wherry.findings import Confidence, Evidence, Finding, How, LogSpan, Role

_ALTERNATIVES_SHOWN: Final = 4


@dataclass(slots=True)
class Draft:
    """A cause, with what shows it.

    Attributes:
        record: Where it was first seen.
        sure: Whether nothing else looks like it.
        signs: What is seen when it is one of the alternatives; in the place of ``settled_by``.
        in_request: Whether the app runs, and one request failed.
    """

    name: str
    record: Record
    values: dict[str, str]
    alternatives: tuple[str, ...] = ()
    settled_by: str = ""
    signs: dict[str, str] = field(default_factory=dict)
    sure: bool = True
    role: Role = Role.FIRST
    severity: Severity | None = None
    in_request: bool = False
    spans: list[LogSpan] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The line where it was first seen."""
        return self.record.number

    @property
    def cause(self) -> Cause:
        """The cause of the catalogue."""
        return catalogue.cause(self.name)

    @property
    def is_error(self) -> bool:
        """Whether it keeps something from working."""
        return (self.severity or self.cause.severity) is Severity.ERROR

    def shows(self, record: Record, what: str) -> None:
        """Add what followed from it."""
        self.spans.append(span_of(record))
        self.evidence.append(Evidence(what, record.count, How.READ, unit=_times(record.count)))

    def _settled_by(self, others: tuple[Cause, ...]) -> str:
        told = [
            f"{cause.name} if {self.signs[cause.name]}"
            for cause in others
            if cause.name in self.signs
        ]
        return "; ".join(told) or (self.settled_by if others else "")

    def finding(self) -> Finding:
        """Return it, finished."""
        others = tuple(
            catalogue.cause(name) for name in dict.fromkeys(self.alternatives) if name != self.name
        )[:_ALTERNATIVES_SHOWN]
        return Finding(
            cause=self.cause,
            where=(span_of(self.record), *self.spans),
            role=self.role,
            severity=self.severity or self.cause.severity,
            confidence=Confidence.HIGH if self.sure and not others else Confidence.MEDIUM,
            alternatives=others,
            settled_by=self._settled_by(others),
            evidence=tuple(self.evidence),
            values=self.values,
        )


def span_of(record: Record) -> LogSpan:
    """Return the lines that show what was seen."""
    quotes = record.event.quotes or ((record.event.number, record.event.text.strip()[:600]),)
    return LogSpan(
        tuple(number for number, _ in quotes),
        tuple(quote for _, quote in quotes),
        record.event.process,
    )


def _times(count: int) -> str:
    return "time" if count == 1 else "times"
