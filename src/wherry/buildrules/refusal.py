"""What a buildpack says when it refuses, and what it only warns of."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a buildpack stops the build.

    Attributes:
        lines: What it prints, without the `` !     `` before each; the first is its own wording.
        cause: The name of the catalogue's cause; "" where the log above it tells the cause.
        kind: The buildpack's own name of the failure: ``package-manager::none-found``.
        files: What it is about, relative to where the host builds.
        values: What fills the cause's text.
    """

    lines: tuple[str, ...]
    cause: str
    kind: str
    files: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_line(self) -> str:
        """The line that is looked for in a log."""
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class Caution:
    """What a buildpack warns of, and builds all the same.

    Attributes:
        lines: What it prints, without the `` !     `` before each.
        cause: The name of the catalogue's cause, or "".
        values: What fills the cause's text.
    """

    lines: tuple[str, ...]
    cause: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
