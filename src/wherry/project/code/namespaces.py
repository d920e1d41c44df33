"""The names that the project's modules bind, and its classes of settings."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from wherry.project.code import class_values
from wherry.project.code.expressions import Evaluator
from wherry.project.code.namespace import Namespace
from wherry.project.code.source import Source
from wherry.project.code.sources import Sources
from wherry.project.code.statements import Reading
from wherry.project.code.values import UNKNOWN, Setting, Value
from wherry.project.code.world import World

_DEEPEST_CLASS: Final = 8


class Namespaces:
    """The namespaces of the project's modules, each read once."""

    def __init__(self, sources: Sources, world: World) -> None:
        self.sources = sources
        self.world = world
        self._done: dict[str, Namespace] = {}
        self._settings: Callable[[], Mapping[str, Setting]] | None = None

    def use_settings(self, settings: Callable[[], Mapping[str, Setting]]) -> None:
        """Tell where ``django.conf.settings`` gets its names."""
        self._settings = settings

    def of(self, source: Source) -> Namespace:
        """Return what a module binds; what it binds so far where it imports itself in a circle."""
        if source.path not in self._done:
            namespace = Namespace(source, files=[source.path])
            self._done[source.path] = namespace
            if source.tree is not None:
                Reading(self, namespace, self.evaluator(source)).run(source.tree.body)
        return self._done[source.path]

    def of_class(self, source: Source, name: str, depth: int = 0) -> Namespace | None:
        """Return what a class of settings comes to, as django-configurations takes it.

        The names of its module count as well, since its body sees them; those of the classes that
        it is made from come before its own. None where there is no such class.
        """
        scope = source.index.by_name.get(name)
        node = None if scope is None else scope.node
        if not isinstance(node, ast.ClassDef) or depth > _DEEPEST_CLASS:
            located = self.sources.locate(source.names.get(name, ""))
            if located is None or not located[1] or located[0] is source or depth > _DEEPEST_CLASS:
                return None
            return self.of_class(located[0], located[1], depth + 1)
        outer = self.of(source)
        found = Namespace(source, dict(outer.names), list(outer.files), outer.whole)
        for base in reversed(node.bases):
            if source.resolve(base).startswith("configurations"):
                continue
            inner = self.of_class(source, ast.unparse(base), depth + 1)
            if inner is None:
                found.whole = False
                continue
            found.names.update(inner.names)
            found.files += [path for path in inner.files if path not in found.files]
            found.whole = found.whole and inner.whole
        evaluator = Evaluator(source, _ClassLookup(self, found), self.world)
        _ClassReading(self, found, evaluator).run(node.body)
        return found

    def evaluator(self, source: Source, bound: Mapping[str, Value] | None = None) -> Evaluator:
        """Return an evaluator for expressions of a module."""
        return Evaluator(source, _Lookup(self, source), self.world, bound)

    def dotted(self, name: str) -> Value | None:
        """Return what a full name stands for in a module of the project."""
        if name.startswith("django.conf.settings.") and self._settings is not None:
            found = self._settings().get(name.rpartition(".")[2])
            return None if found is None else found.value
        located = self.sources.locate(name.rpartition(".")[0])
        if located is None or located[1]:
            return None
        setting = self.of(located[0]).names.get(name.rpartition(".")[2])
        return None if setting is None else setting.value


@dataclass(frozen=True)
class _Lookup:
    namespaces: Namespaces
    source: Source

    def name(self, name: str) -> Value | None:
        setting = self.namespaces.of(self.source).names.get(name)
        return None if setting is None else setting.value

    def dotted(self, name: str) -> Value | None:
        return self.namespaces.dotted(name)


@dataclass(frozen=True)
class _ClassLookup:
    """Names as the body of a class of settings sees them."""

    namespaces: Namespaces
    namespace: Namespace

    def name(self, name: str) -> Value | None:
        setting = self.namespace.names.get(name)
        return None if setting is None else setting.value

    def dotted(self, name: str) -> Value | None:
        """Return what ``Common.INSTALLED_APPS`` stands for, or what a module binds."""
        owner, _, attribute = name.rpartition(".")
        located = self.namespaces.sources.locate(owner)
        if located is None or not located[1]:
            return self.namespaces.dotted(name)
        inner = self.namespaces.of_class(*located)
        setting = None if inner is None else inner.names.get(attribute)
        return None if setting is None else setting.value


class _ClassReading(Reading):
    """Runs through the body of a class of settings."""

    def _assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                value = class_values.value_of(self.evaluator, target.id, node.value)
                if value is not None:
                    self._bind(target.id, value, node)
                    return
        super()._assign(node)

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Take a property for a setting that only running would tell."""
        if node.decorator_list:
            self._bind(node.name, Value(UNKNOWN), node)
