"""The TensorFlow wheels whose libraries are known to work, as data."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from wherry.errors import RuntimeMissing

NEWEST = "2.21.0"


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel with TensorFlow's libraries: tensorflow-cpu's, or the one with code for cards."""

    version: str
    name: str
    sha256: str
    package: str = "tensorflow-cpu"


@dataclass(frozen=True, slots=True)
class WheelTable:
    """The wheels, and the Python version and platforms that they are built for."""

    python: str
    platforms: tuple[str, ...]
    wheels: tuple[Wheel, ...]


@cache
def table() -> WheelTable:
    """Return the wheels that the libraries can be taken from, oldest first."""
    content = tomllib.loads(
        (files("wherry.dependencies") / "tensorflow_wheels.toml").read_text(encoding="utf-8")
    )
    return WheelTable(
        python=content["python"],
        platforms=tuple(content["platforms"]),
        wheels=tuple(Wheel(**entry) for entry in content["wheels"]),
    )


def wheel_of(version: str) -> Wheel:
    """Return the wheel of a TensorFlow version, given as 2.15.1 or 2.15.

    Raises:
        RuntimeMissing: the table does not have it; the sentence says which it has.
    """
    for wheel in table().wheels:
        if version in (wheel.version, wheel.version.rpartition(".")[0]):
            return wheel
    known = ", ".join(wheel.version for wheel in table().wheels)
    raise RuntimeMissing(
        f"TensorFlow {version} is not one whose libraries can be fetched. Choose one of: {known}."
    )
