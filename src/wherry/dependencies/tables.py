"""What can be said of requirements without an index: from the tables that Wherry brings along."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from packaging.version import InvalidVersion, Version

from wherry.dependencies import tensorflow_table
from wherry.dependencies.building import BROKEN
from wherry.dependencies.contradictions import Pin, contradictions, repeated
from wherry.dependencies.fitting import span
from wherry.dependencies.metadata import Metadata
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import LineTrouble, Python, Resolution, Trouble
from wherry.dependencies.substitutes import MACOS_ONLY, NO_PACKAGES, SUBSTITUTES, WINDOWS_ONLY
from wherry.findings import Skipped

# Wrong names that the index has nothing under, or a package that only refuses to be installed.
_NOT_THERE: Final = frozenset(
    (*("cv2", "opencv", "pil", "mysqldb", "rest-framework", "corsheaders", "guincorn"),)
)


@dataclass(frozen=True, slots=True)
class Firsts:
    """The first releases for one Python; None where there are none.

    Attributes:
        ready: The first that has a wheel.
        built: The first that may at least be built from its source.
    """

    ready: Version | None
    built: Version | None


@cache
def firsts() -> Mapping[str, Mapping[Python, Firsts]]:
    """Return the first releases of compiled packages, by name and Python."""
    text = (files("wherry.dependencies") / "first_wheels.toml").read_text(encoding="utf-8")
    return {
        name: {
            _python(python): Firsts(_version(ready), _version(built))
            for python, (ready, built) in entries.items()
        }
        for name, entries in tomllib.loads(text).items()
    }


def assess(lines: Sequence[RequirementLine], python: Python, *, locked: bool = False) -> Resolution:
    """Return what the tables say of these lines on one Python; nothing is asked of any index."""
    applying = [line for line in lines if line.applies(python) and not line.url]
    troubles = [found for line in applying if (found := _trouble(line, python)) is not None]
    conflicts = [] if locked else [*repeated(applying), *contradictions(_pins(applying), python)]
    return Resolution(
        python=python,
        troubles=tuple(troubles),
        conflicts=tuple(conflicts),
        skipped=(Skipped("what the package index knows of the requirements", "it was not asked"),),
    )


def _trouble(line: RequirementLine, python: Python) -> LineTrouble | None:
    key = line.key
    if key in NO_PACKAGES or key in _NOT_THERE:
        substitute = SUBSTITUTES.get(key)
        return LineTrouble(
            line, Trouble.NO_PACKAGE, replacement=substitute.name if substitute else ""
        )
    if key in WINDOWS_ONLY:
        return LineTrouble(line, Trouble.NO_WHEEL, elsewhere=frozenset(("windows",)))
    if key in MACOS_ONLY:
        return LineTrouble(line, Trouble.NO_WHEEL, elsewhere=frozenset(("macos",)))
    if key in tensorflow_table.NAMES:
        return _tensorflow(line, python)
    return _too_old(line, python)


def _tensorflow(line: RequirementLine, python: Python) -> LineTrouble | None:
    """Return the trouble of a TensorFlow of which no release fits; an open end always fits."""
    allowed = line.specifiers
    if allowed is None or (not line.exact and _end(line) is None):
        return None
    inside = [entry for entry in tensorflow_table.table() if allowed.contains(entry.version)]
    if not inside or any(python in entry.pythons for entry in inside):
        return None
    known = inside[-1]
    near = tensorflow_table.nearest_for(str(known.version), python)
    too_new = max(known.pythons) < python
    return LineTrouble(
        line,
        Trouble.PYTHON_TOO_NEW if too_new else Trouble.PYTHON_TOO_OLD,
        version=str(known.version),
        detail=f"its files are for Python {span(known.pythons)}",
        pythons=known.pythons,
        replacement=f"{line.name}=={near.version}" if near else "",
    )


def _too_old(line: RequirementLine, python: Python) -> LineTrouble | None:
    """Return the trouble of a line that ends below the first release with a wheel here."""
    if (broken := _broken(line, python)) is not None:
        return broken
    known = firsts().get(line.key, {})
    first = known.get(python)
    end = _end(line)
    if first is None or end is None or (first.built is not None and end > first.built):
        return None
    older = tuple(
        other
        for other, entry in known.items()
        if other < python and entry.ready is not None and entry.ready < end
    )
    detail = f"none of its releases has a file for {_text(python)}"
    if first.ready is not None:
        detail = f"the first with a file for {_text(python)} is {first.ready}"
    return LineTrouble(
        line,
        Trouble.PYTHON_TOO_NEW,
        version=line.exact or "",
        detail=detail,
        pythons=older,
        replacement="" if first.ready is None else f"{line.name}=={first.ready}",
    )


def _broken(line: RequirementLine, python: Python) -> LineTrouble | None:
    version = None if line.exact is None else _version(line.exact)
    for broken in BROKEN:
        if version is not None and broken.stops(line.key, version, python):
            return LineTrouble(line, Trouble.SOURCE_TOO_OLD, str(version), broken.reason)
    return None


def _end(line: RequirementLine) -> Version | None:
    """Return a version that is above all that a line allows; None where there is no end."""
    ends = []
    for part in line.specifiers or ():
        prefix = part.version.endswith(".*")
        bound = _version(part.version.removesuffix(".*"))
        if bound is None:
            continue
        if part.operator == "<":
            ends.append(bound)
        elif part.operator == "<=" or (part.operator in ("==", "===") and not prefix):
            ends.append(_next(bound.release, len(bound.release), bound))
        elif part.operator == "==":
            ends.append(_next(bound.release, len(bound.release)))
        elif part.operator == "~=":
            ends.append(_next(bound.release, len(bound.release) - 1))
    return min(ends, default=None)


def _next(release: tuple[int, ...], length: int, exact: Version | None = None) -> Version:
    """Return the version after all that begin so; after exactly one where it is given."""
    if exact is not None:
        return Version(f"{exact.public}.post999" if not exact.is_postrelease else exact.public)
    head = [*release[:length]]
    return Version(".".join(map(str, [*head[:-1], head[-1] + 1])))


def _pins(lines: Iterable[RequirementLine]) -> list[Pin]:
    """Return the pins with what the table says that TensorFlow wants of the others."""
    found = []
    for line in lines:
        if not line.exact:
            continue
        version = _version(line.exact)
        if version is None:
            continue
        known = tensorflow_table.release(line.exact) if line.key in tensorflow_table.NAMES else None
        wants = tuple(f"{name}{demand}" for name, demand in known.demands.items()) if known else ()
        found.append(Pin(line, version, Metadata(line.exact, wants)))
    return found


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _text(python: Python) -> str:
    return f"{python[0]}.{python[1]}"


def _python(text: str) -> Python:
    major, minor = text.split(".")
    return int(major), int(minor)
