"""Which release pip would take for a requirement on one Python, and why it finds none."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wherry.dependencies.releases import File, Page, Release
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import LineTrouble, Python, Trouble

KNOWN_PYTHONS: Final[tuple[Python, ...]] = tuple((3, minor) for minor in range(5, 16))
_PLACES: Final = {"windows": "Windows", "macos": "macOS", "musl": "Alpine", "arm": "ARM"}


@dataclass(frozen=True, slots=True)
class Fit:
    """What pip would take for one line.

    Attributes:
        release: The release, or None where there is none.
        wheel: Its wheel for this Python; None where it would be built from ``source``.
        trouble: Why there is none.
    """

    line: RequirementLine
    release: Release | None = None
    wheel: File | None = None
    source: File | None = None
    trouble: LineTrouble | None = None


def fit(line: RequirementLine, page: Page | None, python: Python) -> Fit:
    """Return what pip would take for this line."""
    if page is None or not page.releases:
        return Fit(line, trouble=LineTrouble(line, Trouble.NO_PACKAGE))
    specifiers = line.specifiers
    if specifiers is None:
        return Fit(line)
    allowed = page.allowed(specifiers)
    if not allowed:
        return Fit(line, trouble=_no_version(line, page, python))
    for release in allowed:
        wheel = release.wheel(python)
        source = None if wheel else release.source(python)
        if wheel or source:
            return Fit(line, release, wheel, source)
    # pip takes a pre-release, where it is allowed by what is asked for and nothing else fits.
    for release in _candidates(page, specifiers):
        if wheel := release.wheel(python):
            return Fit(line, release, wheel)
    return Fit(line, trouble=why_none(line, allowed, page, python))


def why_none(
    line: RequirementLine, allowed: tuple[Release, ...], page: Page, python: Python
) -> LineTrouble:
    """Return why none of these releases has a file for this Python."""
    release = allowed[0]
    pythons = release.pythons(KNOWN_PYTHONS)
    refused = [file for file in release.files if not file.admits(python)]
    return LineTrouble(
        line=line,
        trouble=_direction(pythons, refused, python),
        version=release.text,
        detail=_detail(release, pythons, refused),
        pythons=pythons,
        replacement=nearest(line, page, python),
        elsewhere=release.elsewhere,
    )


def nearest(line: RequirementLine, page: Page, python: Python) -> str:
    """Return the requirement that is nearest to this one and has a wheel for this Python, or "".

    The first series after it that has one, in its last patch release; before it, if none is after.
    """
    found = nearest_release(line, page, python)
    return f"{line.name}=={found.text}" if found is not None else ""


def nearest_release(
    line: RequirementLine,
    page: Page,
    python: Python,
    after: Version | None = None,
    within: SpecifierSet | None = None,
) -> Release | None:
    """Return the release that ``nearest`` names, or None.

    Args:
        after: It has to be a later one than this.
        within: What others allow.
    """
    floor = _floor(line)
    usable = [
        release
        for release in page.releases
        if not release.yanked
        and not release.version.is_prerelease
        and (after is None or release.version > after)
        and (within is None or within.contains(release.version))
        and release.wheel(python) is not None
    ]
    later = [release for release in usable if floor is None or release.version >= floor]
    if floor is None or not later:
        return usable[-1] if usable else None
    return _last_of_series(later)


def _last_of_series(releases: list[Release]) -> Release:
    series = releases[0].version.release[:2]
    return [release for release in releases if release.version.release[:2] == series][-1]


def _floor(line: RequirementLine) -> Version | None:
    """Return the version that the line is about."""
    versions = [
        Version(part.version.removesuffix(".*"))
        for part in line.specifiers or ()
        if part.operator in ("==", "~=", "<=", "<", ">=")
    ]
    return max(versions, default=None)


def _candidates(page: Page, specifiers: SpecifierSet) -> Iterable[Release]:
    if any(part.operator in ("==", "===", "<", "<=", "~=") for part in specifiers):
        return ()
    return [
        release
        for release in reversed(page.releases)
        if release.version.is_prerelease
        and not release.yanked
        and specifiers.contains(release.version, prereleases=True)
    ]


def _no_version(line: RequirementLine, page: Page, python: Python) -> LineTrouble:
    newest = page.releases[-1]
    return LineTrouble(
        line=line,
        trouble=Trouble.NO_VERSION,
        detail=f"the index has {page.releases[0].text} to {newest.text}, and not that one",
        replacement=nearest(line, page, python),
    )


def _direction(pythons: tuple[Python, ...], refused: list[File], python: Python) -> Trouble:
    if refused:
        admitted = [p for p in KNOWN_PYTHONS if any(file.admits(p) for file in refused)]
        if admitted and min(admitted) > python:
            return Trouble.PYTHON_TOO_OLD
        if admitted and max(admitted) < python:
            return Trouble.PYTHON_TOO_NEW
    if pythons and max(pythons) < python:
        return Trouble.PYTHON_TOO_NEW
    if pythons and min(pythons) > python:
        return Trouble.PYTHON_TOO_OLD
    return Trouble.NO_WHEEL


def _detail(release: Release, pythons: tuple[Python, ...], refused: list[File]) -> str:
    if pythons:
        return f"its files are for Python {span(pythons)}"
    stated = next((file.requires_python for file in refused if file.requires_python), "")
    if stated:
        return f"it asks for Python {stated.rstrip(',')}"
    places = sorted(_PLACES[kind] for kind in release.elsewhere if kind in _PLACES)
    if places:
        return f"its files are for {_joined(places)} only"
    return "it has no file for this Python and this system"


def span(pythons: Iterable[Python]) -> str:
    """Return versions as people say them: ``3.6 to 3.8``."""
    ordered = sorted(pythons)
    first, last = (f"{major}.{minor}" for major, minor in (ordered[0], ordered[-1]))
    return first if first == last else f"{first} to {last}"


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
