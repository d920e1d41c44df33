"""What names inside functions and classes come to: assignments above, parameters, self."""

import ast
from collections.abc import Mapping

from wherry.project.code.definitions import Definition, Definitions
from wherry.project.code.expressions import Evaluator
from wherry.project.code.indexing import Call, Scope, argument
from wherry.project.code.namespaces import Namespaces
from wherry.project.code.source import Source
from wherry.project.code.values import UNKNOWN, Value

_MOST_STATEMENTS = 200


def evaluator_at(
    namespaces: Namespaces, definitions: Definitions, source: Source, scope: Scope, line: int
) -> Evaluator:
    """Return an evaluator that knows the names bound in a function before a line."""
    bound: dict[str, Value] = {}
    chain: list[Scope] = []
    inner: Scope | None = scope
    while inner is not None and inner.outer is not None:
        chain.append(inner)
        inner = inner.outer
    for level in reversed(chain):
        if level.function is not None:
            bound.update(_parameters(namespaces, definitions, source, level))
        bound.update(_assigned(namespaces, source, level, line if level is scope else 10**9, bound))
    bound.update(_of_self(namespaces, source, scope, bound))
    return namespaces.evaluator(source, bound)


def _assigned(
    namespaces: Namespaces, source: Source, scope: Scope, line: int, bound: Mapping[str, Value]
) -> dict[str, Value]:
    found: dict[str, Value] = dict(bound)
    count = 0
    for statement, inner, _ in source.index.statements:
        if inner is not scope or statement.lineno >= line or not isinstance(statement, ast.Assign):
            continue
        count += 1
        if count > _MOST_STATEMENTS:
            break
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            found[target.id] = namespaces.evaluator(source, found).value(statement.value)
    return found


def _parameters(
    namespaces: Namespaces, definitions: Definitions, source: Source, scope: Scope
) -> dict[str, Value]:
    """Return what parameters are: their defaults, or what the one place that calls it gives."""
    function = scope.function
    if function is None or not (function.args.args or function.args.kwonlyargs):
        return {}
    arguments = [*function.args.posonlyargs, *function.args.args]
    found = {item.arg: Value(UNKNOWN) for item in (*arguments, *function.args.kwonlyargs)}
    defaults = function.args.defaults
    evaluator = namespaces.evaluator(source)
    for item, default in zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True):
        found[item.arg] = evaluator.value(default)
    calls = _calls_of(definitions, source, scope)
    shift = 1 if scope.owner is not None else 0
    if len(calls) == 1:
        other, call = calls[0]
        outside = namespaces.evaluator(other)
        for position, item in enumerate(arguments[shift:]):
            given = argument(call.node, position, item.arg)
            if given is not None:
                found[item.arg] = outside.value(given)
    return found


def _calls_of(definitions: Definitions, source: Source, scope: Scope) -> list[tuple[Source, Call]]:
    name = scope.name.rpartition(".")[2]
    target = (source.path, scope.name)
    if name == "__init__" and scope.outer is not None and scope.outer.node is not None:
        name = scope.outer.node.name
        target = (source.path, scope.outer.name)
    found = []
    for other in definitions.sources.all:
        if f"{name}(" not in other.text:
            continue
        for call in other.index.by_callee.get(name, ()):
            definition: Definition | None = definitions.called(other, call)
            if definition is not None and definition.key == target:
                found.append((other, call))
    return found


def _of_self(
    namespaces: Namespaces, source: Source, scope: Scope, bound: Mapping[str, Value]
) -> dict[str, Value]:
    """Return what ``self.x`` and ``cls.x`` are, where the class sets each in one place only."""
    owner: Scope | None = scope
    while owner is not None and not isinstance(owner.node, ast.ClassDef):
        owner = owner.outer
    if owner is None:
        return {}
    found: dict[str, Value] = {}
    for statement, inner, _ in source.index.statements:
        if not isinstance(statement, ast.Assign):
            continue
        target = statement.targets[0]
        if inner is owner and isinstance(target, ast.Name):
            names = [target.id]
        elif isinstance(target, ast.Attribute) and _within(inner, owner):
            names = [target.attr]
        else:
            continue
        for name in names:
            value = namespaces.evaluator(source, bound).value(statement.value)
            for way in ("self", "cls", owner.name):
                key = f"{way}.{name}"
                found[key] = value if key not in found else Value(UNKNOWN)
    return found


def _within(scope: Scope, owner: Scope) -> bool:
    inner: Scope | None = scope
    while inner is not None:
        if inner is owner:
            return True
        inner = inner.outer
    return False
