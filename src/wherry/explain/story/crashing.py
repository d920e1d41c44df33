"""A process that did not come up, or that nobody could reach."""

import re
from typing import Final

from wherry.causes import catalogue
from wherry.explain.ledger import Record
from wherry.explain.story.draft import Draft
from wherry.explain.story.scene import Scene
from wherry.explain.story.workers import preloads

_UNREACHED: Final = (
    "R10", "no-open-ports", "health-check-failed", "container-failed-to-start",
    "application-failed-to-respond", "proxy-cannot-reach-app", "H20",
)  # fmt: skip
_SERVERS: Final = re.compile(
    r"gunicorn|uvicorn|daphne|granian|hypercorn|waitress|uwsgi|runserver|flask run|mod_wsgi"
)
_WORKERS: Final = re.compile(
    r"celery|rqworker|rq worker|dramatiq|huey|bot\b|poll|worker|scrap|scheduler|clock|consumer"
)
# The host's own checks ask for an address of its network.
_INNER: Final = re.compile(
    r"(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\."
)
# A check that was not answered at all.
_UNHEARD: Final = re.compile(
    r"service unavailable|connection refused|unable to connect|listening check|didn't respond"
    r"|TCP health check|workload was not"
)
_FIR: Final = re.compile(r"web-[0-9a-f]{6,12}-\w{4,6}")
_LOADING: Final = (
    "tensorflow-startup-messages", "cuda-noise-harmless", "~downloads", "~loads-weights",
)  # fmt: skip
_KILLED: Final = (
    "memory-limit-killed", "fork-after-model-load", "fork-unsafe-segfault", "thread-limit",
    "cpu-illegal-instruction", "memory-alloc-failed",
)  # fmt: skip


def settle(scene: Scene) -> None:
    """Hang each symptom on the cause that was seen, or settle it by what was."""
    _not_yet(scene)
    for code in _UNREACHED:
        record = scene.ledger.first(code)
        if record is None or _came_up(scene, code):
            continue
        cause = _cause(scene, code)
        if cause is not None:
            cause.shows(record, _title(code))
        else:
            _unreached(scene, code, record)
    record = scene.ledger.first("exit-127")
    if record is not None and scene.breaks() is None:
        _not_found(scene, record)


def _not_yet(scene: Scene) -> None:
    """Fly.io looks right after the start: an app that listens there a little later is fine."""
    expected, listens = scene.ledger.first("~expects"), scene.ledger.first("~listens")
    if expected is None or listens is None or scene.ledger.first("proxy-cannot-reach-app"):
        return
    if listens.values.get("port") == expected.values.get("port"):
        scene.drafts = [
            draft
            for draft in scene.drafts
            if "is not listening on the expected address" not in draft.record.event.text
        ]


def _title(code: str) -> str:
    title = catalogue.symptom(code).title
    return f"{code}: {title}" if code[:1].isupper() else title


def _came_up(scene: Scene, code: str) -> bool:
    """Render says that no port is open until one is."""
    found = scene.ledger.first("~port-found")
    record = scene.ledger.first(code)
    return (
        code in ("no-open-ports", "health-check-failed", "proxy-cannot-reach-app")
        and found is not None
        and record is not None
        and found.last > record.last
    )


def _cause(scene: Scene, code: str) -> Draft | None:
    if code == "proxy-cannot-reach-app":
        late = scene.draft("gunicorn-worker-timeout", "requests-queue-behind-prediction")
        if late is not None:
            return late
    if code == "health-check-failed":
        refused = scene.draft("allowed-hosts")
        if refused is not None and _INNER.match(refused.values.get("host", "")):
            refused.name = "health-check-refused"
            refused.values["status"] = "400"
            return refused
    return scene.breaks() or scene.draft(*_KILLED)


def _unreached(scene: Scene, code: str, record: Record) -> None:
    settled, values = _why(scene, code)
    if code == "health-check-failed" and scene.ledger.first("~health-check-request"):
        settled = "health-check-refused"
    unheard = code == "health-check-failed" and _UNHEARD.search(record.event.text)
    if not settled and unheard:
        scene.symptom_draft(code, record, "port-not-bound").values.clear()
        return
    if not settled and code == "container-failed-to-start":
        settled = "cloud-run-start-failed"
    draft = scene.symptom_draft(code, record, settled)
    draft.values.clear()
    draft.values.update(values)
    if settled:
        draft.sure = True
        if settled != "cloud-run-start-failed":
            draft.alternatives = ()
    if draft.name == "port-not-bound" and values:
        local = scene.ledger.first("~listens-locally", "~listens")
        if local is not None:
            draft.shows(local, "where it listens")


def _why(scene: Scene, code: str) -> tuple[str, dict[str, str]]:
    """Return the cause that the lines before it speak for, or ""."""
    local = scene.ledger.first("~listens-locally")
    if local is not None and scene.ledger.first("~listens-everywhere"):
        return _listening(scene, code, local, scene.ledger.first(*_LOADING))
    if local is None and _on_fir(scene):
        return "ipv6-bind-on-fir", {}
    if local is not None:
        address = f"{local.values.get('host')}:{local.values.get('port')}"
        return "port-not-bound", {"address": address, "port": local.values.get("port", "")}
    command = scene.ledger.first("~start-command")
    told = "" if command is None else command.values.get("command", "")
    listens = scene.ledger.first("~listens")
    if listens is None and told and _WORKERS.search(told) and not _SERVERS.search(told):
        return "worker-declared-as-web", {"command": told}
    if preloads(scene):
        return "slow-boot", {}
    loading = scene.ledger.first(*_LOADING)
    if listens is not None:
        return _listening(scene, code, listens, loading)
    if loading is not None:
        return "slow-boot", {}
    return "", {}


def _on_fir(scene: Scene) -> bool:
    """Fir names its dynos web-12a34b56d-e78f9, and reaches them over IPv6."""
    listens = scene.ledger.first("~listens")
    return (
        listens is not None
        and listens.values.get("host") == "0.0.0.0"  # noqa: S104 - read, not bound
        and bool(_FIR.fullmatch(listens.event.process))
    )


def _listening(
    scene: Scene, code: str, listens: Record, loading: Record | None
) -> tuple[str, dict[str, str]]:
    port = listens.values.get("port", "")
    fixed = {"address": f"{listens.values.get('host')}:{port}", "port": port}
    record = scene.ledger.first(code)
    asked = "" if record is None else record.values.get("asked", "")
    if asked and port and asked != port:
        return "port-not-bound", fixed
    late = asked == port or (record is not None and listens.number > record.number)
    if late:
        return "slow-boot", {}
    if code in ("R10", "H20", "no-open-ports") or not loading:
        return "port-not-bound", fixed
    return "slow-boot", {}


def _not_found(scene: Scene, record: Record) -> None:
    command = scene.ledger.first("~start-command")
    told = "" if command is None else command.values.get("command", "").split(" ")[0]
    if told == "gunicorn":
        scene.add("gunicorn-not-installed", record, sure=False)
        return
    draft = scene.symptom_draft("exit-127", record, "start-command-not-found")
    if told:
        draft.values["command"] = told
