"""The common heavy wheels by version, for when no index is asked; ``benchmarks/slug`` wrote it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from wherry.estimate.wheels.contents import Contents, Kind, Tally
from wherry.estimate.wheels.package import Knowledge, Package

_KINDS: Final = tuple(kind.value for kind in Kind)
# Before 1.13 the wheel of torch held CUDA itself; later ones bring nvidia's packages.
_TORCH_WITH_NVIDIA: Final = (1.0, 13.0, 0.0)

_NEWEST: Final = (9_999.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class KnownWheel:
    """A wheel of the table."""

    version: str
    contents: Contents
    wheel_bytes: int


@dataclass(frozen=True, slots=True)
class KnownWheels:
    """The table.

    Attributes:
        wheels: By package, in any order of versions.
        brings: What is installed along with a package, by its name and version.
    """

    wheels: Mapping[str, tuple[KnownWheel, ...]]
    brings: Mapping[str, Mapping[str, tuple[str, ...]]]

    def package(self, name: str, version: str = "") -> Package:
        """Return what the table knows of a package; a version near it where it lacks that one."""
        known = self.wheels.get(name, ())
        if not known:
            return Package(name, version)
        exact = next((wheel for wheel in known if wheel.version == version), None)
        alike = [one for one in known if ("+" in one.version) == ("+" in version)] or known
        wheel = exact or min(alike, key=lambda one: _distance(one.version, version))
        knowledge = Knowledge.NEAR if exact is None else Knowledge.TABLED
        return Package(name, version, knowledge, wheel.contents, wheel.wheel_bytes)

    def closure(self, packages: Mapping[str, str]) -> frozenset[str]:
        """Return these packages, given with their versions, and what is known to come along."""
        return frozenset(packages).union(
            *(self._along(name, version) for name, version in packages.items())
        )

    def _along(self, name: str, version: str) -> tuple[str, ...]:
        known = self.brings.get(name)
        if not known or _is_alone(name, version):
            return ()
        return known[min(known, key=lambda one: _distance(one, version))]


def _is_alone(name: str, version: str) -> bool:
    """Whether a release comes without the packages that others of it bring along."""
    if name != "torch":
        return False
    numbers = _numbers(version)
    return "+" in version or (numbers != () and numbers < _TORCH_WITH_NVIDIA)


@cache
def known_wheels() -> KnownWheels:
    """Return the table."""
    path = files("wherry.estimate.wheels") / "wheel_table.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return KnownWheels(
        wheels={
            name: tuple(_wheel(version, entry) for version, entry in versions.items())
            for name, versions in document["wheels"].items()
        },
        brings={
            name: {version: tuple(others) for version, others in versions.items()}
            for name, versions in document["roots"].items()
        },
    )


def _wheel(version: str, entry: Mapping[str, Any]) -> KnownWheel:
    tallies = {Kind(kind): Tally(*entry[kind]) for kind in _KINDS if kind in entry}
    return KnownWheel(version, Contents(tallies), entry["wheel_bytes"])


def _distance(known: str, wanted: str) -> float:
    """Return how far two versions are apart; without a wanted one the newest is nearest."""
    return abs(_place(_numbers(known)) - _place(_numbers(wanted) or _NEWEST))


def _place(numbers: tuple[float, ...]) -> float:
    return sum(number * 1000.0**power for power, number in zip((2, 1, 0), numbers, strict=False))


def _numbers(version: str) -> tuple[float, ...]:
    """Return the first three parts of a version as numbers; () where it is none."""
    parts = []
    for part in version.split(".")[:3]:
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        parts.append(float(digits))
    return (*parts, *[0.0] * (3 - len(parts))) if parts else ()
