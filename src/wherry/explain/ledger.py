"""What was seen so far: each thing once, with how often and where, however long the log is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from wherry.signatures.events import Event
from wherry.signatures.signature import MARK, Verdict

_RECORDS_PER_NAME: Final = 25
_SEEN_KEPT: Final = 200
_NEAR_LINES: Final = 60
# What makes two sightings of one cause two findings.
_IDENTITY: Final = (
    "pin", "package", "module", "variable", "name", "model", "file", "table", "template", "library",
    "command", "attribute", "folder", "program", "operator", "error", "host", "service",
)  # fmt: skip


@dataclass(slots=True)
class Record:
    """Something that was seen.

    Attributes:
        event: Where it was first seen.
        values: What the sightings told together.
        count: How often it was seen.
        last: The line of the last time.
        seen: The lines and values of the first sightings.
    """

    verdict: Verdict
    event: Event
    values: dict[str, str]
    count: int = 1
    last: int = 0
    seen: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The cause's, the symptom's or the mark's name."""
        return self.verdict.name

    @property
    def number(self) -> int:
        """The line of the first time."""
        return self.event.number

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from others of its name."""
        return tuple(self.values[key].strip().lower() for key in _IDENTITY if key in self.values)


class Ledger:
    """Records by name, in the order of the log."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Record]] = {}
        self.changes = 0

    def enter(self, verdict: Verdict, event: Event) -> None:
        """Write down that this was seen."""
        known = self._by_name.setdefault(verdict.name, [])
        record = self._same(known, verdict, event)
        if record is None:
            if len(known) >= _RECORDS_PER_NAME:
                return
            record = Record(verdict, event, dict(verdict.values), last=event.number)
            record.seen.append((event.number, verdict.values))
            known.append(record)
            self.changes += 1
            return
        record.count += 1
        record.last = event.number
        for key, value in verdict.values.items():
            record.values.setdefault(key, value)
        if len(record.seen) < _SEEN_KEPT:
            record.seen.append((event.number, verdict.values))
        else:
            record.seen[-1] = (event.number, verdict.values)

    def _same(self, known: list[Record], verdict: Verdict, event: Event) -> Record | None:
        if not known:
            return None
        if verdict.name.startswith(MARK) or verdict.name[:1].isupper():
            return known[0]
        identity = Record(verdict, event, dict(verdict.values)).identity
        for record in reversed(known):
            if record.identity == identity:
                return record
        last = known[-1]
        near = event.number - last.last <= _NEAR_LINES
        if near and (not identity or not last.identity or _overlap(identity, last.identity)):
            return last
        return None

    def all(self) -> Iterator[Record]:
        """Return every record."""
        for records in self._by_name.values():
            yield from records

    def of(self, *names: str) -> list[Record]:
        """Return the records of these names, in the order of the log."""
        found = [record for name in names for record in self._by_name.get(name, ())]
        return sorted(found, key=lambda record: record.number)

    def first(self, *names: str) -> Record | None:
        """Return the first of them, or None."""
        found = self.of(*names)
        return found[0] if found else None

    def before(self, number: int, *names: str) -> Record | None:
        """Return the nearest of them that began before a line, or None."""
        found = [record for record in self.of(*names) if record.number <= number]
        return found[-1] if found else None


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(set(one) & set(other))
