"""What views answer with: numpy's numbers, figures that stay open."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import usage, versions
from wherry.doctor.rules.code.numpy_values import Reader
from wherry.findings import Finding
from wherry.project.code.indexing import argument
from wherry.project.code.moments import Moment

_ENCODERS: Final = frozenset(("django.http.JsonResponse", "json.dumps"))
_DEEPEST: Final = 6
_FIGURES: Final = (
    "matplotlib.pyplot.figure",
    "matplotlib.pyplot.subplots",
    "matplotlib.pyplot.plot",
    "matplotlib.pyplot.bar",
)
_CLOSED: Final = (".close(", ".clf(", ".cla(")


def _json(context: Context) -> Iterator[Finding]:
    code = context.project.code
    keeps_narrow = versions.at_least(context, "numpy", (2, 0))
    for source in usage.sources(context, "JsonResponse(", "json.dumps("):
        for call in source.index.calls:
            if (
                source.resolve(call.node.func) not in _ENCODERS
                or call.keyword("encoder")
                or call.keyword("default")
                or call.keyword("cls")
            ):
                continue
            if not code.reach.of(source, call) & {Moment.REQUEST}:
                continue
            reader = Reader(code.definitions, source, call.scope, keeps_narrow)
            data = argument(call.node, 0, "data", "obj")
            if data is not None and any(_fails(one, value) for one, value in _values(reader, data)):
                yield found(
                    "numpy-not-json",
                    source.at(call.node),
                    severity=Severity.ERROR,
                    values={"code_file": source.path},
                )


def _fails(reader: Reader, value: ast.expr) -> bool:
    kind = reader.kind(value)
    return kind is not None and kind.fails


def _values(reader: Reader, data: ast.expr, depth: int = 0) -> Iterator[tuple[Reader, ast.expr]]:
    """Return what is written: the values of lists and dictionaries, as deep as they go."""
    if depth > _DEEPEST:
        return
    inner: list[ast.expr] = []
    if isinstance(data, ast.Dict):
        inner += data.values
    elif isinstance(data, ast.List | ast.Tuple):
        inner += data.elts
    elif isinstance(data, ast.ListComp | ast.DictComp):
        reader = reader.within(data.generators)
        inner.append(data.elt if isinstance(data, ast.ListComp) else data.value)
    else:
        found = list(_behind(reader, data))
        if depth and not found:
            yield reader, data
        for within, value in found:
            yield from _values(within, value, depth + 1)
    for value in inner:
        yield from _values(reader, value, depth + 1)


def _behind(reader: Reader, data: ast.expr) -> Iterator[tuple[Reader, ast.expr]]:
    """Yield what a name or a call of the project's stands for, where it is no array itself."""
    if isinstance(data, ast.Name):
        literal = reader.literal(data.id) or reader.called(data.id)
        if literal is not None:
            yield reader, literal
            yield from reader.added(data.id)
    elif isinstance(data, ast.Call) and reader.kind(data) is None:
        yield from reader.answers(data)


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
