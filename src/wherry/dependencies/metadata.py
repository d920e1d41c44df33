"""What a release says of itself: which other packages it wants, and whether pip accepts that."""

from collections.abc import Iterable
from dataclasses import dataclass
from email.parser import HeaderParser

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wherry.dependencies.requirement import environment
from wherry.dependencies.resolution import Python


@dataclass(frozen=True, slots=True)
class Metadata:
    """The lines that matter.

    Attributes:
        requires: What it wants, as it is written there.
    """

    version: str
    requires: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """What breaks the standard, so that pip since 24.1 passes the release over."""
        faults = []
        for text in self.requires:
            try:
                Requirement(text)
            except InvalidRequirement:
                faults.append(text)
        try:
            Version(self.version)
        except InvalidVersion:
            faults.append(self.version)
        return tuple(faults)

    def demands(self, python: Python, extras: Iterable[str] = ()) -> tuple[Requirement, ...]:
        """Return what it wants on this Python, what cannot be read left out."""
        found = []
        wanted = ["", *(canonicalize_name(extra) for extra in extras)]
        for text in self.requires:
            try:
                demand = Requirement(text)
            except InvalidRequirement:
                continue
            if demand.marker is None or _holds(demand, python, wanted):
                found.append(demand)
        return tuple(found)


def read_metadata(text: str) -> Metadata:
    """Read a METADATA or PKG-INFO file."""
    message = HeaderParser().parsestr(text)
    return Metadata(
        version=str(message.get("Version") or "").strip(),
        requires=tuple(
            " ".join(str(value).split()) for value in message.get_all("Requires-Dist") or ()
        ),
    )


def _holds(demand: Requirement, python: Python, extras: list[str]) -> bool:
    if demand.marker is None:
        return True
    try:
        return any(
            demand.marker.evaluate({**environment(python), "extra": extra}) for extra in extras
        )
    except UndefinedEnvironmentName:
        return True
