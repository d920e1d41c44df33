"""Failures that no cause explains: their decisive line is quoted, and nothing is guessed."""

import re
from dataclasses import replace
from typing import Final

from wherry.explain.ledger import Record
from wherry.explain.story.building import went_on
from wherry.explain.story.draft import span_of
from wherry.explain.story.scene import Scene
from wherry.findings import LogSpan, Role
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict

_MESSAGE_LINES: Final = 6
# unittest's count of tests, a blank line, and its verdict.
_OF_A_VERDICT: Final = 3
# What a host says after a failure is no part of the message.
_OUTCOMES: Final = (
    "release-phase-failed", "collectstatic-fails", "cloud-run-start-failed", "build-hook-fails",
)  # fmt: skip
_LIMITS: Final = ("TimeLimitExceeded", "JobTimeoutException", "TaskTimeout")
_HEADING: Final = re.compile(
    r"^\s*=> ERROR \[|^ERROR: (?:failed to (?:build|solve)|process \")|^Error: failed to fetch an"
    r"|^ERROR: Service '\S+' failed to build|^target \S+: failed to solve"
)
_FAILED: Final = ("~app-crash", "~build-failed", "~answered-500", "~server-error", "H10")


def settle(scene: Scene) -> None:
    """Name the project's own exceptions; quote what else tells of a failure."""
    begun = _tested_until(scene)
    unknown = scene.unknown
    for kept in (unknown.exceptions, unknown.bare, unknown.errors):
        kept[:] = [event for event in kept if event.number > begun]
    for event in unknown.exceptions:
        _own(scene, event)
    if any(draft.role is Role.FIRST and not draft.cause.noise for draft in scene.drafts):
        return
    scene.outside += _decisive(scene, begun)


def _tested_until(scene: Scene) -> int:
    """Return the line at which tests had passed; 0 where there were none, or some failed.

    They provoke errors to see them handled, which then stand in the log.
    """
    failed = [number for record in scene.ledger.of("~told-failure") for number, _ in record.seen]
    passed = [
        number
        for record in scene.ledger.of("~tests-ended")
        for number, _ in record.seen
        if not any(0 < other - number <= _OF_A_VERDICT for other in failed)
    ]
    return max(passed, default=0)


def _own(scene: Scene, event: Event) -> None:
    raised = event.raised
    if raised is None:
        return
    if event.building:
        known = scene.draft("sdist-build-python-too-new")
        if known is not None and not known.sure:
            known.record = replace(known.record, event=event)
        return
    if _told_by_its_message(scene, event) or _no_picture(scene, event):
        return
    own = [frame for frame in raised.frames if not frame.library]
    values = {"error": raised.name}
    if own:
        values["where"] = f"{own[-1].path}, line {own[-1].line}"
    record = Record(Verdict("application-error", values), event, values, last=event.number)
    draft = scene.add("application-error", record)
    limit = scene.ledger.first("~time-limit")
    if limit is not None and raised.name in _LIMITS:
        draft.shows(limit, "the task that took too long")
    task = scene.ledger.first("~unregistered-task")
    if task is not None and not own and raised.name in ("KeyError", "NotRegistered"):
        draft.shows(task, "the task that no worker knows")


def _no_picture(scene: Scene, event: Event) -> bool:
    """Whether OpenCV was given nothing because a camera could not be opened."""
    camera = scene.draft("webcam-on-server")
    if camera is None or ".empty() in function" not in event.text:
        return False
    camera.shows(Record(Verdict(""), event, {}), "then there is no picture")
    return True


def _told_by_its_message(scene: Scene, event: Event) -> bool:
    """Whether a line of the exception's own message was known: it stands just below it."""
    return any(
        draft.record.event.raised is None
        and draft.name not in _OUTCOMES
        and draft.record.event.process == event.process
        and any(0 < number - event.number <= _MESSAGE_LINES for number, _ in draft.record.seen)
        for draft in scene.drafts
    )


def _overcome(scene: Scene, event: Event) -> bool:
    """Whether a build said it, and went on to its end."""
    return (event.building or event.source == "build") and went_on(scene, event)


def _decisive(scene: Scene, begun: int) -> list[LogSpan]:
    """Return the line after ``begun`` that says most: an exception, an error, else what failed."""
    limit = scene.ledger.first("~time-limit", "~unregistered-task")
    if limit is not None:
        return [span_of(limit)]
    told = scene.ledger.first("~told-failure")
    in_build = [
        event for event in scene.unknown.exceptions if event.building and not went_on(scene, event)
    ]
    if in_build:
        return [_span(in_build[-1])]
    if scene.unknown.bare:
        last = scene.unknown.bare[-1]
        # The lines below it say which of Django's checks failed.
        below = told is not None and 0 < told.number - last.number <= _MESSAGE_LINES
        return [_span(last), *([span_of(told)] if told is not None and below else [])]
    if told is not None:
        return [span_of(told)]
    errors = [event for event in scene.unknown.errors if not _overcome(scene, event)]
    if errors:
        # Docker's heading of a step that failed says nothing of why.
        telling = [event for event in errors if not _HEADING.search(event.text)]
        return [_span((telling or errors)[0])]
    stopped = scene.ledger.first("~ends-requests")
    failed = [
        record
        for record in scene.ledger.of(*_FAILED)
        if stopped is None or record.name != "~server-error" or record.number < stopped.number
    ]
    failed = failed or scene.ledger.of("~step-failed")
    failed = [record for record in failed if max(record.number, record.last) > begun]
    return [span_of(failed[-1])] if failed else []


def _span(event: Event) -> LogSpan:
    return span_of(Record(Verdict(""), event, {}))
