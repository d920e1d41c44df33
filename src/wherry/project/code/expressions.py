"""Expressions of Python, evaluated as far as their text tells, without running any of it."""

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from wherry.project.code import folders, operators
from wherry.project.code.combining import NOTHING, choose, either, lift
from wherry.project.code.known_calls import call
from wherry.project.code.source import Source
from wherry.project.code.values import UNKNOWN, Folder, Plain, Routine, Special, Value
from wherry.project.code.world import World

_DEEPEST: Final = 50
_LONGEST_LOOP: Final = 200
_MOST: Final = 5_000


class Lookup(Protocol):
    """Where names get their values."""

    def name(self, name: str) -> Value | None:
        """Return what a bare name stands for; None where nothing binds it."""

    def dotted(self, name: str) -> Value | None:
        """Return what a full dotted name stands for in another module of the project."""


class Evaluator:
    """Evaluates expressions of one module."""

    def __init__(
        self,
        source: Source,
        lookup: Lookup,
        world: World,
        bound: Mapping[str, Value] | None = None,
    ) -> None:
        self.source = source
        self.lookup = lookup
        self.world = world
        self._bound = bound or {}
        self._depth = 0

    def value(self, node: ast.expr | None) -> Value:
        """Return what the expression comes to."""
        method = _KINDS.get(type(node))
        if method is None or node is None or self._depth >= _DEEPEST or not self.world.step():
            return NOTHING
        self._depth += 1
        try:
            return method(self, node)
        finally:
            self._depth -= 1

    def name(self, name: str) -> Value | None:
        """Return what a name is bound to."""
        if name in self._bound:
            return self._bound[name]
        return self.lookup.name(name)

    def binding(self, name: str, value: Value) -> "Evaluator":
        """Return an evaluator for which a name has that value."""
        return Evaluator(self.source, self.lookup, self.world, {**self._bound, name: value})

    def _constant(self, node: ast.Constant) -> Value:
        plain = node.value
        if plain is None or isinstance(plain, bool | int | float | str | bytes):
            return Value(plain)
        return NOTHING

    def _name(self, node: ast.Name) -> Value:
        if node.id == "__file__":
            return Value(Folder(self.source.path))
        found = self.name(node.id)
        if found is None:
            full = self.source.resolve(node)
            found = self.lookup.dotted(full) if full != node.id else None
        return found or NOTHING

    def _attribute(self, node: ast.Attribute) -> Value:
        full = self.source.resolve(node)
        if isinstance(node.value, ast.Name) and f"{node.value.id}.{node.attr}" in self._bound:
            return self._bound[f"{node.value.id}.{node.attr}"]
        told = _TOLD.get(full) if full else None
        if told is not None:
            return Value(told)
        found = self.lookup.dotted(full) if full else None
        if found is not None:
            return found
        return lift(lambda plain: operators.attribute(plain, node.attr), self.value(node.value))

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        items: list[Value] = []
        whole = True
        variables: frozenset[str] = frozenset()
        for element in node.elts:
            if not isinstance(element, ast.Starred):
                items.append(self.value(element))
                continue
            inner = self.value(element.value)
            variables |= inner.variables
            if isinstance(inner.plain, tuple):
                items += inner.plain
                whole = whole and inner.whole and not inner.others
            else:
                whole = False
        return Value(tuple(items), variables, whole=whole) if len(items) <= _MOST else NOTHING

    def _dict(self, node: ast.Dict) -> Value:
        found: dict[str, Value] = {}
        whole = True
        for key, value in zip(node.keys, node.values, strict=True):
            name = None if key is None else self.value(key).plain
            inner = self.value(value)
            if key is None and isinstance(inner.plain, Mapping):
                found.update(inner.plain)
            elif isinstance(name, str):
                found[name] = inner
            else:
                whole = False
        return Value(found, whole=whole)

    def _joined(self, node: ast.JoinedStr) -> Value:
        parts = [
            self.value(part.value) if isinstance(part, ast.FormattedValue) else self.value(part)
            for part in node.values
        ]
        return lift(operators.text_of_parts, *parts)

    def _binary(self, node: ast.BinOp) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Add):
            return _added(left, right)
        if isinstance(node.op, ast.Div):
            return lift(folders.joined, left, right)
        if isinstance(node.op, ast.Mod):
            return lift(operators.formatted, left, right)
        return lift(lambda one, other: operators.arithmetic(node.op, one, other), left, right)

    def _boolean(self, node: ast.BoolOp) -> Value:
        found = self.value(node.values[0])
        for operand in node.values[1:]:
            found = _either_operand(found, self.value(operand), isinstance(node.op, ast.Or))
        return found

    def _unary(self, node: ast.UnaryOp) -> Value:
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return lift(lambda plain: not operators.truth(plain), operand)
        return lift(lambda plain: operators.signed(node.op, plain), operand)

    def _compare(self, node: ast.Compare) -> Value:
        if len(node.ops) != 1:
            return NOTHING
        operation, right = node.ops[0], node.comparators[0]
        if isinstance(operation, ast.In | ast.NotIn):
            asked = self._asked_of_environment(node.left, right)
            if asked is not None:
                negated = isinstance(operation, ast.NotIn)
                return lift(lambda plain: plain is not negated, asked)
        return lift(
            lambda one, other: operators.compare(operation, one, other),
            self.value(node.left),
            self.value(right),
        )

    def _asked_of_environment(self, name: ast.expr, where: ast.expr) -> Value | None:
        full = self.source.resolve(where)
        text = self.value(name).plain
        if full == "sys.argv" or full.startswith("sys.argv."):
            # Of the commands, the host runs collectstatic and migrate, and no other one.
            return Value(UNKNOWN if text in ("collectstatic", "migrate") else False)
        if full.removesuffix(".keys") != "os.environ" or not isinstance(text, str):
            return None
        return self.world.has_variable(text)

    def _conditional(self, node: ast.IfExp) -> Value:
        test = self.value(node.test)
        if not test.known:
            return either(self.value(node.body), self.value(node.orelse))
        taken, left = node.body, node.orelse
        if not operators.truth(test.plain):
            taken, left = left, taken
        if test.fixed:
            return self.value(taken)
        return choose(self.value(taken), self.value(left), variables=test.variables)

    def _subscript(self, node: ast.Subscript) -> Value:
        key = self.value(node.slice)
        if self.source.resolve(node.value) == "os.environ":
            return self.world.variable(key.plain, None) if isinstance(key.plain, str) else NOTHING
        inner = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            return NOTHING if not isinstance(inner.plain, tuple) else Value((), whole=False)
        return _item(inner, key.plain)

    def _call(self, node: ast.Call) -> Value:
        return call(self, node)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
        if len(node.generators) != 1 or not isinstance(node.generators[0].target, ast.Name):
            return NOTHING
        loop = node.generators[0]
        name = node.generators[0].target.id

        def run(plain: Plain) -> Plain:
            if not isinstance(plain, tuple) or len(plain) > _LONGEST_LOOP:
                return UNKNOWN
            found = []
            for item in plain:
                inside = self.binding(name, item)
                tests = [inside.value(test).plain for test in loop.ifs]
                if any(
                    not isinstance(test, Special) and not operators.truth(test) for test in tests
                ):
                    continue
                found.append(inside.value(node.elt))
            return tuple(found)

        return lift(run, self.value(loop.iter))

    def _named(self, node: ast.NamedExpr) -> Value:
        return self.value(node.value)

    def _lambda(self, node: ast.Lambda) -> Value:
        return Value(Routine(node))


