"""The findings of a rehearsal: what the log tells, settled by what was measured."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from wherry.causes.cause import Severity
from wherry.findings import Finding, Role
from wherry.rehearse.judging import boot, ending, memory, requests
from wherry.rehearse.judging.situation import Situation, finding

_SETTLERS: Final[tuple[Callable[[Finding, Situation], Finding], ...]] = (
    boot.settle,
    memory.settle,
    requests.settle,
    ending.settle,
)
# Symptoms that each of these explains by itself, so that no second finding is needed.
_MEMORY: Final = frozenset(
    (
        *("memory-quota-exceeded", "memory-limit-killed", "too-many-workers", "memory-too-small"),
        *("memory-grows-with-requests", "memory-alloc-failed", "model-loaded-per-request"),
    )
)
# What a buildpack says of many failures; the lines above it say which it was.
_GENERAL: Final = frozenset(("collectstatic-fails", "release-phase-failed"))
_ORDER: Final = tuple(Severity)


def judge(
    situation: Situation, *, known: Iterable[Finding], failed: str, booted: bool | None
) -> tuple[Finding, ...]:
    """Return the findings: the worst first, each cause once.

    Args:
        situation: What happened.
        known: What a step itself is sure of.
        failed: The step that the platform would have stopped at, or "".
        booted: Whether the web process came up; None where it was not started.
    """
    sure = list(known)
    told = [_settle(item, situation) for item in situation.told if item.role is not Role.NOISE]
    if failed in ("push", "build"):
        # The buildpack names its refusals itself; behind its general words the log says more.
        found = _behind(sure, told) or sure
    else:
        found = [*sure, *told, *_missing(situation, [*sure, *told], failed=failed, booted=booted)]
        found = [item for item in found if not ending.follows(item, situation)]
    return tuple(sorted(_once(found), key=_rank))


def _behind(sure: list[Finding], told: list[Finding]) -> list[Finding]:
    """Return what the log tells, where the step itself has only general words, or none."""
    if sure and sure[0].cause.name not in _GENERAL:
        return []
    return [item for item in told if item.role is Role.FIRST]


def _settle(found: Finding, situation: Situation) -> Finding:
    for settle in _SETTLERS:
        found = settle(found, situation)
    return found


def _missing(
    situation: Situation, told: list[Finding], *, failed: str, booted: bool | None
) -> Iterator[Finding]:
    names = {item.cause.name for item in told}
    explained = any(item.severity is Severity.ERROR for item in told)
    if failed == "release" and not explained:
        yield finding(
            "release-phase-failed",
            where=(*situation.outside[:1], *situation.quoted("Process exited with status")),
        )
    if booted is False and not explained:
        unknown = boot.missing(situation)
        if unknown is not None:
            yield unknown
    if not names & _MEMORY:
        yield from memory.missing(situation)
    if booted is not False:
        for found in requests.unexplained_codes(situation, names):
            # A request that a kill for memory cut off adds nothing to what is known of the kill.
            if not (found.cause.name in _MEMORY and names & _MEMORY):
                yield found
        if not explained:
            yield from requests.silent_failures(situation)
    yield from ending.missing(situation)


def _once(found: Iterable[Finding]) -> list[Finding]:
    """Put findings of one cause together: the first one's words, the evidence of all."""
    kept: dict[str, Finding] = {}
    for item in found:
        known = kept.get(item.cause.name)
        if known is None:
            kept[item.cause.name] = item
            continue
        evidence = dict.fromkeys((*known.evidence, *item.evidence))
        where = dict.fromkeys((*known.where, *item.where))
        kept[item.cause.name] = replace(
            known,
            evidence=tuple(evidence),
            where=tuple(where),
            values={**item.values, **known.values},
        )
    return list(kept.values())


def _rank(item: Finding) -> tuple[bool, int]:
    return item.role is not Role.FIRST, _ORDER.index(item.severity)
