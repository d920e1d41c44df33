"""``mend``: apply fixes, look again, and go on until there is nothing left to apply."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.doctor.diagnose import Options, diagnose
from wherry.doctor.diagnosis import Diagnosis
from wherry.doctor.fixing import Refused, apply, difference, plan
from wherry.findings import Change, Fix

_MOST_ROUNDS: Final = 10


@dataclass(frozen=True, slots=True)
class Mended:
    """A project after its fixes.

    Attributes:
        diagnosis: What is left.
        changes: What became of each file, from first to last.
        fixes: What was done, in order.
        refused: Why the last round could not be written, or "".
    """

    diagnosis: Diagnosis
    changes: tuple[Change, ...]
    fixes: tuple[Fix, ...]
    refused: str = ""

    def diff(self) -> str:
        """Return all that was changed as a unified diff."""
        return "".join(difference(change) for change in self.changes)


def mend(root: Path, options: Options, *, unsafe: bool) -> Mended:
    """Apply the fixes of a project, the unsafe ones only where that is wanted.

    Fixes of one file go in together where they touch different lines, and one after the other
    where they do not; after each round the rules look at the project as it is then.
    """
    changes: dict[str, Change] = {}
    fixes: list[Fix] = []
    seen: set[tuple[Change, ...]] = set()
    for _ in range(_MOST_ROUNDS):
        diagnosis = diagnose(root, options)
        now = plan(diagnosis.findings, unsafe=unsafe)
        # Two rules that undo each other's work would go on for ever.
        if not now.changes or now.changes in seen:
            return Mended(diagnosis, _real(changes), tuple(fixes))
        seen.add(now.changes)
        try:
            apply(diagnosis.root, now.changes)
        except Refused as error:
            return Mended(diagnosis, _real(changes), tuple(fixes), str(error))
        fixes += now.fixes
        for change in now.changes:
            first = changes.get(change.path, change)
            changes[change.path] = Change(change.path, first.before, change.after)
    return Mended(diagnose(root, options), _real(changes), tuple(fixes))


def _real(changes: dict[str, Change]) -> tuple[Change, ...]:
    """Return the changes without files that came and went again."""
    return tuple(
        change
        for change in changes.values()
        if change.before is not None or change.after is not None
    )
