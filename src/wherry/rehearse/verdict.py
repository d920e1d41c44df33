"""The last word: one line that says what the platform would do with the project."""

from collections.abc import Sequence
from typing import Final

from wherry.causes.cause import Severity
from wherry.findings import Finding, Role
from wherry.rehearse.rehearsal import Outcome, Traffic, Verdict

_FAILED: Final = {
    "push": Outcome.NOT_PUSHED,
    "build": Outcome.NOT_BUILT,
    "release": Outcome.NOT_RELEASED,
    "boot": Outcome.NOT_BOOTED,
}
_STOPPED: Final = {"push": Outcome.PUSHES, "build": Outcome.BUILDS, "boot": Outcome.BOOTS}


def reach_verdict(
    findings: Sequence[Finding],
    *,
    failed: str = "",
    words: str = "",
    only: str = "",
    traffic: Traffic | None = None,
) -> Verdict:
    """Return the verdict.

    Args:
        findings: The worst first.
        failed: The step that the platform would have stopped at; "" where it went through.
        words: The platform's own words for it, where no finding says why.
        only: Where the run was to end.
        traffic: What the requests met.
    """
    first = next((item for item in findings if item.role is Role.FIRST), None)
    if failed:
        reason = words if first is None else _named(first)
        return Verdict(_FAILED[failed], reason)
    worth = [item for item in findings if item.severity is not Severity.NOTE]
    if only in _STOPPED and not worth:
        return Verdict(_STOPPED[only])
    lost = _lost(traffic)
    if not worth and not lost:
        return Verdict(Outcome.RUNS)
    told = [_named(item) for item in worth if item.role is Role.FIRST][:2]
    more = len(worth) - len(told)
    if more > 0 and told:
        told.append(f"{more} more")
    reason = "; ".join(told) if told else lost
    return Verdict(Outcome.RUNS_BUT, reason)


def _named(item: Finding) -> str:
    title = item.title
    lowered = title if title[1:2].isupper() or "_" in title.split(" ")[0] else _lower(title)
    return f"{lowered} ({item.cause.code} {item.cause.name})"


def _lower(title: str) -> str:
    return f"{title[:1].lower()}{title[1:]}"


def _lost(traffic: Traffic | None) -> str:
    """Return what went wrong that no finding explains."""
    if traffic is None:
        return ""
    failed = sum(
        count for kind in traffic.kinds for status, count in kind.statuses.items() if status >= 500
    )
    if not failed:
        return ""
    return f"{failed} of {traffic.requests} requests were not answered well"
