"""Memory: the quota, the limit, what was killed for it, and how it grew."""

import itertools

from wherry.explain.ledger import Record
from wherry.explain.story.draft import Draft
from wherry.explain.story.scene import Scene
from wherry.explain.story.workers import aborted
from wherry.findings import Evidence, How

_RISES = 1.02
_STOPS_WITHIN = 20  # lines


def settle(scene: Scene) -> None:
    """Say which of quota and limit was broken, and add what was measured."""
    quota, limit = scene.ledger.first("R14"), scene.ledger.first("R15")
    if limit is not None:
        killed = scene.draft("memory-limit-killed") or _add(scene, "R15", limit)
        if quota is not None:
            killed.shows(quota, "R14 before it")
    elif quota is not None:
        _add(scene, "R14", quota)
    _killed(scene)
    _alone(scene)


def _add(scene: Scene, code: str, record: Record) -> Draft:
    draft = scene.symptom_draft(code, record)
    _measured(scene, draft)
    _settle_further(scene, draft)
    return draft


def _measured(scene: Scene, draft: Draft) -> None:
    record = scene.ledger.first("~memory")
    if record is None:
        return
    used = [float(values["used_mib"]) for _, values in record.seen if values.get("used_mib")]
    if not used:
        return
    percent = [float(values["percent"]) for _, values in record.seen if values.get("percent")]
    limit = round(used[0] / percent[0] * 100) if percent and percent[0] else None
    most = max(used)
    draft.values["used"] = f"{most:.0f} MB"
    draft.evidence.append(
        Evidence("memory of the dyno, at its most", most, How.READ, unit="MiB", limit=limit)
    )


def _settle_further(scene: Scene, draft: Draft) -> None:
    """Keep of the candidates those that the log speaks for."""
    workers = scene.ledger.first("~booting-worker")
    memory = scene.ledger.first("~memory")
    fits = []
    if workers is not None and len({values.get("pid") for _, values in workers.seen}) > 1:
        fits.append("too-many-workers")
    if memory is not None:
        used = [float(values["used_mib"]) for _, values in memory.seen if values.get("used_mib")]
        rising = sum(after > before for before, after in itertools.pairwise(used))
        if len(used) >= 4 and used[-1] > used[0] * _RISES and rising * 4 >= 3 * (len(used) - 1):
            fits.append("memory-grows-with-requests")
    if fits:
        draft.alternatives = tuple(fits)


def _killed(scene: Scene) -> None:
    """Killed by signal 9: for memory, unless something else gives the order."""
    record = scene.ledger.first("exit-137", "~worker-killed", "~killed", "~child-died")
    if record is None or record.event.building or record.event.source == "build":
        return
    memory = scene.draft("memory-limit-killed")
    if memory is not None:
        memory.shows(record, "killed by signal 9")
        return
    if _by_a_server(scene, record) or _by_order(scene, record) or _told_to_stop(scene, record):
        return
    draft = scene.add("memory-limit-killed", record, values={})
    if record.name in ("~killed", "~child-died"):
        draft.sure = False
    _measured(scene, draft)


def _by_a_server(scene: Scene, record: Record) -> bool:
    """gunicorn and uWSGI kill what is late; uvicorn only tells that a child is gone."""
    if record.name == "~child-died" and (scene.breaks() or scene.unknown.exceptions):
        return True
    if record.name == "~worker-killed" and aborted(scene):
        return True
    late = scene.ledger.first("~late")
    if late is not None and "HARAKIRI" in late.event.text:
        return True
    timeouts = scene.ledger.first("worker-timeout")
    return timeouts is not None and _killed_by_gunicorn(scene, timeouts)


def _by_order(scene: Scene, record: Record) -> bool:
    """A host ends what is late as well, and Cloud Run what its probe did not find."""
    if record.name == "exit-137" and scene.ledger.first("container-failed-to-start"):
        return True
    ordered = scene.ledger.first("R12", "R10", "~time-limit")
    return ordered is not None and ordered.number <= record.last


def _told_to_stop(scene: Scene, record: Record) -> bool:
    """It was told to stop just before, did not in time, and was killed for that."""
    ignored = scene.draft("shutdown-ignored-sigterm")
    if ignored is not None:
        ignored.shows(record, "killed by signal 9")
        return True
    stops = scene.ledger.first("~stopping")
    if stops is None or record.name != "exit-137":
        return False
    if not any(0 <= record.number - number <= _STOPS_WITHIN for number, _ in stops.seen):
        return False
    scene.add("shutdown-ignored-sigterm", stops, values={}).shows(record, "killed by signal 9")
    return True


def _killed_by_gunicorn(scene: Scene, timeouts: Record) -> bool:
    """gunicorn kills a worker that timed out; one that did not time out was killed for memory."""
    late = {values.get("pid") for _, values in timeouts.seen}
    killed = scene.ledger.first("~worker-killed")
    if killed is None:
        return True
    return {values.get("pid") for _, values in killed.seen} <= late or None in late


def _alone(scene: Scene) -> None:
    """Cloud Run's own words for it, where files count as well."""
    draft = scene.draft("memory-limit-killed")
    if draft is not None and draft.record.event.text.startswith("Memory limit of"):
        draft.alternatives = (*draft.alternatives, "files-count-as-memory")
        draft.settled_by = draft.settled_by or (
            "files-count-as-memory if the app writes files: /tmp is memory there"
        )
