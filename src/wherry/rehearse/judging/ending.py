"""Processes that do not end, too many threads, a full disk, a log that is dropped, lost files."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from wherry.findings import Evidence, Finding, How
from wherry.rehearse.judging.situation import Situation, finding
from wherry.rehearse.rehearsal import Vanished

_LOST: Final = {"SQLite database": "sqlite-ephemeral", "upload": "media-upload-ephemeral"}
_SHOWN: Final = 3


def settle(found: Finding, situation: Situation) -> Finding:
    """Say how many there may be."""
    most = situation.limits.max_processes
    if found.cause.name != "thread-limit" or most is None:
        return found
    return replace(found, values={"limit": str(most), **found.values})


def follows(found: Finding, situation: Situation) -> bool:
    """Whether it only follows from another fault: requests that never end keep processes alive."""
    late = found.cause.name == "shutdown-ignored-sigterm"
    return late and situation.record.codes["H12"] > 0


def missing(situation: Situation) -> Iterator[Finding]:
    """Yield what was measured at the limits and at the end."""
    yield from _ignored_signal(situation)
    yield from _passed(situation)
    yield from _lost(situation)


def _ignored_signal(situation: Situation) -> Iterator[Finding]:
    grace = situation.limits.shutdown_grace_s
    # A host that gives no time at all kills everybody.
    if not grace or not any(ended.reason == "R12" for ended in situation.record.exits):
        return
    yield finding(
        "shutdown-ignored-sigterm",
        where=situation.quoted("Error R12"),
        evidence=(Evidence("alive after the signal", grace, How.MEASURED, "s", grace),),
    )


def _passed(situation: Situation) -> Iterator[Finding]:
    for limit in situation.record.limits:
        if limit.limit == "processes":
            yield finding(
                "thread-limit",
                where=situation.quoted("thread") or situation.quoted("fork"),
                evidence=(
                    Evidence(
                        "processes and threads", limit.value, How.MEASURED, limit=limit.allowed
                    ),
                ),
                values={"limit": f"{limit.allowed:.0f}"},
            )
        elif limit.limit == "disk":
            yield finding(
                "disk-full",
                evidence=(
                    Evidence("written", limit.value, How.MEASURED, "bytes", limit=limit.allowed),
                ),
            )
        elif limit.limit == "log":
            yield finding("logs-dropped", where=situation.quoted("Error L10"))


def _lost(situation: Situation) -> Iterator[Finding]:
    for what, name in _LOST.items():
        files = [file for file in situation.vanished if _counts(file, what)]
        if files:
            yield finding(
                name,
                evidence=tuple(
                    Evidence(f"{file.kind} in the app's folder", _told(file), How.MEASURED)
                    for file in files[:_SHOWN]
                ),
                values={"where": f"`{files[0].request}`"} if files[0].request else {},
            )


def _counts(file: Vanished, what: str) -> bool:
    """Whether somebody misses it: what a visitor sent, and every database that was written."""
    if file.what != what or file.kind == "removed":
        return False
    return what == "SQLite database" or bool(file.request)


def _told(file: Vanished) -> str:
    return f"{file.path} by {file.request}" if file.request else file.path
