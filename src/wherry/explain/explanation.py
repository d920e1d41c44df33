"""What came of reading a log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wherry.findings import Finding, LogSpan, Role, Skipped, document
from wherry.masking import mask_all


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a log tells.

    Attributes:
        findings: First causes in the order of the log, then consequences, then noise.
        outside: Lines that tell of a failure which no cause of the catalogue explains.
        skipped: What could not be read.
        platform: Where the log seems to be from: ``heroku``, or "".
        lines: How many there were.
    """

    findings: tuple[Finding, ...]
    outside: tuple[LogSpan, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    platform: str = ""
    lines: int = 0

    @property
    def first(self) -> tuple[Finding, ...]:
        """What failed by itself."""
        return tuple(item for item in self.findings if item.role is Role.FIRST)

    @property
    def failed(self) -> bool:
        """Whether the log tells of anything that is not as it should be."""
        return bool(self.outside) or any(item.role is not Role.NOISE for item in self.findings)

    def to_dict(self) -> Mapping[str, Any]:
        """Return what JSON says of it, free of secrets."""
        return {
            **document("explain", self.findings, self.skipped),
            "platform": self.platform or None,
            "lines": self.lines,
            "outside": [
                {"lines": list(span.lines), "quotes": mask_all(span.quotes)}
                for span in self.outside
            ],
        }
