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
_FIR: Final = re.compile(r"web-[0-9a-f]{6,12}-\w{4,6}")
_LOADING: Final = ("tensorflow-startup-messages", "cuda-noise-harmless", "~downloads")
_KILLED: Final = (
    "memory-limit-killed", "fork-after-model-load", "fork-unsafe-segfault", "thread-limit",
    "cpu-illegal-instruction", "memory-alloc-failed",
)  # fmt: skip


def settle(scene: Scene) -> None:
    """Hang each symptom on the cause that was seen, or settle it by what was."""
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


def _title(code: str) -> str:
    title = catalogue.symptom(code).title
    return f"{code}: {title}" if code[:1].isupper() else title


def _came_up(scene: Scene, code: str) -> bool:
    """Render says that no port is open until one is."""
    found = scene.ledger.first("~port-found")
    record = scene.ledger.first(code)
    return (
        code in ("no-open-ports", "health-check-failed")
        and found is not None
        and record is not None
        and found.last > record.last
    )


def _cause(scene: Scene, code: str) -> Draft | None:
    if code == "proxy-cannot-reach-app":
        late = scene.draft("gunicorn-worker-timeout")
        if late is not None:
            return late
    return scene.breaks() or scene.draft(*_KILLED)


def _unreached(scene: Scene, code: str, record: Record) -> None:
    settled, values = _why(scene, code)
    if code == "health-check-failed" and scene.ledger.first("~health-check-request"):
        settled = "health-check-refused"
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
    late = record is not None and listens.number > record.number
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
