"""A rehearsal on a pull request: the verdict and each finding, as GitHub's commands have them."""

from wherry.platforms.hosts import Target
from wherry.rehearse.rehearsal import Outcome, Rehearsal
from wherry.render.github import annotate, command


def annotations(rehearsal: Rehearsal, *, prefix: str = "") -> str:
    """Return one line for the verdict and one for each place."""
    target: Target = rehearsal.target
    lines = [
        command(_level(rehearsal), f"Rehearsed on {target.name}", rehearsal.verdict.text),
        *annotate(rehearsal.findings, target, prefix=prefix),
    ]
    return "".join(f"{line}\n" for line in lines)


def _level(rehearsal: Rehearsal) -> str:
    if not rehearsal.verdict.good:
        return "error"
    return "warning" if rehearsal.verdict.outcome is Outcome.RUNS_BUT else "notice"
