"""What the hosts' edges report of requests: late, cut off, refused because everything was busy."""

from wherry.causes import catalogue
from wherry.explain.story.draft import Draft
from wherry.explain.story.scene import Scene
from wherry.findings import Role

_DIED = (
    "gunicorn-worker-timeout", "fork-after-model-load", "memory-limit-killed", "thread-limit",
    "fork-unsafe-segfault", "memory-alloc-failed", "cpu-illegal-instruction",
)  # fmt: skip
_SLOW = (
    "request-timeout-h12", "gunicorn-worker-timeout", "fork-after-model-load",
    "outbound-call-without-timeout", "memory-quota-exceeded", "memory-limit-killed",
)  # fmt: skip


def settle(scene: Scene) -> None:
    """Give what an edge reports its cause."""
    _late(scene)
    _closed_early(scene)
    _full(scene)
    _trained(scene)
    _cloud_sql(scene)


def _late(scene: Scene) -> None:
    record = scene.ledger.first("~late")
    if record is None:
        return
    cause = scene.draft(*_SLOW)
    if cause is not None:
        cause.shows(record, "requests that the host gave up waiting for")
        return
    draft = scene.symptom_draft("H12", record)
    if scene.ledger.first("~downloads"):
        draft.alternatives = ("model-downloaded-at-request",)


def _closed_early(scene: Scene) -> None:
    """The worker was lost; a single one at a restart is none."""
    record = scene.ledger.first("~closed-early")
    if record is None:
        return
    cause = scene.draft(*_DIED) or scene.breaks()
    if cause is not None:
        cause.shows(record, catalogue.symptom("H13").title)
        return
    if record.count == 1 and scene.ledger.first("~told-to-end", "~stopping", "~released"):
        scene.add("restart-after-change", record, values={}, role=Role.NOISE)
        return
    scene.symptom_draft("H13", record)


def _full(scene: Scene) -> None:
    record = scene.ledger.first("~full")
    if record is None:
        return
    cause = scene.draft(*_SLOW, *_DIED) or scene.breaks()
    if cause is not None:
        cause.shows(record, "requests that found every instance busy")
        return
    scene.add(
        "requests-queue-behind-prediction",
        record,
        alternatives=("slow-boot",),
        settled_by="slow-boot if it is only while an instance starts",
        sure=False,
    )


def _cloud_sql(scene: Scene) -> None:
    """Cloud Run's proxy says why its socket does not answer; the driver does not know."""
    told = [draft for draft in scene.drafts if draft.record.event.text.startswith("Cloud SQL")]
    if not told:
        return
    for draft in list(scene.drafts):
        if draft is not told[0] and "/cloudsql/" in draft.record.event.text:
            told[0].shows(draft.record, "connections that failed for it")
            scene.drafts.remove(draft)


def _trained(scene: Scene) -> None:
    """Epochs in the log of a request that was late: the view trains."""
    trains = scene.ledger.first("~trains")
    late = scene.draft("request-timeout-h12", "gunicorn-worker-timeout")
    if trains is None or late is None or late.sure or trains.number > late.record.last:
        return
    if trains.event.process.startswith(("worker", "celery", "release")):
        return
    _rename(late, scene)


def _rename(late: Draft, scene: Scene) -> None:
    trains = scene.ledger.of("~trains")[0]
    told = late.record
    late.alternatives, late.signs = (late.name,), {}
    late.name, late.record, late.values = "training-in-request", trains, {}
    late.shows(told, "nobody got an answer in time")
