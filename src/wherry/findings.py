"""What was found: a cause, where, how it is known, and what would mend it."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from wherry.causes.cause import Cause, Severity
from wherry.causes.filling import fill
from wherry.masking import mask, mask_all

SCHEMA_VERSION: Final = 1


class Role(StrEnum):
    """What part it plays in a failure."""

    FIRST = "first"
    CONSEQUENCE = "consequence"
    NOISE = "noise"


class Confidence(StrEnum):
    """How sure it is, which is not how bad it is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class How(StrEnum):
    """How a piece of evidence was got."""

    MEASURED = "measured"
    READ = "read"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class FileSpan:
    """A place in the project.

    Attributes:
        path: Relative to the project, with forward slashes.
        line: The first line, counted from 1; None for the file as a whole.
        column: Counted from 1.
        quote: What stands there, for the reader.
    """

    path: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class LogSpan:
    """Lines of a log.

    Attributes:
        lines: Their numbers, counted from 1; they need not be neighbours.
        quotes: The lines as they stand there, one for each number.
        process: Which process wrote them, where the log says: ``web.1``.
    """

    lines: tuple[int, ...]
    quotes: tuple[str, ...]
    process: str = ""


type Span = FileSpan | LogSpan


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that the finding rests on.

    Attributes:
        what: What the value is of: "compressed slug".
        value: A number in ``unit``, or text.
        limit: What the platform allows, in the same unit.
        low: The lower end, where an estimate has an interval.
        high: Its upper end.
    """

    what: str
    value: float | str
    how: How
    unit: str = ""
    limit: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a fix does to one file; None stands for a file that is not there.

    Attributes:
        before: The whole text now.
        after: The whole text then.
    """

    path: str
    before: str | None
    after: str | None

    def diff(self) -> str:
        """Return it as a unified diff."""
        return "".join(
            difflib.unified_diff(
                (self.before or "").splitlines(keepends=True),
                (self.after or "").splitlines(keepends=True),
                f"a/{self.path}" if self.before is not None else "/dev/null",
                f"b/{self.path}" if self.after is not None else "/dev/null",
            )
        )


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that mends it; ``safe`` where it cannot alter what the code does."""

    text: str
    changes: tuple[Change, ...]
    safe: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One cause, seen in one project or log.

    Attributes:
        alternatives: Other causes that fit as well.
        settled_by: What would tell them apart.
        values: What fills the cause's text: ``{"pin": "tensorflow==2.4.1"}``.
    """

    cause: Cause
    where: tuple[Span, ...]
    role: Role = Role.FIRST
    severity: Severity
    confidence: Confidence = Confidence.HIGH
    alternatives: tuple[Cause, ...] = ()
    settled_by: str = ""
    evidence: tuple[Evidence, ...] = ()
    fix: Fix | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The cause's title, filled and free of secrets."""
        return mask(fill(self.cause.title, self.values))

    @property
    def why(self) -> str:
        """The cause's reason, filled and free of secrets."""
        return mask(fill(self.cause.why, self.values))

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON says of it, free of secrets."""
        return {
            "code": self.cause.code,
            "name": self.cause.name,
            "aliases": list(self.cause.aliases),
            "title": self.title,
            "why": self.why,
            "role": self.role.value,
            "severity": self.severity.value,
            "confidence": self.confidence.value,
            "alternatives": [
                {"code": cause.code, "name": cause.name} for cause in self.alternatives
            ],
            "settled_by": mask(self.settled_by),
            "where": [_span(span) for span in self.where],
            "evidence": [_evidence(item) for item in self.evidence],
            "fix": None if self.fix is None else _fix(self.fix),
        }


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not inspected, and why; it is never taken for clean."""

    what: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return what JSON says of it, free of secrets."""
        return {"what": mask(self.what), "reason": mask(self.reason)}


def document(
    tool: str, findings: tuple[Finding, ...], skipped: tuple[Skipped, ...]
) -> dict[str, Any]:
    """Return the whole of what a tool found, as JSON says it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": tool,
        "findings": [finding.to_dict() for finding in findings],
        "skipped": [item.to_dict() for item in skipped],
    }


def _span(span: Span) -> dict[str, Any]:
    if isinstance(span, LogSpan):
        return {
            "kind": "log",
            "lines": list(span.lines),
            "quotes": mask_all(span.quotes),
            "process": span.process,
        }
    return {
        "kind": "file",
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "quote": mask(span.quote),
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    value = mask(item.value) if isinstance(item.value, str) else item.value
    return {
        "what": item.what,
        "value": value,
        "unit": item.unit,
        "limit": item.limit,
        "low": item.low,
        "high": item.high,
        "how": item.how.value,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "text": mask(fix.text),
        "safe": fix.safe,
        "files": [change.path for change in fix.changes],
        "diff": mask("".join(change.diff() for change in fix.changes)),
    }
