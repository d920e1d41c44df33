"""What became of a project's requirements on one Python: what is installed, and what is not."""

from dataclasses import dataclass
from enum import StrEnum

from wherry.dependencies.requirement import RequirementLine
from wherry.findings import Skipped

type Python = tuple[int, int]


class Trouble(StrEnum):
    """Why a requirement cannot be installed as it stands."""

    NO_PACKAGE = "no such package"
    NO_VERSION = "no such version"
    PYTHON_TOO_NEW = "this Python is too new for it"
    PYTHON_TOO_OLD = "this Python is too old for it"
    NO_WHEEL = "no file for this Python or this system"
    SOURCE_TOO_OLD = "source that does not build on this Python"
    SOURCE_NEEDS_COMPILER = "source that is compiled"
    SOURCE_OLD_SETUPTOOLS = "source that needs an older setuptools"
    INVALID_METADATA = "metadata that pip refuses"
    UNREACHABLE = "an address that the build cannot reach"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a release: a wheel, or the source.

    Attributes:
        size_bytes: Compressed, as the index states it; None where it does not.
        sha256: Hexadecimal, or "".
    """

    filename: str
    url: str
    size_bytes: int | None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """A package in the version that would be installed.

    Attributes:
        name: In its normal form.
        wheel: What is installed; None where only the source is there.
        required_by: The names of the packages that want it; empty for the user's own alone.
        requires: Its own demands that hold on this Python, as its metadata states them.
        line: The user's line that names it; None for what comes along.
    """

    name: str
    version: str
    wheel: Artifact | None
    sdist: Artifact | None = None
    required_by: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    line: RequirementLine | None = None


@dataclass(frozen=True, slots=True)
class LineTrouble:
    """A requirement that cannot be installed, and why.

    Attributes:
        version: The release that was looked at, where there is one.
        detail: What is known of it in one clause: ``its files are for Python 3.6 to 3.8``.
        pythons: The Pythons that the release has a file for, oldest first.
        replacement: The nearest requirement that this Python can install, or "".
        builds: Whether the source is expected to build here all the same.
        elsewhere: For what else there are wheels: ``windows``, ``macos``, ``musl``, ``arm``.
    """

    line: RequirementLine
    trouble: Trouble
    version: str = ""
    detail: str = ""
    pythons: tuple[Python, ...] = ()
    replacement: str = ""
    builds: bool = False
    elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Lines that cannot be installed together; without any one of them the others can.

    Attributes:
        lines: The user's own, in the order of their files.
        reason: Who wants what, in a clause: ``tensorflow 2.12.0 wants numpy<1.24,>=1.22``.
        set_aside: The line that was left out to look at the rest.
        wanted: The versions of it that the other line allows, where that is known.
    """

    lines: tuple[RequirementLine, ...]
    reason: str
    set_aside: RequirementLine
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One line that a repair changes.

    Attributes:
        to: The requirement that stands there then, or None where the line goes.
        unsafe: Why a person has to look at it, or "": TensorFlow's minor, Keras's generation.
    """

    line: RequirementLine
    to: str | None
    unsafe: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """What to move so that everything installs on one Python.

    Attributes:
        pins: What all of it resolves to then, name to version; empty where it was only outlined,
            and more lines may have to move.
    """

    python: Python
    moves: tuple[Move, ...]
    pins: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a host with this Python makes of a project's requirements.

    Attributes:
        packages: All that would be installed of what fits together, by name. Where there are
            troubles or conflicts, without the lines that those set aside.
        troubles: One for each line that cannot be installed at all.
        conflicts: Lines that contradict one another, each independent of the others.
        repairs: For each Python of the host that has one; the one with the fewest moves first.
        skipped: What could not be looked at, and why.
    """

    python: Python
    packages: tuple[Package, ...] = ()
    troubles: tuple[LineTrouble, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    repairs: tuple[Repair, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def installs(self) -> bool:
        """Whether the host would install it as it stands."""
        return not self.conflicts and all(trouble.builds for trouble in self.troubles)

    def package(self, name: str) -> Package | None:
        """Return the package of that normal name, if it would be installed."""
        return next((package for package in self.packages if package.name == name), None)
