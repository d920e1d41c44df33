"""What a module binds, and what those who read one ask of the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from wherry.project.code.expressions import Evaluator
from wherry.project.code.source import Source
from wherry.project.code.sources import Sources
from wherry.project.code.values import Setting, Value


@dataclass(eq=False)
class Namespace:
    """What a module binds at its top level.

    Attributes:
        names: By name, as they stand at the end.
        files: The modules of the project that were read for it, itself first.
        whole: False where names come from modules that cannot be read.
        helpers: Full names of functions that were handed all the names.
    """

    source: Source
    names: dict[str, Setting] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    whole: bool = True
    helpers: list[str] = field(default_factory=list)


class Modules(Protocol):
    """All modules of a project."""

    sources: Sources

    def of(self, source: Source) -> Namespace:
        """Return what a module binds."""
        ...

    def evaluator(self, source: Source, bound: Mapping[str, Value] | None = None) -> Evaluator:
        """Return an evaluator for expressions of a module."""
        ...
