"""Lines that contradict one another, so that no installer takes them together."""

from collections.abc import Iterator
from typing import Final

from wherry.dependencies.resolution import Conflict
from wherry.dependencies.tensorflow_table import NAMES
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies import repair
from wherry.doctor.rules.dependencies.situation import dotted, known, where
from wherry.findings import Evidence, Finding, How


def _check(context: Context) -> Iterator[Finding]:
    resolution = known(context)
    if resolution is None:
        return
    plan = repair.repair(context)
    best = repair.chosen(context)
    moves = {move.line: move.to for move in (best.moves if best is not None else ())}
    for conflict in resolution.conflicts:
        values = {
            "conflict": conflict.reason,
            "requirements": conflict.set_aside.file,
            "python": dotted(context.python),
        }
        if moved := moves.get(conflict.set_aside):
            values["replacement"] = moved
        yield found(
            "resolution-impossible",
            *(where(line) for line in conflict.lines),
            values=values,
            evidence=(Evidence("who wants what", conflict.reason, How.READ),),
            fix=plan,
            alternatives=("keras-standalone-mismatch",) if _of_keras(conflict) else (),
        )


def _of_keras(conflict: Conflict) -> bool:
    names = {line.key for line in conflict.lines}
    return "keras" in names and bool(names & NAMES)


RULE: Final = Rule("conflicting-lines", ("resolution-impossible",), _check)
