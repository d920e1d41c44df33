"""Findings of one cause, told together."""

from collections.abc import Iterable
from dataclasses import dataclass

from wherry.causes.cause import Cause, Severity
from wherry.causes.filling import fill
from wherry.findings import Finding, Role
from wherry.masking import mask
from wherry.render.remedies import common


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one cause and one severity, in their order."""

    cause: Cause
    severity: Severity
    role: Role
    findings: tuple[Finding, ...]

    @property
    def shared(self) -> dict[str, str]:
        """The values that all of them agree on."""
        return common([finding.values for finding in self.findings])

    @property
    def title(self) -> str:
        """What it is: exactly for one, in general for several."""
        return mask(fill(self.cause.title, self.shared))

    @property
    def why(self) -> str:
        """Why, as far as it is the same for all."""
        return mask(fill(self.cause.why, self.shared))


def group(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Put findings of one cause together, where the first of them stands."""
    groups: dict[tuple[str, Severity, Role], list[Finding]] = {}
    for finding in findings:
        key = (finding.cause.code, finding.severity, finding.role)
        groups.setdefault(key, []).append(finding)
    return tuple(
        Group(members[0].cause, members[0].severity, members[0].role, tuple(members))
        for members in groups.values()
    )
