"""What the user does not want to hear: taken out of the findings, place by place."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from wherry.doctor.baseline import fingerprint
from wherry.doctor.configuration import Configuration
from wherry.doctor.ignores import Ignores
from wherry.findings import Finding, Span


@dataclass(frozen=True, slots=True)
class Heard:
    """What is left to tell, and how many places were taken out."""

    findings: tuple[Finding, ...]
    places: int


def without_ignored(
    findings: Iterable[Finding], ignores: Ignores, configuration: Configuration
) -> Heard:
    """Leave out what a comment or ``per-file-ignores`` silences."""

    def left(finding: Finding) -> tuple[Span, ...]:
        return tuple(
            span
            for span in ignores.left_of(finding)
            if not configuration.ignores(finding.cause, span)
        )

    return _only(findings, {id(finding): left(finding) for finding in findings})


def without_known(findings: Iterable[Finding], known: Counter[str]) -> Heard:
    """Leave out what a baseline holds; takes from ``known`` what it finds, so the rest is gone."""
    left: dict[int, tuple[Span, ...]] = {}
    bare: set[int] = set()
    for finding in findings:
        left[id(finding)] = tuple(
            span for span in finding.where if not _take(known, fingerprint(finding, span))
        )
        if not finding.where and _take(known, fingerprint(finding, None)):
            bare.add(id(finding))
    heard = _only((finding for finding in findings if id(finding) not in bare), left)
    return Heard(heard.findings, heard.places + len(bare))


def _take(known: Counter[str], print_: str) -> bool:
    if not known[print_]:
        return False
    known[print_] -= 1
    return True


def _only(findings: Iterable[Finding], left: dict[int, tuple[Span, ...]]) -> Heard:
    heard = []
    places = 0
    for finding in findings:
        spans = left[id(finding)]
        places += len(finding.where) - len(spans)
        if spans or not finding.where:
            heard.append(
                finding if len(spans) == len(finding.where) else replace(finding, where=spans)
            )
    return Heard(tuple(heard), places)