def _added(left: Value, right: Value) -> Value:
    if isinstance(left.plain, tuple) or isinstance(right.plain, tuple):
        if sum(len(side.plain) for side in (left, right) if isinstance(side.plain, tuple)) > _MOST:
            return NOTHING
        items: tuple[Value, ...] = ()
        for side in (left, right):
            items += side.plain if isinstance(side.plain, tuple) else ()
        whole = all(isinstance(side.plain, tuple) and side.whole for side in (left, right))
        others: tuple[Plain, ...] = tuple(UNKNOWN for side in (left, right) if side.others)[:1]
        return Value(items, left.variables | right.variables, others, whole)
    return lift(operators.added, left, right)


def _either_operand(left: Value, right: Value, is_or: bool) -> Value:
    """Return what ``left or right``, or ``left and right``, gives."""
    if not left.known:
        return choose(Value(left.plain, left.variables), right, variables=left.variables)
    if operators.truth(left.plain) is is_or:
        return left if left.fixed else choose(left, right)
    stays = tuple(
        plain
        for plain in left.others
        if isinstance(plain, Special) or operators.truth(plain) is is_or
    )
    return Value(
        right.plain, left.variables | right.variables, (*right.others, *stays), right.whole
    )


def _item(inner: Value, key: Plain) -> Value:
    plain = inner.plain
    if isinstance(plain, Mapping) and isinstance(key, str) and key in plain:
        return plain[key]
    if isinstance(plain, tuple) and isinstance(key, int) and -len(plain) <= key < len(plain):
        return plain[key]
    if isinstance(plain, str) and isinstance(key, int):
        return lift(lambda text: text[key], inner)
    return NOTHING


_TOLD: Final[Mapping[str, Plain]] = {
    "os.sep": "/",
    "os.path.sep": "/",
    "os.name": "posix",
    "sys.platform": "linux",
}
_KINDS: Final[Mapping[type | None, Callable[[Evaluator, Any], Value]]] = {
    ast.Constant: Evaluator._constant,
    ast.Name: Evaluator._name,
    ast.Attribute: Evaluator._attribute,
    ast.List: Evaluator._sequence,
    ast.Tuple: Evaluator._sequence,
    ast.Set: Evaluator._sequence,
    ast.Dict: Evaluator._dict,
    ast.JoinedStr: Evaluator._joined,
    ast.BinOp: Evaluator._binary,
    ast.BoolOp: Evaluator._boolean,
    ast.UnaryOp: Evaluator._unary,
    ast.Compare: Evaluator._compare,
    ast.IfExp: Evaluator._conditional,
    ast.Subscript: Evaluator._subscript,
    ast.Call: Evaluator._call,
    ast.ListComp: Evaluator._comprehension,
    ast.SetComp: Evaluator._comprehension,
    ast.GeneratorExp: Evaluator._comprehension,
    ast.NamedExpr: Evaluator._named,
    ast.Lambda: Evaluator._lambda,
}
