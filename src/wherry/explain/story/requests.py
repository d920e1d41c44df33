"""Requests that got no answer in time, or none at all: Heroku's H codes for a running app."""

from wherry.causes import catalogue
from wherry.explain.ledger import Record
from wherry.explain.story.draft import Draft
from wherry.explain.story.scene import Scene
from wherry.explain.story.workers import WAITED
from wherry.findings import Role

_AT_ONCE_MS = 100
_LOOPS = 4
_SSL = "ssl-redirect-without-proxy-header"
# What a code is the consequence of, where it was seen.
_FOLLOWS = {
    "H12": ("fork-after-model-load", "tf-graph-thread", "thread-limit"),
    "H13": ("gunicorn-worker-timeout", "fork-after-model-load", "memory-limit-killed",
            "fork-unsafe-segfault", "thread-limit", "memory-alloc-failed",
            "cpu-illegal-instruction", "memory-quota-exceeded"),
    "H18": ("gunicorn-worker-timeout", "fork-after-model-load", "memory-limit-killed"),
    "H19": ("memory-quota-exceeded", "memory-limit-killed", "fork-after-model-load",
            "gunicorn-worker-timeout", "request-timeout-h12"),
    "H11": ("fork-after-model-load", "memory-quota-exceeded", "gunicorn-worker-timeout",
            "request-timeout-h12"),
    "H17": ("wsgi-asgi-mixed-up",),
}  # fmt: skip
_ALONE = ("H15", "H25", "H31", "H80", "H81", "H82", "H99", "R99", "R13")


def settle(scene: Scene) -> None:
    """Give each code its cause, or hang it on the one that it follows from."""
    for code in ("H12", "H13", "H18", "H19", "H11", "H17"):
        for record in _records(scene, code):
            _one(scene, code, record)
    for code in _ALONE:
        for record in _records(scene, code)[:1]:
            _alone(scene, code, record)
    for record in scene.ledger.of("~redirected"):
        _redirected(scene, record)
    for record in scene.ledger.of("R12"):
        _exit_timeout(scene, record)
    for record in scene.ledger.of("L10"):
        scene.add("logs-dropped", record)


def _records(scene: Scene, code: str) -> list[Record]:
    symptom = catalogue.symptom(code)
    return scene.ledger.of(code, *(alias for alias in symptom.aliases if alias[:1].isupper()))


def _one(scene: Scene, code: str, record: Record) -> None:
    title = f"{code}: {catalogue.symptom(code).title}"
    cause = scene.draft(*_FOLLOWS[code])
    if code == "H19" and cause is None:
        cause = scene.breaks()
    if code in ("H12", "H13") and cause is None:
        cause = _waited(scene)
    if cause is not None:
        cause.shows(record, title)
        return
    if record.values.get("sock") == "client":
        scene.add("client-left", record, role=Role.NOISE)
        return
    if code == "H18" and scene.ledger.first("~cycling", "~released") and record.count == 1:
        scene.add("restart-after-change", record, role=Role.NOISE)
        return
    draft = scene.symptom_draft(code, record)
    if code == "H12":
        _late(scene, draft.record)
    if code == "H13" and _milliseconds(record) < _AT_ONCE_MS:
        draft.name = "keep-alive-shorter-than-router"
        draft.alternatives = ("worker-killed-h13",)
        draft.signs = {"worker-killed-h13": "`service` is long, or a worker is lost with it"}


def _waited(scene: Scene) -> Draft | None:
    """gunicorn stopped a worker in the middle of a call of another service's."""
    draft = scene.draft(WAITED)
    return draft if draft is not None and draft.record.name == "worker-timeout" else None


def _late(scene: Scene, record: Record) -> None:
    """What the log speaks for goes first among the candidates."""
    draft = scene.draft("request-timeout-h12")
    if draft is None:
        return
    fits = []
    if scene.ledger.first("~downloads"):
        fits.append("model-downloaded-at-request")
    if record.values.get("path", "").startswith("/static/"):
        fits.append("requests-queue-behind-prediction")
    if scene.draft("memory-quota-exceeded"):
        fits.append("memory-quota-exceeded")
    if scene.draft("outbound-call-without-timeout"):
        fits.append("outbound-call-without-timeout")
    if fits:
        draft.alternatives = tuple(fits)


def _milliseconds(record: Record) -> float:
    digits = record.values.get("service", "").removesuffix("ms")
    return float(digits) if digits.isdigit() else float("inf")


def _alone(scene: Scene, code: str, record: Record) -> None:
    if code == "R13" and scene.drafts:
        return
    if record.name == "H28":
        # It is the visitor's side that was silent, as an open page's socket is.
        scene.add("client-left", record, values={}, role=Role.NOISE)
        return
    scene.add(catalogue.symptom(code).candidates[0].cause, record)


def _redirected(scene: Scene, record: Record) -> None:
    """The same address redirected again and again, where no slash is missing from it."""
    paths = [values.get("path", "") for _, values in record.seen]
    often = max(paths, key=paths.count)
    if often.endswith("/") and paths.count(often) >= _LOOPS and not scene.draft(_SSL):
        scene.add(_SSL, record, values={})


def _exit_timeout(scene: Scene, record: Record) -> None:
    hung = scene.draft("fork-after-model-load", "gunicorn-worker-timeout")
    if hung is not None:
        hung.shows(record, "R12: it did not end when it was told to")
        return
    scene.add("shutdown-ignored-sigterm", record)
