"""Requests that found no process: H10 and H14."""

from wherry.causes import catalogue
from wherry.explain.story.scene import Scene

_DOWN = ("memory-limit-killed", "slow-boot", "port-not-bound", "port-in-use",
         "worker-declared-as-web",
         "thread-limit", "fork-unsafe-segfault", "cpu-illegal-instruction",
         "memory-alloc-failed", "fork-after-model-load")  # fmt: skip


def settle(scene: Scene) -> None:
    """Say why no process runs, of the web's or of the tasks'."""
    _no_tasks(scene)
    record = scene.ledger.first("H14")
    if record is not None:
        _none_runs(scene)
    record = scene.ledger.first("H10")
    if record is None:
        return
    cause = scene.breaks() or scene.draft(*_DOWN)
    if cause is not None:
        cause.shows(record, f"H10: {catalogue.symptom('H10').title}")


def _no_tasks(scene: Scene) -> None:
    """The workers were scaled away, and tasks are put into the queue all the same."""
    scaled = scene.ledger.first("~tasks-scaled")
    waits = scene.ledger.first("~task-waits")
    if scaled is None or waits is None or waits.last < scaled.last:
        return
    if scaled.seen[-1][1].get("count") == "0" and not scene.draft("task-worker-not-scaled"):
        draft = scene.add("task-worker-not-scaled", scaled, values={})
        draft.shows(waits, "tasks that wait")


def _none_runs(scene: Scene) -> None:
    record = scene.ledger.first("H14")
    if record is None:
        return
    title = f"H14: {catalogue.symptom('H14').title}"
    known = scene.draft("no-web-process", "procfile-misnamed", "no-package-manager-file")
    if known is None:
        known = scene.breaks()
    if known is not None:
        known.shows(record, title)
        return
    scaled = scene.ledger.first("~scaled-to-zero")
    if scaled is not None:
        scene.add("web-scaled-to-zero", scaled, values={}).shows(record, title)
        return
    draft = scene.symptom_draft("H14", record, "no-web-process")
    draft.values.clear()
