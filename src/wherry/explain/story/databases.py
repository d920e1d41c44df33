"""A database that refused: libpq asks twice, and the second refusal is no cause."""

import re
from typing import Final

from wherry.causes.cause import Severity
from wherry.explain.story.draft import Draft
from wherry.explain.story.scene import Scene
from wherry.findings import Role

_REFUSED = ("database-credentials-stale", "too-many-database-connections", "database-localhost")
_UNOPENED = ("database-credentials-stale", "database-localhost", "database-requires-ssl")
_NEXT_LINES = 2
_HINT = "not yet reflected"
_WAITED_FOR = ("database-credentials-stale", "database-localhost")
_BROKER: Final = re.compile(r"redis|amqp|rabbit|broker|kombu", re.IGNORECASE)
# PostgreSQL's own log, in the official image's form.
_SERVER: Final = re.compile(r"(?:\d{4}-\d\d-\d\d \S+ \S+ )?\[\d+\] (?:\S+ )?(?:FATAL|ERROR): ")
_TRIED: Final = ("root", "admin", "administrator", "sa", "test", "pgadmin", "guest", "oracle")
_WARNING: Final = re.compile(r"^\W{0,3}(?:WARNING|WARN|INFO|DEBUG)\b|(?:WARNING|INFO)[/ ]")


def settle(scene: Scene) -> None:
    """Say each refusal once, by what the server said first."""
    _unmade(scene)
    _empty_pool(scene)
    _second_try(scene)
    _passed(scene)


def _unmade(scene: Scene) -> None:
    """What migrate says of an app's models explains why a table of that app is not there.

    Where nothing is missing and the server came up, it is about no more than a default.
    """
    missing = scene.draft("migrations-not-run")
    hint = scene.draft("migrations-not-committed")
    serving = scene.ledger.first("~listens", "~booting-worker")
    if missing is None and hint is not None and _HINT in hint.record.event.text:
        if serving is not None and serving.last > hint.number:
            hint.role = Role.NOISE
        return
    for draft in list(scene.drafts):
        app = draft.values.get("app", "")
        if missing is None or draft.name != "migrations-not-committed" or not app:
            continue
        if missing.values.get("table", "").strip('"').startswith(f"{app}_"):
            draft.severity = Severity.ERROR
            draft.shows(missing.record, missing.cause.title)
            scene.drop(missing.name)
            return


def _empty_pool(scene: Scene) -> None:
    """A pool that has no connection to give says nothing new where none could be opened."""
    pool = scene.draft("too-many-database-connections")
    refused = scene.draft(*_UNOPENED)
    if pool is None or pool.sure or refused is None:
        return
    refused.shows(pool.record, "asked in vain for a connection of the pool")
    scene.drop(pool.name)


def _second_try(scene: Scene) -> None:
    """Drop the refusal of the second try, without TLS, where the first one was told just before."""
    without_tls = scene.draft("database-requires-ssl")
    if without_tls is None:
        return
    for draft in scene.drafts:
        before = without_tls.number - draft.number
        if draft.name in _REFUSED and 0 <= before <= _NEXT_LINES:
            scene.drop("database-requires-ssl")
            return


def _passed(scene: Scene) -> None:
    """A refusal is harmless where the next try came through, or where a stranger was refused."""
    for draft in scene.drafts:
        if draft.name not in _WAITED_FOR or draft.record.event.raised is not None:
            continue
        if _came_up(scene, draft) or _stranger(draft) or _only_warned(scene, draft):
            draft.role = Role.NOISE


def _came_up(scene: Scene, draft: Draft) -> bool:
    broker = _BROKER.search(draft.record.event.text) is not None
    up = scene.ledger.first("~broker-up" if broker else "~database-up")
    return up is not None and up.last > draft.record.last


def _stranger(draft: Draft) -> bool:
    """Whether the server itself tells of it, and only of names that everybody tries."""
    if not _SERVER.match(draft.record.event.text):
        return False
    return all(values.get("user", "") in _TRIED for _, values in draft.record.seen)


def _only_warned(scene: Scene, draft: Draft) -> bool:
    """Whether a line calls it a warning, and nothing failed in the whole log."""
    if not _WARNING.search(draft.record.event.text):
        return False
    unknown = scene.unknown
    failed = scene.ledger.first("~app-crash", "~server-error", "~answered-500", "worker-timeout")
    others = any(other.is_error for other in scene.drafts if other is not draft)
    return not (failed or others or unknown.exceptions or unknown.bare or unknown.errors)
