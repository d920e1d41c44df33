"""All that a project asks to be installed, and by which manager."""

import re
from dataclasses import dataclass
from functools import cached_property

from wherry.project.problems import Problem
from wherry.project.requirements.requirement import (
    Lock,
    Option,
    Requirement,
    RequirementFile,
    canonical,
)


@dataclass(frozen=True)
class Requirements:
    """What is installed.

    Attributes:
        manager: ``pip``, ``uv``, ``poetry``, ``pipenv`` or ``conda``; None where nothing says it.
        managers: Every manager whose file the host finds where it looks, the chosen one included.
        file: The file that the host installs from, or the one that was found in its stead.
        found_by_host: Whether the host finds it: at the root of what it builds, under the name
            that it looks for. False where it was found elsewhere; None where there is none.
        declared: What the host installs, in order, with what is included; no groups, no extras.
        optional: What other groups and extras ask for.
        constraints: What ``-c`` files limit.
        files: Every file that was read for it.
        locks: The lock files, that of ``manager`` first.
        requires_python: What pyproject.toml or Pipfile says of Python, as PEP 440 has it, or "".
        complete: Whether all of it could be read; where not, nothing can be said to be missing.
        problems: What its readers could not accept: ``syntax``, ``utf16``, ``utf16-marked``,
            ``not-utf8``, ``include-missing``, ``include-ignored``, ``local-missing``,
            ``invalid-toml``, ``invalid-json``.
    """

    manager: str | None = None
    managers: tuple[str, ...] = ()
    file: str = ""
    found_by_host: bool | None = None
    declared: tuple[Requirement, ...] = ()
    optional: tuple[Requirement, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    files: tuple[RequirementFile, ...] = ()
    locks: tuple[Lock, ...] = ()
    requires_python: str = ""
    complete: bool = True
    problems: tuple[Problem, ...] = ()

    @property
    def lock(self) -> Lock | None:
        """The lock that the host installs from; None where it installs from a plain list."""
        return next((lock for lock in self.locks if lock.kind == self.manager), None)

    @property
    def options(self) -> tuple[Option, ...]:
        """The options that pip is given in the files, in order."""
        return tuple(option for file in self.files for option in file.options)

    def may_name(self, name: str) -> bool:
        """Whether a line that no reader understands speaks of a package."""
        word = re.compile(rf"(?<![\w-]){re.escape(canonical(name))}(?![\w-])")
        return any(
            problem.kind == "syntax" and word.search(problem.quote.lower().replace("_", "-"))
            for problem in self.problems
        )

    def get(self, name: str) -> Requirement | None:
        """Return what the project itself asks for under a name; None where it does not."""
        return self._by_name.get(canonical(name))

    def __contains__(self, name: str) -> bool:
        return canonical(name) in self._by_name

    def installs(self, name: str) -> bool:
        """Whether a package is installed: asked for, or locked as somebody's dependency."""
        wanted = canonical(name)
        lock = self.lock
        return wanted in self._by_name or (lock is not None and lock.get(wanted) is not None)

    def version(self, name: str) -> str | None:
        """Return the one version that is installed: locked or pinned; None where it is open."""
        wanted = canonical(name)
        locked = None if self.lock is None else self.lock.get(wanted)
        if locked is not None:
            return locked.version
        asked = self._by_name.get(wanted)
        return None if asked is None else asked.pinned

    @cached_property
    def _by_name(self) -> dict[str, Requirement]:
        found: dict[str, Requirement] = {}
        for requirement in self.declared:
            if requirement.name:
                found.setdefault(requirement.name, requirement)
        return found
