"""Failures that no cause explains: their decisive line is quoted, and nothing is guessed."""

from dataclasses import replace
from typing import Final

from wherry.explain.ledger import Record
from wherry.explain.story.draft import span_of
from wherry.explain.story.scene import Scene
from wherry.findings import LogSpan, Role
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict

_MESSAGE_LINES: Final = 6
_FAILED: Final = ("~app-crash", "~build-failed", "~answered-500", "~server-error", "H10")


def settle(scene: Scene) -> None:
    """Name the project's own exceptions; quote what else tells of a failure."""
    for event in scene.unknown.exceptions:
        _own(scene, event)
    if any(draft.role is Role.FIRST and not draft.cause.noise for draft in scene.drafts):
        return
    scene.outside += _decisive(scene)


def _own(scene: Scene, event: Event) -> None:
    raised = event.raised
    if raised is None:
        return
    if event.building:
        known = scene.draft("sdist-build-python-too-new")
        if known is not None and not known.sure:
            known.record = replace(known.record, event=event)
        return
    if _told_by_its_message(scene, event):
        return
    own = [frame for frame in raised.frames if not frame.library]
    values = {"error": raised.name}
    if own:
        values["where"] = f"{own[-1].path}, line {own[-1].line}"
    record = Record(Verdict("application-error", values), event, values, last=event.number)
    scene.add("application-error", record)


def _told_by_its_message(scene: Scene, event: Event) -> bool:
    """Whether a line of the exception's own message was known: it stands just below it."""
    return any(
        draft.record.event.raised is None
        and draft.record.event.process == event.process
        and 0 < draft.number - event.number <= _MESSAGE_LINES
        for draft in scene.drafts
    )


def _decisive(scene: Scene) -> list[LogSpan]:
    """Return the line that says most: an exception, an error, else what failed."""
    if scene.unknown.bare:
        return [_span(event) for event in scene.unknown.bare[-1:]]
    if scene.unknown.errors:
        return [_span(scene.unknown.errors[0])]
    stopped = scene.ledger.first("~ends-requests")
    failed = [
        record
        for record in scene.ledger.of(*_FAILED)
        if stopped is None or record.name != "~server-error" or record.number < stopped.number
    ]
    return [span_of(failed[-1])] if failed else []


def _span(event: Event) -> LogSpan:
    return span_of(Record(Verdict(""), event, {}))
