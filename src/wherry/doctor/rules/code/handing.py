"""What a function is handed by those that call it: a part of a request, one step away."""

from collections.abc import Iterator

from wherry.doctor.rule import Context
from wherry.doctor.rules.code import usage, visitors
from wherry.project.code.indexing import Call, Function, Scope, argument
from wherry.project.code.source import Source


def given(context: Context, source: Source, scope: Scope, *, uploads: bool) -> frozenset[str]:
    """Return the parameters that some caller hands a part of a request, or an upload."""
    function = scope.function
    if function is None:
        return frozenset()
    names = [item.arg for item in (*function.args.posonlyargs, *function.args.args)]
    names = names[1:] if scope.owner is not None else names
    test = visitors.is_upload if uploads else visitors.comes_from_request
    known_in = visitors.of_uploads if uploads else visitors.of_request
    handed: set[str] = set()
    for caller, call in _callers(context, source, scope, function):
        known = known_in(caller)
        for position, name in enumerate(names):
            value = argument(call.node, position, name)
            if value is not None and test(value, known):
                handed.add(name)
    return frozenset(handed)


def _callers(
    context: Context, source: Source, scope: Scope, function: Function
) -> Iterator[tuple[Function, Call]]:
    for other in usage.sources(context, function.name):
        for call in other.index.by_callee.get(function.name, ()):
            caller = call.scope.function
            if caller is None or caller is function or not _is_same(source, scope, other, call):
                continue
            yield caller, call


def _is_same(source: Source, scope: Scope, other: Source, call: Call) -> bool:
    """Whether a call of that name can be a call of this function."""
    if other is source or scope.owner is not None:
        return True
    module = source.path.removesuffix(".py").rpartition("/")[2]
    return module in other.resolve(call.node.func).split(".")
