"""Requests that were not answered, or too late."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from wherry.causes import catalogue
from wherry.findings import Confidence, Evidence, Finding, How
from wherry.rehearse.events import RequestServed
from wherry.rehearse.judging.situation import Situation, finding, settled
from wherry.rehearse.record import Kind, quantile

_GENERAL: Final = {
    "H12": "request-timeout-h12",
    "H13": "worker-killed-h13",
    "H18": "server-closed-early-h18",
}
_NAMES: Final = {name: code for code, name in _GENERAL.items()}
_QUICK_SHARE: Final = 0.5
_QUEUED_RATIO: Final = 10.0
_QUEUED_LEAST_S: Final = 1.0


def settle(found: Finding, situation: Situation) -> Finding:
    """Settle by who was slow, when, and by what the code does there."""
    if found.cause.name == "keep-alive-shorter-than-router" and _mostly_fail("H13", situation):
        # What fails now and then is a race; what fails nearly always is the app's way.
        found = settled(found, _GENERAL["H13"])
    code = _NAMES.get(found.cause.name)
    if code is None:
        return found
    failed = [one for one in situation.record.failures if one.code == code]
    evidence = list(_evidence(code, failed, situation))
    measured = _measured(code, failed, situation)
    if measured:
        return settled(found, measured, *evidence)
    in_code = _in_code(code, situation)
    if in_code is not None:
        return settled(_placed(found, in_code), in_code.cause.name, *evidence, **in_code.values)
    return replace(
        found,
        evidence=(*found.evidence, *evidence),
        values={**found.values, **_limit_told(code, situation)},
    )


def unexplained_codes(situation: Situation, told: Collection[str]) -> Iterator[Finding]:
    """Yield the router's codes that none of the told causes is a known reason for."""
    for code, count in situation.record.codes.items():
        name = _candidate(code)
        if name and not _covered(code, told):
            found = finding(
                name,
                where=situation.quoted(f"code={code}"),
                confidence=Confidence.MEDIUM,
                evidence=(Evidence(code, count, How.MEASURED, unit=_times(count)),),
            )
            yield settle(found, situation)


def silent_failures(situation: Situation) -> Iterator[Finding]:
    """Yield what was answered with 5xx without a word in the log."""
    broken = [
        one
        for one in situation.record.failures
        if one.status >= 500 and not one.code and not _restarting(one, situation)
    ]
    if not broken:
        return
    first = broken[0]
    others = " and others" if len({(one.method, one.path) for one in broken}) > 1 else ""
    told = f"{first.method} {first.path}{others} answered {first.status}"
    yield finding(
        "application-error",
        where=situation.quoted(f"status={first.status}"),
        confidence=Confidence.MEDIUM,
        settled_by="the traceback, which the app does not log: send django.request to the console "
        "in LOGGING",
        evidence=(Evidence(told, len(broken), How.MEASURED, unit=_times(len(broken))),),
    )


def _candidate(code: str) -> str:
    """Return the likeliest cause behind a code; "" for what is no fault of the app's."""
    if code in ("H27", "H10", "H20", "H24"):
        return ""
    try:
        return catalogue.symptom(code).candidates[0].cause
    except KeyError:
        return ""


def _covered(code: str, told: Collection[str]) -> bool:
    """Whether one of the causes is a known reason for the code."""
    return any(candidate.cause in told for candidate in catalogue.symptom(code).candidates)


def _mostly_fail(code: str, situation: Situation) -> bool:
    return any(
        kind.codes[code] * 2 > len(kind.services_s) for kind in situation.record.kinds.values()
    )


def _measured(code: str, failed: list[RequestServed], situation: Situation) -> str:
    if not failed:
        return ""
    if code != "H12":
        return _killed(situation) if code == "H13" else ""
    if _only_first(failed, situation):
        return "first-request-loads-model"
    if any(limit.limit == "memory" for limit in situation.record.limits):
        return "memory-quota-exceeded"
    if _queued(failed, situation):
        return "requests-queue-behind-prediction"
    return ""


def _killed(situation: Situation) -> str:
    killed = any(ended.reason == "R15" for ended in situation.record.exits)
    return "memory-limit-killed" if killed else ""


def _only_first(failed: list[RequestServed], situation: Situation) -> bool:
    """Whether the same requests were answered well once the first ones had failed."""
    paths = {(one.method, one.path.partition("?")[0]) for one in failed}
    for key in paths:
        kind = situation.record.kinds.get(key)
        if kind is None:
            return False
        well = [value for value in kind.services_s if value < _limit(situation)]
        if len(well) < 2 or quantile(well, 0.9) > _limit(situation) / 3:
            return False
        if kind.codes["H12"] > max(2, len(kind.services_s) * 0.2):
            return False
    return True


def _queued(failed: list[RequestServed], situation: Situation) -> bool:
    """Whether quick pages waited too: their fastest answers and their slowest are worlds apart."""
    slow = {(one.method, one.path.partition("?")[0]) for one in failed}
    answered = [key for key in slow if _well(situation.record.kinds.get(key), situation)]
    others = [kind for key, kind in situation.record.kinds.items() if key not in slow]
    waited = any(_waited(kind) for kind in others)
    return waited and bool(answered or others)


def _well(kind: Kind | None, situation: Situation) -> bool:
    return kind is not None and min(kind.services_s) < _limit(situation) * _QUICK_SHARE


def _waited(kind: Kind) -> bool:
    quickest, slowest = min(kind.services_s), quantile(kind.services_s, 0.95)
    return slowest > _QUEUED_LEAST_S and slowest > quickest * _QUEUED_RATIO


def _limit(situation: Situation) -> float:
    return situation.limits.request_timeout_s or float("inf")


def _in_code(code: str, situation: Situation) -> Finding | None:
    """Return what the code does that is a candidate for the symptom."""
    for candidate in catalogue.symptom(code).candidates:
        if candidate.cause in _NAMES:
            continue
        known = situation.suspects.get(candidate.cause)
        if known is not None:
            return known
    return None


def _placed(found: Finding, in_code: Finding) -> Finding:
    return replace(found, where=(*found.where, *in_code.where[:2]))


def _limit_told(code: str, situation: Situation) -> dict[str, str]:
    limit = situation.limits.request_timeout_s
    return {"limit": f"{limit:g} s"} if code == "H12" and limit is not None else {}


def _evidence(code: str, failed: list[RequestServed], situation: Situation) -> Iterator[Evidence]:
    if not failed:
        return
    worst: dict[tuple[str, str], int] = {}
    for one in failed:
        key = (one.method, one.path.partition("?")[0])
        worst[key] = worst.get(key, 0) + 1
    for (method, path), count in sorted(worst.items(), key=lambda item: -item[1])[:3]:
        yield Evidence(f"{code} of {method} {path}", count, How.MEASURED, unit=_times(count))
    if code == "H12" and situation.limits.request_timeout_s is not None:
        limit = situation.limits.request_timeout_s
        slowest = max(one.service_s for one in failed)
        yield Evidence("no byte of the answer after", slowest, How.MEASURED, "s", limit=limit)


def _restarting(one: RequestServed, situation: Situation) -> bool:
    """Whether it fell into the restart that the rehearsal did."""
    begun = situation.restarted_at
    return begun is not None and one.at >= begun and one.status == 503


def _times(count: int) -> str:
    return "time" if count == 1 else "times"
