"""Pins that contradict one another by what their own metadata says: no resolver needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wherry.dependencies.metadata import Metadata
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Conflict, Python

# What a project is built around: moved last, whatever contradicts it.
PROTECTED = frozenset(
    ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-intel", "django", "torch")
)


@dataclass(frozen=True, slots=True)
class Pin:
    """A line that names one version, and what that release wants."""

    line: RequirementLine
    version: Version
    metadata: Metadata


def pins(
    lines: Iterable[RequirementLine], metadata: Mapping[RequirementLine, Metadata]
) -> list[Pin]:
    """Return the lines that are pins and whose metadata is known."""
    found = []
    for line in lines:
        if line.exact is None or line not in metadata:
            continue
        try:
            found.append(Pin(line, Version(line.exact), metadata[line]))
        except InvalidVersion:
            continue
    return found


def contradictions(found: list[Pin], python: Python) -> list[Conflict]:
    """Return the pairs of pins of which one forbids the other; each line is set aside once."""
    by_name = {pin.line.key: pin for pin in found}
    conflicts = []
    aside: set[RequirementLine] = set()
    for pin in sorted(found, key=lambda pin: pin.line.key not in PROTECTED):
        for demand in pin.metadata.demands(python, pin.line.extras):
            other = by_name.get(canonicalize_name(demand.name))
            if other is None or other.line == pin.line or {pin.line, other.line} & aside:
                continue
            if demand.specifier.contains(other.version, prereleases=True):
                continue
            chosen = set_aside((pin.line, other.line), demanded=other.line)
            aside.add(chosen)
            lines = tuple(sorted((pin.line, other.line), key=lambda line: (line.file, line.line)))
            reason = f"{pin.line.name} {pin.version} wants {demand.name}{demand.specifier}"
            wanted = str(demand.specifier) if chosen == other.line else ""
            conflicts.append(Conflict(lines, reason, chosen, wanted))
    return conflicts


def repeated(lines: Iterable[RequirementLine]) -> list[Conflict]:
    """Return lines that pin the same package to different versions."""
    first: dict[str, RequirementLine] = {}
    conflicts = []
    for line in lines:
        if line.exact is None:
            continue
        before = first.setdefault(line.key, line)
        if before.exact != line.exact and _differ(before, line):
            reason = f"{before.text} and {line.text} are both asked for"
            conflicts.append(Conflict((before, line), reason, line))
    return conflicts


def set_aside(
    lines: Iterable[RequirementLine], demanded: RequirementLine | None = None
) -> RequirementLine:
    """Return the line to move: not what the project is built around, and what others limit."""
    ordered = list(lines)
    free = [line for line in ordered if line.key not in PROTECTED] or ordered
    return demanded if demanded in free and demanded is not None else free[-1]


def _differ(one: RequirementLine, other: RequirementLine) -> bool:
    try:
        return Version(one.exact or "") != Version(other.exact or "")
    except InvalidVersion:
        return True
