"""Which TensorFlow goes with which Python, numpy, protobuf, keras and h5py: a table, no index."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from wherry.dependencies.resolution import Python

FULL: Final = "tensorflow"
CPU: Final = "tensorflow-cpu"
NAMES: Final = frozenset((FULL, CPU, "tensorflow-gpu", "tensorflow-intel", "tensorflow-macos"))
"""The packages that hold TensorFlow itself; their releases have the same versions and demands."""


@dataclass(frozen=True, slots=True)
class TensorFlow:
    """One release.

    Attributes:
        pythons: What it has wheels for, on 64-bit Linux.
        demands: What it wants of other packages, by name.
    """

    version: Version
    pythons: tuple[Python, ...]
    demands: Mapping[str, SpecifierSet]

    def wants(self, name: str) -> SpecifierSet | None:
        """Return what it wants of a package; None where it says nothing."""
        return self.demands.get(name)


@cache
def table() -> tuple[TensorFlow, ...]:
    """Return every final release, oldest first."""
    text = (files("wherry.dependencies") / "tensorflow.toml").read_text(encoding="utf-8")
    found = []
    for entry in tomllib.loads(text)["releases"]:
        version = Version(entry.pop("version"))
        pythons = tuple(_python(python) for python in entry.pop("pythons"))
        demands = {name: SpecifierSet(value) for name, value in entry.items()}
        found.append(TensorFlow(version, pythons, demands))
    return tuple(found)


def release(version: str) -> TensorFlow | None:
    """Return a release by its version, or the last of its series: ``2.15.1``, ``2.15``."""
    try:
        wanted = Version(version)
    except InvalidVersion:
        return None
    exact = next((entry for entry in table() if entry.version == wanted), None)
    if exact is not None or len(wanted.release) > 2:
        return exact
    series = [entry for entry in table() if entry.version.release[:2] == wanted.release[:2]]
    return series[-1] if series else None


def newest_for(python: Python) -> TensorFlow | None:
    """Return the newest release with a wheel for this Python."""
    return next((entry for entry in reversed(table()) if python in entry.pythons), None)


def nearest_for(version: str, python: Python) -> TensorFlow | None:
    """Return the last release of the nearest series with a wheel for this Python, after it."""
    try:
        wanted = Version(version)
    except InvalidVersion:
        return None
    later = [entry for entry in table() if python in entry.pythons and entry.version >= wanted]
    if not later:
        return None
    series = later[0].version.release[:2]
    return [entry for entry in later if entry.version.release[:2] == series][-1]


def _python(text: str) -> Python:
    major, minor = text.split(".")
    return int(major), int(minor)
