"""A module's statements, one after another: what each binds, as far as its text tells."""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from wherry.project.code import importing, mutations, operators
from wherry.project.code.combining import choose, either
from wherry.project.code.expressions import Evaluator
from wherry.project.code.namespace import Modules, Namespace
from wherry.project.code.values import MISSING, UNKNOWN, Routine, Setting, Value

_DEEPEST: Final = 30


class _MissingModule(Exception):
    """A module of the project is imported that is not deployed."""


class _Raised(Exception):
    """The code raises an error here."""


class Reading:
    """Runs through the statements of a module."""

    def __init__(self, modules: Modules, namespace: Namespace, evaluator: Evaluator) -> None:
        self.modules = modules
        self.namespace = namespace
        self.source = namespace.source
        self.evaluator = evaluator
        self.depth = 0

    def run(self, body: Iterable[ast.stmt]) -> None:
        """Bind what a module's or a class's statements bind, up to the first that raises."""
        try:
            self._body(body)
        except (_MissingModule, _Raised):
            return

    def _body(self, body: Iterable[ast.stmt]) -> None:
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

    def _bind(self, name: str, value: Value, node: ast.stmt) -> None:
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

    def _assign(self, node: ast.Assign) -> None:
        value = self.evaluator.value(node.value)
        for target in node.targets:
            self._target(target, value, node)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._target(node.target, self.evaluator.value(node.value), node)

    def _augmented(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            inner = ast.Name(node.target.id, ast.Load(), lineno=node.lineno, col_offset=0)
            sum_ = ast.BinOp(inner, node.op, node.value, lineno=node.lineno, col_offset=0)
            self._bind(node.target.id, self.evaluator.value(sum_), node)

    def _target(self, target: ast.expr, value: Value, node: ast.stmt) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, value, node)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value, node)
        elif isinstance(target, ast.Subscript):
            self._into(target, value, node)

    def _unpack(self, targets: list[ast.expr], value: Value, node: ast.stmt) -> None:
        items = value.plain if isinstance(value.plain, tuple) else ()
        known = len(items) == len(targets)
        for position, target in enumerate(targets):
            self._target(target, items[position] if known else Value(UNKNOWN), node)

    def _into(self, target: ast.Subscript, value: Value, node: ast.stmt) -> None:
        name, keys = mutations.keys(target, self.evaluator)
        if name in ("locals()", "globals()", "vars()"):
            if len(keys) == 1 and isinstance(keys[0], str):
                self._bind(keys[0], value, node)
            else:
                self.namespace.whole = False
            return
        bound = self.namespace.names.get(name)
        if bound is not None:
            self._bind(name, mutations.put(bound.value, keys, value), node)

    def _expression(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Call):
            return
        call = node.value
        if any(_is_namespace(argument) for argument in call.args):
            self.namespace.helpers.append(self.source.resolve(call.func))
        elif isinstance(call.func, ast.Attribute):
            self._mutate(call, call.func, node)

    def _mutate(self, call: ast.Call, function: ast.Attribute, node: ast.stmt) -> None:
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
            self._bind(name, mutations.put(bound.value, keys, changed), node)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.namespace.names.pop(target.id, None)

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._bind(node.name, Value(Routine(node)), node)

    # Imports

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = importing.absolute(
            node.module, node.level, self.source.module, self.source.package
        )
        names = [alias.name for alias in node.names]
        found = self.modules.sources.module(module) if module else None
        if found is None:
            if node.level and not self.modules.sources.is_local(module):
                raise _MissingModule
            self._foreign(module, names)
            return
        inner = self.modules.of(found)
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

    def _foreign(self, module: str, names: list[str]) -> None:
        sources = self.modules.sources
        root = module.partition(".")[0]
        if sources.is_local(root) and not sources.is_local(module):
            raise _MissingModule
        if names == ["*"] and not sources.is_local(module):
            self.namespace.whole = False

    def _import_(self, node: ast.Import) -> None:
        sources = self.modules.sources
        for alias in node.names:
            root = alias.name.partition(".")[0]
            if root != alias.name and sources.is_local(root) and not sources.is_local(alias.name):
                raise _MissingModule

    # Branches

    def _branch(self, node: ast.If) -> None:
        if _is_script(node.test):
            return
        test = self.evaluator.value(node.test)
        if test.fixed:
            self._body(node.body if operators.truth(test.plain) else node.orelse)
            return
        first, second = self._attempt(node.body), self._attempt(node.orelse)
        if first is None or second is None:
            self._only(second if first is None else first)
            return
        if not test.known:
            self._merge(first, second, lambda one, other: either(one, other))
            return
        taken, left = (first, second) if operators.truth(test.plain) else (second, first)
        self._merge(taken, left, lambda one, other: choose(one, other, variables=test.variables))

    def _only(self, names: dict[str, Setting] | None) -> None:
        """Go on with the one branch that does not end in an error."""
        if names is None:
            raise _Raised
        self.namespace.names = names

    def _attempt(self, body: list[ast.stmt]) -> dict[str, Setting] | None:
        """Return the names after a branch, without keeping them; None where it raises."""
        before = self.namespace.names
        self.namespace.names = dict(before)
        try:
            self._body(body)
            return self.namespace.names
        except (_MissingModule, _Raised):
            return None
        finally:
            self.namespace.names = before

    def _merge(
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

    def _attempted(self, node: ast.Try | ast.TryStar) -> None:
        before = set(self.namespace.names)
        try:
            self._body(node.body)
        except (_MissingModule, _Raised):
            self._handle(node.handlers)
            self._body(node.finalbody)
            return
        missing = [
            name
            for name, setting in self.namespace.names.items()
            if name not in before and setting.value.plain is MISSING
        ]
        if missing and node.handlers:
            self._without_variable(node.handlers, missing)
        self._body(node.orelse)
        self._body(node.finalbody)

    def _handle(self, handlers: list[ast.ExceptHandler]) -> None:
        if not handlers:
            raise _Raised
        self._body(handlers[0].body)

    def _without_variable(self, handlers: list[ast.ExceptHandler], missing: list[str]) -> None:
        """Take what the handler sets where a variable is not there."""
        after = self._attempt(handlers[0].body)
        if after is None:
            return
        for name in missing:
            value, instead = self.namespace.names[name].value, after[name]
            if instead is not self.namespace.names[name]:
                joined = choose(instead.value, Value(UNKNOWN), variables=value.variables)
                self.namespace.names[name] = replace(instead, value=joined)

    def _with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._target(item.optional_vars, Value(UNKNOWN), node)
        self._body(node.body)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        after = self._attempt(node.body)
        if after is None:
            return
        for name, setting in after.items():
            if setting is not self.namespace.names.get(name):
                self.namespace.names[name] = replace(setting, value=Value(UNKNOWN))

    def _raise_(self, _: ast.Raise) -> None:
        raise _Raised


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
    ast.Assign: "_assign",
    ast.AnnAssign: "_annotated",
    ast.AugAssign: "_augmented",
    ast.Expr: "_expression",
    ast.Delete: "_delete",
    ast.FunctionDef: "_define",
    ast.AsyncFunctionDef: "_define",
    ast.ImportFrom: "_import_from",
    ast.Import: "_import_",
    ast.If: "_branch",
    ast.Try: "_attempted",
    ast.TryStar: "_attempted",
    ast.With: "_with_",
    ast.AsyncWith: "_with_",
    ast.For: "_loop",
    ast.AsyncFor: "_loop",
    ast.While: "_loop",
    ast.Raise: "_raise_",
}
