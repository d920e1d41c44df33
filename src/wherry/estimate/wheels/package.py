"""A package that will be installed, as far as its weight goes."""

from dataclasses import dataclass
from enum import StrEnum

from wherry.estimate.wheels.contents import Contents


class Knowledge(StrEnum):
    """How well a package's contents are known, the best first."""

    LISTED = "its wheel's own list of files"
    TABLED = "the list of the same wheel in Wherry's table"
    SIZED = "the size of its wheel"
    NEAR = "another version of it in Wherry's table"
    NOTHING = "nothing but its name"


@dataclass(frozen=True, slots=True)
class Package:
    """A package in one version.

    Attributes:
        name: In the form that the index compares.
        version: "" where any version will do.
        contents: What its wheel unpacks to; None where only ``wheel_bytes`` is known, or nothing.
        wheel_bytes: The size of the wheel; None where it is not known.
    """

    name: str
    version: str
    knowledge: Knowledge = Knowledge.NOTHING
    contents: Contents | None = None
    wheel_bytes: int | None = None
