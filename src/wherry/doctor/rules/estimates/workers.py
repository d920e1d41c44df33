"""Workers that each hold the model, more than the host's memory takes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.estimates.shown import shown_bytes
from wherry.doctor.rules.estimates.workloads import Situation, situation
from wherry.estimate.libraries import costs
from wherry.estimate.memory import MemoryPrediction, predict_memory
from wherry.findings import Confidence, Evidence, Finding, How

# What brings a worker into the hundreds of megabytes; a plain site is not judged by estimates.
_HEAVY_BYTES: Final = 60_000_000
# What the requests themselves need: an upload, a decoded image, a batch. They are not predicted.
_REQUESTS_RATIO: Final = 0.1


def _check(context: Context) -> Iterator[Finding]:
    quota = context.target.memory_bytes
    if quota is None:
        return
    now = situation(context)
    if now is None or not _is_heavy(now):
        return
    memory = predict_memory(now.workload)
    one = predict_memory(replace(now.workload, serving=replace(now.workload.serving, workers=1)))
    # The server's own process is there as well, and a request needs something, too.
    if one.after_prediction.value > quota * (1 - _REQUESTS_RATIO):
        yield _too_small(context, now, memory, quota)
    if now.workload.serving.workers > 1 and not _fits(memory, quota):
        yield _too_many(context, now, memory, quota)


def workers_fit(context: Context, now: Situation) -> bool:
    """Whether the memory takes all the workers, as far as is known."""
    quota = context.target.memory_bytes
    return quota is None or _fits(predict_memory(now.workload), quota)


def _fits(memory: MemoryPrediction, quota: int) -> bool:
    return memory.after_prediction.high <= quota * (1 - _REQUESTS_RATIO)


def _is_heavy(now: Situation) -> bool:
    """Whether a library or a model is loaded that weighs; nothing is said of others."""
    known = costs()
    work = now.workload
    names = known.closure(work.at_boot | work.at_request, work.versions)
    heaviest = max(
        (known.libraries[name].cost(work.versions.get(name, "")).anonymous_bytes for name in names),
        default=0.0,
    )
    return heaviest > _HEAVY_BYTES or any(m.file_bytes > _HEAVY_BYTES for m in work.models)


def _too_many(context: Context, now: Situation, memory: MemoryPrediction, quota: int) -> Finding:
    kill = context.target.kill_bytes or quota
    workers = now.workload.serving.workers
    after = memory.after_prediction
    return found(
        "too-many-workers",
        now.where,
        severity=Severity.ERROR if after.low > kill else Severity.WARNING,
        confidence=Confidence.HIGH if after.value > quota else Confidence.MEDIUM,
        values={
            "workers": str(workers),
            "memory": f"about {shown_bytes(after.value)} of {shown_bytes(quota)}",
            **_values(now),
        },
        evidence=(
            Evidence("workers", float(workers), How.READ if now.said else How.ESTIMATED),
            memory.at_boot.evidence(quota),
            after.evidence(quota),
        ),
    )


def _too_small(context: Context, now: Situation, memory: MemoryPrediction, quota: int) -> Finding:
    kill = context.target.kill_bytes or quota
    alone = memory.worker_after_prediction
    return found(
        "memory-too-small",
        now.where,
        severity=Severity.ERROR if alone.value > kill else Severity.WARNING,
        values={
            "used": f"about {shown_bytes(alone.value)} of {shown_bytes(quota)}",
            **_values(now),
        },
        evidence=(
            memory.worker_at_boot.evidence(quota),
            alone.evidence(quota),
        ),
    )


def _values(now: Situation) -> dict[str, str]:
    models = now.workload.models
    largest = max(models, key=lambda model: model.file_bytes, default=None)
    values = {"model": largest.name} if largest is not None else {}
    if now.server.module:
        values["project"] = now.server.module.partition(".")[0]
    return values


RULE: Final = Rule("workers-and-memory", ("too-many-workers", "memory-too-small"), _check)
