"""What views answer with: numpy's numbers, figures that stay open."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import usage
from wherry.findings import Finding
from wherry.project.code.indexing import Call, Scope, argument
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source

_ENCODERS: Final = frozenset(("django.http.JsonResponse", "json.dumps"))
_NUMPY: Final = frozenset(
    ("numpy.argmax", "numpy.argmin", "numpy.squeeze", "numpy.round", "numpy.array")
)
_FIGURES: Final = (
    "matplotlib.pyplot.figure",
    "matplotlib.pyplot.subplots",
    "matplotlib.pyplot.plot",
    "matplotlib.pyplot.bar",
)
_CLOSED: Final = (".close(", ".clf(", ".cla(")


def _json(context: Context) -> Iterator[Finding]:
    reach = context.project.code.reach
    for source in usage.sources(context, "JsonResponse(", "json.dumps("):
        if not any(item.root in ("tensorflow", "keras", "numpy") for item in source.imports):
            continue
        for call in source.index.calls:
            if (
                source.resolve(call.node.func) not in _ENCODERS
                or call.keyword("encoder")
                or call.keyword("default")
                or call.keyword("cls")
            ):
                continue
            if not reach.of(source, call) & {Moment.REQUEST}:
                continue
            if any(_is_numpy(source, call.scope, value) for value in _values(call)):
                yield found(
                    "numpy-not-json",
                    source.at(call.node),
                    severity=Severity.ERROR,
                    values={"code_file": source.path},
                )


def _values(call: Call) -> Iterator[ast.expr]:
    data = argument(call.node, 0, "data", "obj")
    if isinstance(data, ast.Dict):
        yield from data.values
    elif isinstance(data, ast.List | ast.Tuple):
        yield from data.elts


def _is_numpy(source: Source, scope: Scope, node: ast.expr, depth: int = 0) -> bool:
    """Whether an expression is surely one of numpy's arrays or numbers."""
    if depth > 3:
        return False
    if isinstance(node, ast.Subscript):
        return _is_numpy(source, scope, node.value, depth + 1)
    if isinstance(node, ast.Call):
        name = source.resolve(node.func)
        if name in _NUMPY:
            return True
        keras = any(item.root in ("tensorflow", "keras") for item in source.imports)
        return keras and isinstance(node.func, ast.Attribute) and node.func.attr == "predict"
    if isinstance(node, ast.Name):
        value = _assigned_once(source, scope, node.id)
        return value is not None and _is_numpy(source, scope, value, depth + 1)
    return False


def _assigned_once(source: Source, scope: Scope, name: str) -> ast.expr | None:
    values = [
        statement.value
        for statement, inner, _ in source.index.statements
        if inner is scope
        and isinstance(statement, ast.Assign)
        and any(isinstance(item, ast.Name) and item.id == name for item in statement.targets)
    ]
    return values[0] if len(values) == 1 else None


def _figures(context: Context) -> Iterator[Finding]:
    reach = context.project.code.reach
    for source in usage.sources(context, "pyplot"):
        seen: set[str] = set()
        for call in source.index.calls:
            scope = call.scope
            if (
                source.resolve(call.node.func) not in _FIGURES
                or scope.node is None
                or scope.name in seen
            ):
                continue
            seen.add(scope.name)
            text = "\n".join(source.lines[scope.node.lineno - 1 : scope.node.end_lineno])
            if any(word in text for word in _CLOSED) or "savefig" not in text:
                continue
            if reach.of(source, call) & {Moment.REQUEST}:
                yield found(
                    "memory-grows-with-requests",
                    source.at(call.node),
                    values={"code_file": source.path},
                )


JSON: Final = Rule("numpy-in-json", ("numpy-not-json",), _json)
FIGURES: Final = Rule("open-figures", ("memory-grows-with-requests",), _figures)
