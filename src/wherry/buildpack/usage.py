"""Whether the app itself imports TensorFlow: the places that do, or the proof that none does."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from wherry.buildpack.installed import COMPANIONS, Environment
from wherry.project.code.imports import Import
from wherry.project.project import Project

# An import by its name as text: importlib.import_module("tensorflow"), {"ENGINE": "keras..."}.
_IN_QUOTES: Final = r"[\"'](?P<module>(?:{})(?:\.[\w.]+)?)[\"']"
_MOST_REASONS: Final = 12


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that keeps a package.

    Attributes:
        place: ``site/views.py:3``, or a dependency file.
        text: What stands there.
        served: Whether the web process comes to it; None where that makes no difference.
    """

    place: str
    text: str
    served: bool | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True, slots=True)
class Usage:
    """What the app's own code says.

    Attributes:
        reasons: What imports TensorFlow, or a package that does.
        files: How many Python files were read.
        unread: Files that could not be read, about which nothing is known.
        modules: The top-level modules that count as TensorFlow here.
    """

    reasons: tuple[Reason, ...]
    files: int
    unread: tuple[str, ...]
    modules: frozenset[str]


def read_usage(project: Project, environment: Environment) -> Usage:
    """Look through every Python file of the app for what needs TensorFlow's Python code."""
    users = _users(environment)
    by_module = {module: key for key in users for module in environment.packages[key].modules}
    for module in ("tensorflow", "keras", "tf_keras"):
        by_module.setdefault(module, module)
    code = project.code
    reasons = [
        *_imports(project, by_module),
        *_quoted(project, by_module),
        *_declared(project, environment, users),
    ]
    return Usage(
        reasons=tuple(reasons[:_MOST_REASONS]),
        files=len(code.sources.all),
        unread=tuple(item.what for item in code.skipped),
        modules=frozenset(by_module),
    )


def _users(environment: Environment) -> frozenset[str]:
    """Return the packages that hold or want TensorFlow, Wherry apart: it wants the libraries."""
    found = {package.key for package in environment.tensorflows}
    while True:
        more = {
            key
            for key, package in environment.packages.items()
            if key not in found and key != "wherry" and not found.isdisjoint(package.wants())
        }
        if not more:
            return frozenset(found)
        found |= more


def _imports(project: Project, by_module: Mapping[str, str]) -> Iterator[Reason]:
    served = project.code.served
    told = set()
    for item in project.code.imports:
        if item.local or item.type_checking or item.root not in by_module:
            continue
        reason = Reason(f"{item.path}:{item.line}", _statement(item), item.path in served)
        if reason not in told:
            told.add(reason)
            yield reason


def _statement(item: Import) -> str:
    return f"from {item.module} import {item.name}" if item.name else f"import {item.module}"


def _quoted(project: Project, by_module: Mapping[str, str]) -> Iterator[Reason]:
    """Yield where a module is named as text beside a call that imports by name."""
    names = "|".join(re.escape(name) for name in sorted(by_module))
    pattern = re.compile(_IN_QUOTES.format(names))
    for source in project.code.sources.all:
        if not any(
            word in source.text for word in ("import_module", "__import__", "import_string")
        ):
            continue
        for number, line in enumerate(source.lines, 1):
            found = pattern.search(line)
            if found is not None:
                yield Reason(f"{source.path}:{number}", f'"{found["module"]}" by its name')


def _declared(
    project: Project, environment: Environment, users: frozenset[str]
) -> Iterator[Reason]:
    """Yield the packages that the app asks for itself and that import TensorFlow for it."""
    holders = {package.key for package in environment.tensorflows}
    for line in project.requirements.declared:
        if line.name in users and line.name not in holders and line.name not in COMPANIONS:
            yield Reason(f"{line.file}:{line.line}", f"{line.raw}, which needs TensorFlow")
