"""The addresses of Flask and FastAPI apps, which decorators declare."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.project.code.code import Code
from wherry.project.code.definitions import Definition
from wherry.project.code.indexing import Scope, argument, keyword, last_name
from wherry.project.code.source import Source
from wherry.rehearse.traffic.finding.route import Route

_GETTING: Final = frozenset(("get", "route", "api_route"))
_MADE: Final = frozenset(("Blueprint", "APIRouter"))
_ATTACHED: Final = frozenset(("register_blueprint", "include_router"))
_PREFIXES: Final = ("url_prefix", "prefix")


def app_routes(code: Code) -> tuple[Route, ...]:
    """Return every address that answers GET, in the order of the files."""
    return tuple(
        route
        for source in code.sources.all
        if not code.sources.is_test(source.path) and source.mentions("route(", ".get(")
        for scope in source.index.functions()
        for route in _routes(code, source, scope)
    )


def _routes(code: Code, source: Source, scope: Scope) -> Iterator[Route]:
    function = scope.function
    if function is None:
        return
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            continue
        path = argument(decorator, 0, "rule", "path")
        if decorator.func.attr not in _GETTING or not _answers_get(decorator):
            continue
        if isinstance(path, ast.Constant) and isinstance(path.value, str):
            where = f"{source.path}:{decorator.lineno}"
            prefix = _prefix(code, source, decorator.func.value)
            whole = f"{prefix}{path.value}" or "/"
            if whole.startswith("/"):
                yield Route(whole, where, Definition(source, scope), name=scope.name)


def _answers_get(decorator: ast.Call) -> bool:
    methods = keyword(decorator, "methods")
    if not isinstance(methods, ast.List | ast.Tuple | ast.Set):
        return True
    named = {item.value for item in methods.elts if isinstance(item, ast.Constant)}
    return "GET" in {str(name).upper() for name in named}


def _prefix(code: Code, source: Source, owner: ast.expr) -> str:
    """Return what stands before the paths of a blueprint or a router."""
    name = last_name(owner)
    own = ""
    for call in source.index.calls:
        statement = call.statement
        if (
            last_name(call.node.func) in _MADE
            and isinstance(statement, ast.Assign)
            and any(last_name(target) == name for target in statement.targets)
        ):
            own = _prefix_of(call.node)
    attached = _attached(code, source, name)
    return attached if attached is not None and not own else f"{attached or ''}{own}"


def _attached(code: Code, source: Source, name: str) -> str | None:
    """Return the prefix with which the app takes a blueprint or a router in."""
    full = f"{source.module}.{name}"
    for other in code.sources.all:
        for callee in _ATTACHED:
            for call in other.index.by_callee.get(callee, ()):
                given = argument(call.node, 0, "blueprint", "router")
                if given is None:
                    continue
                resolved = other.resolve(given)
                if resolved == full or (other is source and last_name(given) == name):
                    return _prefix_of(call.node)
    return None


def _prefix_of(call: ast.Call) -> str:
    for name in _PREFIXES:
        value = keyword(call, name)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value.rstrip("/")
    return ""
