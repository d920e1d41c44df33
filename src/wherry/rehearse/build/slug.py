"""What a build makes: the slug, what is in it, and what a dyno must know to run it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

# Where a dyno sees its app; what is in the slug names this folder.
APP: Final = "/app"


class PartKind(StrEnum):
    """What a part of the slug is."""

    PYTHON = "interpreter"
    PACKAGE = "package"
    TOOL = "package manager"
    APP = "app"
    STATIC = "static files"
    BUILDPACK = "another buildpack"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the slug.

    Attributes:
        compressed_bytes: Its share of the slug.
        unpacked_bytes: Of its files.
        files: How many.
    """

    kind: PartKind
    name: str
    version: str
    compressed_bytes: int
    unpacked_bytes: int
    files: int

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "kind": self.kind.value,
            "name": self.name,
            "version": self.version,
            "compressed_bytes": self.compressed_bytes,
            "unpacked_bytes": self.unpacked_bytes,
            "files": self.files,
        }


@dataclass(frozen=True, slots=True)
class BuiltPython:
    """The interpreter.

    Attributes:
        wanted: What the platform would install: ``3.14.7``.
        origin: What asks for it: ``.python-version``, ``default`` ...
        used: What is in this slug: ``3.13.0``.
        source: Where that came from, for a sentence: ``uv``, ``pyenv``, ``PATH``.
    """

    wanted: str
    origin: str
    used: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Slug:
    """A finished slug.

    ``path`` is a gzip-compressed tar whose names all begin with ``./app/``. It may consist of
    several gzip members, as every reader takes them. A dyno unpacks it, sees the ``app`` in it as
    ``/app``, and sources ``.profile.d/*.sh`` after the config vars, before the command.

    Attributes:
        size_bytes: Of the file, which is what the limit holds.
        unpacked_bytes: Of the files in it.
        process_types: The Procfile's, and the buildpack's defaults for what it does not name.
        config_vars: What buildpacks set for the app unless it is set (``bin/release``).
        python: None for an app without Python.
        parts: Largest first.
        log: Every line of the build, masked.
        remarks: What is not as on the platform, in sentences.
        cautions: Names of the causes that the buildpack warned of.
        seconds: What the steps took.
        from_cache: Whether all of it was there already.
    """

    path: Path
    size_bytes: int
    unpacked_bytes: int
    process_types: Mapping[str, str]
    config_vars: Mapping[str, str] = field(default_factory=dict)
    python: BuiltPython | None = None
    parts: tuple[Part, ...] = ()
    log: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    from_cache: bool = False

    @property
    def packages(self) -> tuple[Part, ...]:
        """The installed packages, largest first."""
        return tuple(part for part in self.parts if part.kind is PartKind.PACKAGE)
