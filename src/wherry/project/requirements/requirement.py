"""One thing that a project asks to be installed, and one that a lock file settles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from wherry.findings import FileSpan

_SEPARATORS: Final = re.compile(r"[-_.]+")
_EXACT: Final = re.compile(r"^\s*===?\s*([^\s,*]+)\s*$")


def canonical(name: str) -> str:
    """Return a package's name as the index compares it."""
    return _SEPARATORS.sub("-", name).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement, where it stands.

    Attributes:
        name: In the index's form: small letters, hyphens. "" where a path or an address alone
            is given and does not tell it.
        written_name: As the project spells it.
        specifier: As PEP 440 has it, "" for any version; that of Poetry and conda is translated.
        marker: As PEP 508 has it, or "".
        url: An address to install from: http, ``git+https``, ``file:``; "" for the index.
        local: A path of the project to install from; "" for none.
        line: Counted from 1.
        raw: The requirement as it is written, without comment and options.
        group: The dependency group or extra that it belongs to; "" for what is always installed.
        constraint: Whether it only limits what others ask for (``-c``).
    """

    name: str
    written_name: str
    extras: tuple[str, ...] = ()
    specifier: str = ""
    marker: str = ""
    url: str = ""
    local: str = ""
    hashes: tuple[str, ...] = ()
    editable: bool = False
    file: str
    line: int
    raw: str
    group: str = ""
    constraint: bool = False

    @property
    def pinned(self) -> str | None:
        """The one version that it allows (``==``); None where there are several."""
        found = _EXACT.match(self.specifier)
        return found[1] if found else None

    @property
    def where(self) -> FileSpan:
        """Where it stands."""
        return FileSpan(self.file, self.line, quote=self.raw)


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock file.

    Attributes:
        source: Where it is from: ``registry``, ``git``, ``url``, ``path``, ``virtual``.
        wheels: The names of the wheels that the lock knows of, where it does.
    """

    name: str
    version: str
    file: str
    line: int
    source: str = "registry"
    marker: str = ""
    groups: tuple[str, ...] = ()
    wheels: tuple[str, ...] = ()
    sdist: bool = False

    @property
    def where(self) -> FileSpan:
        """Where it stands."""
        return FileSpan(self.file, self.line, quote=f"{self.name} {self.version}")


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file.

    Attributes:
        kind: ``uv``, ``poetry`` or ``pipenv``.
        packages: What it settles, in its order.
        requires_python: The Pythons that it is for, as PEP 440 has it; "" where it does not say.
        declares: What it says that the project asks for, by name, where it says so: the
            specifiers, or "?" where the source is named instead. Compared with the project's own
            file it shows a lock that is out of date.
    """

    kind: str
    path: str
    packages: tuple[Locked, ...]
    requires_python: str = ""
    declares: Mapping[str, tuple[str, ...]] | None = None
    content_hash: str = ""

    def get(self, name: str) -> Locked | None:
        """Return a package by its name in the index's form."""
        return next((package for package in self.packages if package.name == name), None)


@dataclass(frozen=True, slots=True)
class Option:
    """A line of a requirements file that tells pip how to install: ``--index-url ...``."""

    name: str
    value: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class RequirementFile:
    """A file that requirements were read from.

    Attributes:
        kind: ``pip``, ``pyproject``, ``poetry``, ``pipfile``, ``conda``.
        parent: The file that includes it with ``-r``; "" for the one that the host installs.
        constraint: Whether it is included with ``-c``.
    """

    path: str
    kind: str
    parent: str = ""
    constraint: bool = False
    requirements: tuple[Requirement, ...] = ()
    options: tuple[Option, ...] = field(default=())
