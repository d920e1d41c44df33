"""What came of looking at a project."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.ignores import Ignore
from wherry.doctor.rules.estimates.predictions import Predictions
from wherry.findings import Finding, Skipped
from wherry.platforms.hosts import Target

NEVER: Final = "never"
_SEVERITIES: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A project as it was found.

    Attributes:
        python: What the host would run; None where nothing tells.
        python_asked: Whether the project asks for it, and the host does not choose.
        framework: ``django``, ``flask``, ``fastapi`` ...; "" where there is none.
        files: How many of the project's files a push would take along.
        findings: The worst first.
        predictions: What the app will weigh and need there, whether or not that is a fault; None
            where nothing is installed or started.
        skipped: What was not inspected.
        unused_ignores: Comments that silence nothing.
        silenced: How many places a comment or the configuration silences.
        known: How many places the baseline holds.
        gone: How many places of the baseline are no longer there.
        nothing: Why there was nothing to look at, or "".
    """

    root: Path
    target: Target
    python: tuple[int, int] | None
    python_asked: bool = False
    framework: str = ""
    files: int = 0
    findings: tuple[Finding, ...] = ()
    predictions: Predictions | None = None
    skipped: tuple[Skipped, ...] = ()
    unused_ignores: tuple[Ignore, ...] = ()
    silenced: int = 0
    known: int = 0
    gone: int = 0
    offline: bool = False
    nothing: str = ""

    @property
    def inspected(self) -> bool:
        """Whether there was anything to look at."""
        return not self.nothing

    def count(self, severity: Severity) -> int:
        """Return how many findings are that severe."""
        return sum(finding.severity is severity for finding in self.findings)

    def fails(self, fail_on: str) -> bool:
        """Whether a finding is as severe as ``fail_on``, or worse; ``never`` is never reached."""
        if fail_on == NEVER:
            return False
        worst = _SEVERITIES[Severity(fail_on)]
        return any(_SEVERITIES[finding.severity] <= worst for finding in self.findings)


def once(skipped: Iterable[Skipped]) -> tuple[Skipped, ...]:
    """Return what was skipped, each thing with the first reason that was given for it."""
    found: dict[str, Skipped] = {}
    for item in skipped:
        found.setdefault(item.what, item)
    return tuple(found.values())
