"""The names that a module binds, statement by statement, as far as its text tells."""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from wherry.project.code import class_values, importing, mutations, operators
from wherry.project.code.combining import choose, either
from wherry.project.code.expressions import Evaluator
from wherry.project.code.source import Source
from wherry.project.code.sources import Sources
from wherry.project.code.values import MISSING, UNKNOWN, Routine, Setting, Value
from wherry.project.code.world import World

_DEEPEST: Final = 30
_DEEPEST_CLASS: Final = 8


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


class _MissingModule(Exception):
    """A module of the project is imported that is not deployed."""


class _Raised(Exception):
    """The code raises an error here."""


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
                _Reading(self, namespace).run(source.tree.body)
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
        _ClassReading(self, found).run(node.body)
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


class _Reading:
    """Runs through the statements of a module."""

    def __init__(self, namespaces: Namespaces, namespace: Namespace) -> None:
        self.namespaces = namespaces
        self.namespace = namespace
        self.source = namespace.source
        self.evaluator = namespaces.evaluator(self.source)
        self.depth = 0

    def run(self, body: Iterable[ast.stmt]) -> None:
        try:
            self.body(body)
        except (_MissingModule, _Raised):
            return

    def body(self, body: Iterable[ast.stmt]) -> None:
        if self.depth >= _DEEPEST:
            return
        self.depth += 1
        try:
            for node in body:
                action = _STATEMENTS.get(type(node))
                if action is not None:
                    getattr(self, action)(node)
        finally:
            self.depth -= 1

    # Bindings

    def bind(self, name: str, value: Value, node: ast.stmt) -> None:
        earlier = self.namespace.names.get(name)
        self.namespace.names[name] = Setting(
            name,
            value,
            self.source.path,
            node.lineno,
            node.end_lineno or node.lineno,
            self.source.quote(node.lineno),
            earlier=() if earlier is None else (replace(earlier, earlier=()), *earlier.earlier)[:4],
        )

    def assign(self, node: ast.Assign) -> None:
        value = self.evaluator.value(node.value)
        for target in node.targets:
            self.target(target, value, node)

    def annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.target(node.target, self.evaluator.value(node.value), node)

    def augmented(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            inner = ast.Name(node.target.id, ast.Load(), lineno=node.lineno, col_offset=0)
            sum_ = ast.BinOp(inner, node.op, node.value, lineno=node.lineno, col_offset=0)
            self.bind(node.target.id, self.evaluator.value(sum_), node)

    def target(self, target: ast.expr, value: Value, node: ast.stmt) -> None:
        if isinstance(target, ast.Name):
            self.bind(target.id, value, node)
        elif isinstance(target, ast.Tuple | ast.List):
            self.unpack(target.elts, value, node)
        elif isinstance(target, ast.Subscript):
            self.into(target, value, node)

    def unpack(self, targets: list[ast.expr], value: Value, node: ast.stmt) -> None:
        items = value.plain if isinstance(value.plain, tuple) else ()
        known = len(items) == len(targets)
        for position, target in enumerate(targets):
            self.target(target, items[position] if known else Value(UNKNOWN), node)

    def into(self, target: ast.Subscript, value: Value, node: ast.stmt) -> None:
        name, keys = mutations.keys(target, self.evaluator)
        if name in ("locals()", "globals()", "vars()"):
            if len(keys) == 1 and isinstance(keys[0], str):
                self.bind(keys[0], value, node)
            else:
                self.namespace.whole = False
            return
        bound = self.namespace.names.get(name)
        if bound is not None:
            self.bind(name, mutations.put(bound.value, keys, value), node)

    def expression(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Call):
            return
        call = node.value
        if any(_is_namespace(argument) for argument in call.args):
            self.namespace.helpers.append(self.source.resolve(call.func))
        elif isinstance(call.func, ast.Attribute):
            self.mutate(call, call.func, node)

    def mutate(self, call: ast.Call, function: ast.Attribute, node: ast.stmt) -> None:
        name, keys = mutations.keys(function.value, self.evaluator)
        if name in ("locals()", "globals()", "vars()"):
            self.namespace.whole = False
            return
        bound = self.namespace.names.get(name)
        if bound is None:
            return
        arguments = [self.evaluator.value(item) for item in call.args]
        given = {item.arg: self.evaluator.value(item.value) for item in call.keywords if item.arg}
        changed = mutations.call(
            mutations.inside(bound.value, keys), function.attr, arguments, given
        )
        if changed is not None:
            self.bind(name, mutations.put(bound.value, keys, changed), node)

    def delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.namespace.names.pop(target.id, None)

    def define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.bind(node.name, Value(Routine(node)), node)

    # Imports

    def import_from(self, node: ast.ImportFrom) -> None:
        module = importing.absolute(
            node.module, node.level, self.source.module, self.source.package
        )
        names = [alias.name for alias in node.names]
        found = self.namespaces.sources.module(module) if module else None
        if found is None:
            if node.level and not self.namespaces.sources.is_local(module):
                raise _MissingModule
            self.foreign(module, names)
            return
        inner = self.namespaces.of(found)
        if names == ["*"]:
            self.namespace.names.update(
                {name: value for name, value in inner.names.items() if not name.startswith("_")}
            )
            self.namespace.whole = self.namespace.whole and inner.whole
            self.namespace.helpers += inner.helpers
            self.namespace.files += [
                path for path in inner.files if path not in self.namespace.files
            ]
            return
        for alias in node.names:
            setting = inner.names.get(alias.name)
            if setting is not None:
                self.namespace.names[alias.asname or alias.name] = setting

    def foreign(self, module: str, names: list[str]) -> None:
        sources = self.namespaces.sources
        root = module.partition(".")[0]
        if sources.is_local(root) and not sources.is_local(module):
            raise _MissingModule
        if names == ["*"] and not sources.is_local(module):
            self.namespace.whole = False

    def import_(self, node: ast.Import) -> None:
        sources = self.namespaces.sources
        for alias in node.names:
            root = alias.name.partition(".")[0]
            if root != alias.name and sources.is_local(root) and not sources.is_local(alias.name):
                raise _MissingModule

    # Branches

    def branch(self, node: ast.If) -> None:
        if _is_script(node.test):
            return
        test = self.evaluator.value(node.test)
        if test.fixed:
            self.body(node.body if operators.truth(test.plain) else node.orelse)
            return
        first, second = self.attempt(node.body), self.attempt(node.orelse)
        if first is None or second is None:
            self.only(second if first is None else first)
            return
        if not test.known:
            self.merge(first, second, lambda one, other: either(one, other))
            return
        taken, left = (first, second) if operators.truth(test.plain) else (second, first)
        self.merge(taken, left, lambda one, other: choose(one, other, variables=test.variables))

    def only(self, names: dict[str, Setting] | None) -> None:
        """Go on with the one branch that does not end in an error."""
        if names is None:
            raise _Raised
        self.namespace.names = names

    def attempt(self, body: list[ast.stmt]) -> dict[str, Setting] | None:
        """Return the names after a branch, without keeping them; None where it raises."""
        before = self.namespace.names
        self.namespace.names = dict(before)
        try:
            self.body(body)
            return self.namespace.names
        except (_MissingModule, _Raised):
            return None
        finally:
            self.namespace.names = before

    def merge(
        self,
        taken: dict[str, Setting],
        left: dict[str, Setting],
        join: Callable[[Value, Value], Value],
    ) -> None:
        names = dict(taken)
        for name in [*taken, *(name for name in left if name not in taken)]:
            one, other = taken.get(name), left.get(name)
            if one is other:
                continue
            if one is None or other is None:
                there = one or other
                assert there is not None  # noqa: S101 - one of the two binds the name
                value = there.value if one else choose(Value(UNKNOWN), there.value)
                names[name] = replace(there, value=value, conditional=True)
                continue
            names[name] = replace(one, value=join(one.value, other.value), conditional=True)
        self.namespace.names = names

    def attempted(self, node: ast.Try | ast.TryStar) -> None:
        before = set(self.namespace.names)
        try:
            self.body(node.body)
        except (_MissingModule, _Raised):
            self.handle(node.handlers)
            self.body(node.finalbody)
            return
        missing = [
            name
            for name, setting in self.namespace.names.items()
            if name not in before and setting.value.plain is MISSING
        ]
        if missing and node.handlers:
            self.without_variable(node.handlers, missing)
        self.body(node.orelse)
        self.body(node.finalbody)

    def handle(self, handlers: list[ast.ExceptHandler]) -> None:
        if not handlers:
            raise _Raised
        self.body(handlers[0].body)

    def without_variable(self, handlers: list[ast.ExceptHandler], missing: list[str]) -> None:
        """Take what the handler sets where a variable is not there."""
        after = self.attempt(handlers[0].body)
        if after is None:
            return
        for name in missing:
            value, instead = self.namespace.names[name].value, after[name]
            if instead is not self.namespace.names[name]:
                joined = choose(instead.value, Value(UNKNOWN), variables=value.variables)
                self.namespace.names[name] = replace(instead, value=joined)

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self.target(item.optional_vars, Value(UNKNOWN), node)
        self.body(node.body)

    def loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        after = self.attempt(node.body)
        if after is None:
            return
        for name, setting in after.items():
            if setting is not self.namespace.names.get(name):
                self.namespace.names[name] = replace(setting, value=Value(UNKNOWN))

    def raise_(self, _: ast.Raise) -> None:
        raise _Raised


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


class _ClassReading(_Reading):
    """Runs through the body of a class of settings."""

    def __init__(self, namespaces: Namespaces, namespace: Namespace) -> None:
        super().__init__(namespaces, namespace)
        lookup = _ClassLookup(namespaces, namespace)
        self.evaluator = Evaluator(self.source, lookup, namespaces.world)

    def assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                value = class_values.value_of(self.evaluator, target.id, node.value)
                if value is not None:
                    self.bind(target.id, value, node)
                    return
        super().assign(node)

    def define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Take a property for a setting that only running would tell."""
        if node.decorator_list:
            self.bind(node.name, Value(UNKNOWN), node)


def _is_namespace(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("locals", "globals", "vars")
    )


def _is_script(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
    )


_STATEMENTS: Final[Mapping[type[ast.stmt], str]] = {
    ast.Assign: "assign",
    ast.AnnAssign: "annotated",
    ast.AugAssign: "augmented",
    ast.Expr: "expression",
    ast.Delete: "delete",
    ast.FunctionDef: "define",
    ast.AsyncFunctionDef: "define",
    ast.ImportFrom: "import_from",
    ast.Import: "import_",
    ast.If: "branch",
    ast.Try: "attempted",
    ast.TryStar: "attempted",
    ast.With: "with_",
    ast.AsyncWith: "with_",
    ast.For: "loop",
    ast.AsyncFor: "loop",
    ast.While: "loop",
    ast.Raise: "raise_",
}
