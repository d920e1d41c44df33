"""What a cause is: why apps fail, said once, with what to do about it.

Texts are templates. ``{pin|a pin}`` is filled from the finding's values, or reads "a pin" without
them; ``{heroku.request_timeout_s}`` is a vendor's number, looked up in ``wherry.platforms``
(see ``filling``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wherry.causes.sources import Source


class Stage(StrEnum):
    """Where in its life an app meets the cause; the first digit of the code tells."""

    BUILD = "push and build"
    BOOT = "boot and import"
    MEMORY = "memory"
    REQUESTS = "router and requests"
    MODEL = "model"
    DATA = "data and security"
    OPERATIONS = "platform and operations"
    OUTSIDE = "outside Wherry's scope"


_STAGES: Final = dict(zip("12345679", Stage, strict=True))


class Severity(StrEnum):
    """How bad it is on the chosen platform.

    error: the build, the boot or the first request fails. warning: it fails under load, after a
    restart or on an upgrade, or leaks what is secret. note: hygiene.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Edit:
    """What a file should say.

    Attributes:
        file: Its usual name; a finding knows the real one.
        text: The lines that matter, as they should read; not the whole file.
    """

    file: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One way out; commands and edits make it concrete, and there is at least one of them.

    Attributes:
        text: What to do, in the imperative.
        commands: What to type, in order.
        edits: What files should say.
        platforms: The platforms that it works on, as in ``Platform.families``; None for all.
        pythons: The Python versions that it works on: ``3.9-3.12``, ``3.13-``, ``-3.11``, or "".
        needs: What else must hold, said to the reader since no machine can tell.
    """

    text: str
    commands: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    platforms: frozenset[str] | None = None
    pythons: str = ""
    needs: str = ""

    def fits(
        self, families: Collection[str] | None = None, python: tuple[int, int] | None = None
    ) -> bool:
        """Whether it can be offered there; what is not known (None) is no obstacle."""
        if self.platforms is not None and self.platforms.isdisjoint(families or self.platforms):
            return False
        if python is None or not self.pythons:
            return True
        first, last = python_range(self.pythons)
        return first <= python <= last


def python_range(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the first and the last Python version of ``3.9-3.12``; an open end has no limit."""
    first, _, last = text.partition("-")
    return _version(first) if first else (0, 0), _version(last) if last else (99, 99)


def _version(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


@dataclass(frozen=True, slots=True)
class Check:
    """How to see that it is gone."""

    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why an app fails.

    Attributes:
        code: Stable, never given twice: ``WH110``.
        name: The same in words: ``python-unpinned``.
        title: One line without a full stop.
        why: A short paragraph.
        remedies: Likeliest first.
        check: How to see that it is gone.
        looks_like: Log lines as they really look, without a platform's prefix.
        sources: Where it was seen or is documented.
        aliases: Other names of the same thing.
        related: Names of causes that are mistaken for it, or follow from it.
        severity: What it usually is; a finding may say otherwise.
        platforms: Where it can happen, as in ``Platform.families``; None for everywhere.
        noise: Whether it is normal, and only looks like a failure.
    """

    code: str
    name: str
    title: str
    why: str
    remedies: tuple[Remedy, ...]
    check: Check
    sources: tuple[Source, ...]
    severity: Severity
    looks_like: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    platforms: frozenset[str] | None = None
    noise: bool = False

    @property
    def stage(self) -> Stage:
        """Where in its life an app meets it."""
        return _STAGES[self.code[2]]

    def offered(
        self, families: Collection[str] | None = None, python: tuple[int, int] | None = None
    ) -> tuple[Remedy, ...]:
        """Return the remedies that this platform and this Python allow."""
        return tuple(remedy for remedy in self.remedies if remedy.fits(families, python))


def run(text: str, *commands: str, on: str = "", pythons: str = "", needs: str = "") -> Remedy:
    """Return a remedy that is typed; ``on`` names platforms, separated by blanks."""
    return Remedy(
        text=text, commands=commands, platforms=_platforms(on), pythons=pythons, needs=needs
    )


def edit(
    text: str,
    file: str,
    lines: str,
    *commands: str,
    on: str = "",
    pythons: str = "",
    needs: str = "",
) -> Remedy:
    """Return a remedy that is written into a file, with what to type after it."""
    return Remedy(
        text=text,
        commands=commands,
        edits=(Edit(file, lines),),
        platforms=_platforms(on),
        pythons=pythons,
        needs=needs,
    )


def _platforms(names: str) -> frozenset[str] | None:
    return frozenset(names.split()) or None
