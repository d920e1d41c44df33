"""What becomes of a release that has no wheel here: does its source build on this Python?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wherry.dependencies.fitting import KNOWN_PYTHONS, Fit, nearest, span
from wherry.dependencies.releases import Page
from wherry.dependencies.resolution import LineTrouble, Python, Trouble
from wherry.dependencies.sources import Source

BETAS: Final[Mapping[Python, str]] = {
    (3, 8): "2019-06-04",
    (3, 9): "2020-05-18",
    (3, 10): "2021-05-03",
    (3, 11): "2022-05-08",
    (3, 12): "2023-05-22",
    (3, 13): "2024-05-08",
    (3, 14): "2025-05-07",
}
"""The day of each Python's first beta: nobody built anything with it before."""


_OLDER: Final = "its source is older than this Python"


@dataclass(frozen=True, slots=True)
class Broken:
    """A source that is known not to build, or not to run, though nothing in it says so."""

    name: str
    versions: str
    first: Python
    reason: str

    def stops(self, name: str, version: Version, python: Python) -> bool:
        """Whether it is what keeps this release from this Python."""
        return (
            name == self.name
            and python >= self.first
            and SpecifierSet(self.versions).contains(version, prereleases=True)
        )


BROKEN: Final = (
    Broken("pyyaml", ">=5.4,<6.0.1", (3, 6), "its build breaks with Cython 3"),
    Broken("psycopg2", "<2.9.10", (3, 13), "it uses what Python 3.13 removed from its C interface"),
    Broken("psycopg2-binary", "<2.9.10", (3, 13), "it uses what 3.13 removed from its C interface"),
    Broken("psycopg2", "<2.9.2", (3, 11), "what is built of it cannot be imported"),
    Broken("psycopg2-binary", "<2.9.2", (3, 11), "what is built of it cannot be imported"),
    Broken("pycrypto", ">=0", (3, 11), "it was given up before this Python"),
    Broken("shapely", "<1.8.5", (3, 11), "its build looks for GEOS, which is not there"),
    Broken("shapely", "<2", (3, 12), "its build looks for GEOS, which is not there"),
    Broken("wrapt", "<1.13", (3, 11), "it imports what Python 3.11 removed from inspect"),
    Broken("typed-ast", ">=0", (3, 12), "it was given up before this Python"),
    Broken("greenlet", "<3", (3, 12), "it uses what Python 3.12 removed from its C interface"),
)


def source_trouble(
    fit: Fit, source: Source | None, page: Page, python: Python
) -> LineTrouble | None:
    """Return what is to be said of a release that is built here; None for one in plain Python.

    Args:
        source: What its archive says; None where it could not be looked into.
    """
    if fit.release is None:
        return None
    trouble, reason = _judge(fit, source, python)
    if trouble is None:
        return None
    pythons = fit.release.pythons(KNOWN_PYTHONS)
    detail = reason
    if pythons and trouble is not Trouble.SOURCE_OLD_SETUPTOOLS:
        detail = f"its wheels are for Python {span(pythons)}"
        detail += f", and {reason}" if reason else ""
    return LineTrouble(
        line=fit.line,
        trouble=trouble,
        version=fit.release.text,
        detail=detail or "it is published as source only",
        pythons=pythons,
        replacement=nearest(fit.line, page, python),
        builds=trouble is Trouble.SOURCE_NEEDS_COMPILER,
    )


def _judge(fit: Fit, source: Source | None, python: Python) -> tuple[Trouble | None, str]:
    release = fit.release
    assert release is not None  # noqa: S101, looked at by the caller
    for broken in BROKEN:
        if broken.stops(fit.line.key, release.version, python):
            return Trouble.SOURCE_TOO_OLD, broken.reason
    pythons = release.pythons(KNOWN_PYTHONS)
    older = bool(release.uploaded) and release.uploaded < BETAS.get(python, "")
    # It had wheels for the Pythons of its day, and would be compiled on one from after it.
    outlived = older and bool(pythons) and max(pythons) < python
    if source is None:
        if outlived:
            return Trouble.SOURCE_TOO_OLD, _OLDER
        return (Trouble.SOURCE_NEEDS_COMPILER, "") if pythons else (None, "")
    if reason := source.stopped(python):
        return Trouble.SOURCE_TOO_OLD, reason
    if outlived and source.compiled and source.fragile:
        return Trouble.SOURCE_TOO_OLD, _OLDER
    if source.needs_old_setuptools:
        return Trouble.SOURCE_OLD_SETUPTOOLS, source.needs_old_setuptools
    if not source.compiled:
        return None, ""
    return Trouble.SOURCE_NEEDS_COMPILER, ""
