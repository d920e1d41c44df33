"""Several fixes of one file, put together where they touch different lines."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from wherry.findings import Change, Fix


@dataclass(frozen=True, slots=True)
class _Edit:
    """Lines ``start`` to ``end`` of the text that was there become ``lines``."""

    start: int
    end: int
    lines: tuple[str, ...]

    def touches(self, other: "_Edit") -> bool:
        """Whether the two cannot be made in any order; neighbours can, insertions there not."""
        if self == other:
            return False
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Combined:
    """What a number of fixes come to.

    Attributes:
        changes: One for each file.
        taken: The fixes that are in them.
        left: Those that touch the same lines as one that was taken before them.
    """

    changes: tuple[Change, ...]
    taken: tuple[Fix, ...]
    left: tuple[Fix, ...]


def combine(fixes: Iterable[Fix]) -> Combined:
    """Put fixes together, the first ones first; each goes in as a whole or not at all."""
    changes: dict[str, Change] = {}
    taken: list[Fix] = []
    left: list[Fix] = []
    for fix in fixes:
        more = _with(changes, fix)
        if more is None:
            left.append(fix)
        else:
            changes.update(more)
            taken.append(fix)
    return Combined(tuple(changes.values()), tuple(taken), tuple(left))


def _with(changes: dict[str, Change], fix: Fix) -> dict[str, Change] | None:
    """Return the files as they are with this fix too; None where it does not go together."""
    found: dict[str, Change] = {}
    for change in fix.changes:
        known = found.get(change.path) or changes.get(change.path)
        both = change if known is None else _both(known, change)
        if both is None:
            return None
        found[change.path] = both
    return found


def _both(one: Change, other: Change) -> Change | None:
    if one == other:
        return one
    if one.before is None or one.before != other.before:
        return None
    if one.after is None or other.after is None:
        return None
    after = three_way(one.before, one.after, other.after)
    return None if after is None else Change(one.path, one.before, after)


def three_way(before: str, one: str, other: str) -> str | None:
    """Return the text with the edits of both; None where they touch the same lines."""
    edits = _edits(before, one)
    for edit in _edits(before, other):
        if any(edit.touches(known) for known in edits):
            return None
        if edit not in edits:
            edits.append(edit)
    lines = before.splitlines(keepends=True)
    # From the end, so that the numbers of the lines before stay what they are.
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        lines[edit.start : edit.end] = edit.lines
    return "".join(lines)


def _edits(before: str, after: str) -> list[_Edit]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    return [
        _Edit(start, end, tuple(new[first:last]))
        for tag, start, end, first, last in matcher.get_opcodes()
        if tag != "equal"
    ]
