"""Everything that was seen, and the findings made of it so far."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from wherry.causes import catalogue
from wherry.causes.cause import Stage
from wherry.explain.ledger import Ledger, Record
from wherry.explain.story.draft import Draft
from wherry.explain.unknown import Unknown
from wherry.findings import LogSpan, Role
from wherry.signatures.events import Event

_HANDLERS: Final = (
    "django/core/handlers/",
    "flask/app.py",
    "starlette/routing.py",
    "fastapi/routing.py",
    "rest_framework/views.py",
)


@dataclass(slots=True)
class Scene:
    """What the chapters of a story share.

    Attributes:
        drafts: The findings so far.
        outside: Lines that no cause explains.
    """

    ledger: Ledger
    unknown: Unknown
    drafts: list[Draft] = field(default_factory=list)
    outside: list[LogSpan] = field(default_factory=list)

    def add(
        self,
        name: str,
        record: Record,
        *,
        values: Mapping[str, str] | None = None,
        alternatives: Iterable[str] = (),
        settled_by: str = "",
        role: Role = Role.FIRST,
        sure: bool = True,
    ) -> Draft:
        """Add a finding."""
        draft = Draft(
            name=name,
            record=record,
            values=dict(record.values if values is None else values),
            alternatives=tuple(alternatives) or record.verdict.alternatives,
            settled_by=settled_by or record.verdict.settled_by,
            sure=sure and record.verdict.sure,
            role=role,
            in_request=in_request(record.event),
        )
        self.drafts.append(draft)
        return draft

    def draft(self, *names: str) -> Draft | None:
        """Return the first finding of one of these causes, in the order of the log."""
        found = [draft for draft in self.drafts if draft.name in names]
        return min(found, key=lambda draft: draft.number) if found else None

    def drop(self, *names: str) -> None:
        """Take back the findings of these causes."""
        self.drafts = [draft for draft in self.drafts if draft.name not in names]

    def python(self, before: int) -> tuple[int, int] | None:
        """Return the Python that the log tells of, nearest before a line; else any."""
        record = self.ledger.first("~python")
        if record is None:
            return None
        told = [values for number, values in record.seen if number <= before]
        for values in [*reversed(told), record.seen[0][1]]:
            version = _python(values)
            if version is not None:
                return version
        return None

    def breaks(self) -> Draft | None:
        """Return the first finding that keeps the app from running at all."""
        found = [
            draft
            for draft in self.drafts
            if draft.role is Role.FIRST
            and draft.is_error
            and not draft.in_request
            and draft.cause.stage not in (Stage.REQUESTS, Stage.MEMORY)
        ]
        return min(found, key=lambda draft: draft.number) if found else None

    def symptom_draft(self, code: str, record: Record, settled: str = "") -> Draft:
        """Add what nothing settles: the likeliest candidate, with the others beside it."""
        candidates = catalogue.symptom(code).candidates
        first = settled or candidates[0].cause
        others = [item for item in candidates if item.cause != first]
        draft = self.add(first, record, alternatives=[item.cause for item in others], sure=False)
        draft.signs = {item.cause: item.settled_by for item in candidates}
        return draft


def in_request(event: Event) -> bool:
    """Whether it was raised while a request was answered."""
    return any(part in frame.path for frame in event.frames for part in _HANDLERS)


def _python(values: Mapping[str, str]) -> tuple[int, int] | None:
    found = re.match(r"(\d)\.(\d+)", values.get("python", ""))
    if found:
        return int(found[1]), int(found[2])
    tag = values.get("tag", "")
    if len(tag) >= 2 and tag[0] == "3":
        return 3, int(tag[1:])
    return None
