"""One cause, several places: findings put together, and put in order."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from wherry.causes.cause import Severity, Stage
from wherry.doctor.combining import combine
from wherry.findings import Evidence, FileSpan, Finding, Fix, LogSpan, Role, Span

# What follows from what, where both are found: mending the first mends the second.
CONSEQUENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "collectstatic-fails": (
        "static-root-unset",
        "static-dir-missing",
        "env-var-missing",
        "settings-module-not-found",
        "dependency-not-in-requirements",
    ),
    "memory-quota-exceeded": ("too-many-workers", "memory-too-small"),
    "memory-limit-killed": ("too-many-workers", "memory-too-small"),
    "model-path-missing": (
        "model-missing-from-git",
        "model-excluded-from-slug",
        "model-path-absolute",
    ),
    "slow-boot": ("model-loaded-at-import", "model-loaded-in-appconfig"),
    "request-timeout-h12": (
        "model-loaded-per-request",
        "model-downloaded-at-request",
        "training-in-request",
    ),
    "gunicorn-worker-timeout": (
        "model-loaded-per-request",
        "model-downloaded-at-request",
        "training-in-request",
    ),
}

_SEVERITIES: Final = {severity: rank for rank, severity in enumerate(Severity)}
_STAGES: Final = {stage: rank for rank, stage in enumerate(Stage)}


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with equal ones put together, consequences marked, worst first.

    Two findings are equal where the cause is the same and either their values are, or a line that
    both point at: two rules that see one fault from two sides.
    """
    merged: list[Finding] = []
    for finding in findings:
        for index, other in enumerate(merged):
            if _are_one(other, finding):
                merged[index] = _together(other, finding)
                break
        else:
            merged.append(finding)
    names = {finding.cause.name for finding in merged}
    return tuple(sorted((_with_role(finding, names) for finding in merged), key=_rank))


def origin(finding: Finding, names: Iterable[str]) -> str | None:
    """Return the name of the cause, one of ``names``, that this finding follows from."""
    present = set(names)
    return next(
        (name for name in CONSEQUENCES.get(finding.cause.name, ()) if name in present), None
    )


def place(span: Span) -> tuple[str, int]:
    """Return what orders places: the file and the line, 0 for the file as a whole."""
    if isinstance(span, LogSpan):
        return span.process, span.lines[0] if span.lines else 0
    return span.path, span.line or 0


def _are_one(one: Finding, other: Finding) -> bool:
    if one.cause is not other.cause:
        return False
    if dict(one.values) == dict(other.values):
        return True
    lines = {place(span) for span in one.where if isinstance(span, FileSpan) and span.line}
    return any(place(span) in lines for span in other.where)


def _together(one: Finding, other: Finding) -> Finding:
    worst = min(one, other, key=lambda finding: _SEVERITIES[finding.severity])
    return replace(
        one,
        where=_all_places(one.where, other.where),
        severity=worst.severity,
        values={**other.values, **one.values},
        evidence=_once((*one.evidence, *other.evidence)),
        alternatives=tuple(dict.fromkeys((*one.alternatives, *other.alternatives))),
        settled_by=one.settled_by or other.settled_by,
        fix=_both(one.fix, other.fix),
    )


def _all_places(one: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    known = {place(span) for span in one}
    return (*one, *(span for span in other if place(span) not in known))


def _once(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))


def _both(one: Fix | None, other: Fix | None) -> Fix | None:
    """Return a fix that does what both do; of two that touch the same lines, the first."""
    if one is None or other is None:
        return one or other
    if one.text == other.text and one.changes == other.changes:
        return one
    together = combine((one, other))
    if together.left:
        return one
    text = one.text if one.text == other.text else f"{one.text.rstrip('.')}; {other.text}"
    return Fix(text, together.changes, safe=one.safe and other.safe)


def _with_role(finding: Finding, names: set[str]) -> Finding:
    if finding.role is Role.FIRST and origin(finding, names) is not None:
        return replace(finding, role=Role.CONSEQUENCE)
    return finding


def _rank(finding: Finding) -> tuple[int, int, int, str, tuple[str, int]]:
    return (
        _SEVERITIES[finding.severity],
        finding.role is not Role.FIRST,
        _STAGES[finding.cause.stage],
        finding.cause.code,
        min((place(span) for span in finding.where), default=("", 0)),
    )
