"""Changes of lists and dictionaries in place: append, insert, update, an entry that is set."""

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol

from wherry.project.code import operators
from wherry.project.code.values import UNKNOWN, Plain, Value

_MOST: Final = 5_000

type Keys = tuple[Plain, ...]


class Evaluating(Protocol):
    """What the keys are evaluated with."""

    def value(self, node: ast.expr | None) -> Value:
        """Return what an expression comes to."""


def keys(node: ast.expr, evaluator: Evaluating) -> tuple[str, Keys]:
    """Return the name and the keys of DATABASES["default"]["OPTIONS"]; "" for anything else."""
    found: list[Plain] = []
    while isinstance(node, ast.Subscript):
        found.append(evaluator.value(node.slice).plain)
        node = node.value
    if isinstance(node, ast.Name):
        return node.id, tuple(reversed(found))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.args:
        return f"{node.func.id}()", tuple(reversed(found))
    return "", ()


def inside(value: Value, path: Keys) -> Value:
    """Return what stands behind the keys."""
    for key in path:
        plain = value.plain
        if isinstance(plain, Mapping) and isinstance(key, str):
            value = plain.get(key, Value(UNKNOWN))
        elif isinstance(plain, tuple) and isinstance(key, int) and -len(plain) <= key < len(plain):
            value = plain[key]
        else:
            return Value(UNKNOWN)
    return value


def put(value: Value, path: Keys, new: Value) -> Value:
    """Return the value with something else behind the keys."""
    if not path:
        return new
    key, rest = path[0], path[1:]
    plain = value.plain
    if isinstance(plain, Mapping) and isinstance(key, str):
        return replace(value, plain={**plain, key: put(plain.get(key, Value({})), rest, new)})
    if isinstance(plain, tuple) and isinstance(key, int) and -len(plain) <= key < len(plain):
        items = list(plain)
        items[key] = put(items[key], rest, new)
        return replace(value, plain=tuple(items))
    return replace(value, whole=False)


def call(
    value: Value, method: str, arguments: list[Value], given: Mapping[str, Value]
) -> Value | None:
    """Return the value after a call of a method that changes it; None where it does not."""
    if isinstance(value.plain, tuple):
        return _of_list(value, value.plain, method, arguments)
    if isinstance(value.plain, Mapping) and method in ("update", "setdefault"):
        return _of_mapping(value, value.plain, method, arguments, given)
    return None


def _of_list(
    value: Value, items: tuple[Value, ...], method: str, arguments: list[Value]
) -> Value | None:
    if method in ("append", "add") and arguments:
        return replace(value, plain=(*items, arguments[0]))
    if method == "insert" and len(arguments) == 2:
        position = arguments[0].plain
        if not isinstance(position, int):
            return replace(value, plain=(*items, arguments[1]))
        changed = list(items)
        changed.insert(position, arguments[1])
        return replace(value, plain=tuple(changed))
    if method in ("extend", "update") and arguments:
        more = arguments[0].plain
        if isinstance(more, tuple) and len(items) + len(more) < _MOST:
            return replace(value, plain=(*items, *more), whole=value.whole and arguments[0].whole)
        return replace(value, whole=False)
    if method in ("remove", "discard") and arguments:
        gone = arguments[0].plain
        kept = [item for item in items if operators.contains((item,), gone) is not True]
        return replace(value, plain=tuple(kept))
    return None


def _of_mapping(
    value: Value,
    plain: Mapping[str, Value],
    method: str,
    arguments: list[Value],
    given: Mapping[str, Value],
) -> Value | None:
    if method == "setdefault":
        key = arguments[0].plain if arguments else UNKNOWN
        if not isinstance(key, str) or key in plain or len(arguments) < 2:
            return None
        return replace(value, plain={**plain, key: arguments[1]})
    found = {**plain, **given}
    variables = value.variables
    others: tuple[Plain, ...] = value.others
    whole = value.whole
    for argument in arguments:
        variables |= argument.variables
        if isinstance(argument.plain, Mapping):
            found.update(argument.plain)
            others += argument.others
            whole = whole and argument.whole
        else:
            whole = False
            others = (*others, UNKNOWN)
    return replace(value, plain=found, variables=variables, others=others, whole=whole)
