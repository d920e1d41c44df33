"""What visitors send, kept in the process, where only some of the others see it."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import handing, usage, visitors
from wherry.findings import Finding
from wherry.project.code.indexing import Scope
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source

_FILLS: Final = frozenset(
    ("append", "add", "update", "setdefault", "insert", "extend", "appendleft", "put")
)
_GROWS: Final = frozenset(("append", "appendleft", "insert", "extend"))
_CONTAINERS: Final = frozenset(
    ("dict", "list", "set", "defaultdict", "deque", "OrderedDict", "Counter", "Queue")
)
# What may be lost at any time: who asks again computes it again.
_CACHES: Final = re.compile(r"(?i)cache|memo|lock|metric|counter|histogram")
_KEEPERS: Final = ("global ", "= {", "= [", *(f"{name}(" for name in sorted(_CONTAINERS)))
_IN_REQUEST: Final = frozenset((Moment.REQUEST, Moment.FIRST_REQUEST))


def _check(context: Context) -> Iterator[Finding]:
    """Report a global that a view fills from its request, and another request reads."""
    reach = context.project.code.reach
    for source in usage.sources(context, *_KEEPERS):
        views = [
            scope for scope in source.index.functions() if reach.scope(source, scope) & _IN_REQUEST
        ]
        readers = _readers(views)
        kept = frozenset((*_module_containers(source), *_class_containers(source)))
        seen: set[str] = set()
        for scope in views:
            others = frozenset(name for name, who in readers.items() if who - {scope.name})
            read = others | (_collected(scope) & kept)
            filled = _filled(context, source, scope, kept & read)
            for node, name in (*_assigned(source, scope), *filled):
                if name in read and name not in seen and not _CACHES.search(name):
                    seen.add(name)
                    yield found(
                        "state-in-process-memory",
                        source.at(node),
                        values={"name": name, "code_file": source.path},
                    )


def _readers(views: list[Scope]) -> dict[str, set[str]]:
    """Return which functions read which names."""
    readers: dict[str, set[str]] = {}
    for view in views if len(views) > 1 else ():
        for node in () if view.function is None else ast.walk(view.function):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                readers.setdefault(_name_of(node, view), set()).add(view.name)
    return readers


def _collected(scope: Scope) -> frozenset[str]:
    """Return the lists that a view adds to and looks at: it finds what earlier requests left.

    A dictionary may well be a cache, which holds what this request asked for or nothing.
    """
    function = scope.function
    if function is None:
        return frozenset()
    grown = [
        node.func.value
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _GROWS
    ]
    declared = [node for node in ast.walk(function) if isinstance(node, ast.Global)]
    shared = {name for node in declared for name in node.names}
    own = {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    names = {_name_of(owner, scope) for owner in grown} - (own - shared)
    return frozenset(
        _name_of(node, scope)
        for node in ast.walk(function)
        if isinstance(node, ast.Name | ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and node not in grown
        and _name_of(node, scope) in names
    )


def _module_containers(source: Source) -> Iterator[str]:
    """Return the names of dictionaries, lists and the like that a module keeps."""
    for statement, scope, blocks in source.index.statements:
        if scope.node is not None or blocks:
            continue
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        if _is_container(value):
            yield from (item.id for item in targets if isinstance(item, ast.Name))


def _class_containers(source: Source) -> Iterator[str]:
    """Return ``Class.name`` of what a class keeps for all that are made of it.

    A view's class is made for each request; what stands in its body is made once.
    """
    for scope in source.index.classes():
        if not isinstance(scope.node, ast.ClassDef):
            continue
        own = {
            node.attr
            for node in ast.walk(scope.node)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
        for statement in scope.node.body:
            if isinstance(statement, ast.Assign) and _is_container(statement.value):
                for target in statement.targets:
                    if isinstance(target, ast.Name) and target.id not in own:
                        yield f"{scope.node.name}.{target.id}"


def _is_container(value: ast.expr) -> bool:
    if isinstance(value, ast.Dict | ast.List | ast.Set):
        return True
    return isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in _CONTAINERS


def _assigned(source: Source, scope: Scope) -> Iterator[tuple[ast.stmt, str]]:
    """Return the globals that are set anew to a part of the request."""
    function = scope.function
    if function is None:
        return
    names = {
        name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names
    }
    if not names:
        return
    parts = visitors.of_request(function)
    for statement, inner, _ in source.index.statements:
        if inner is not scope or not isinstance(statement, ast.Assign):
            continue
        if not visitors.comes_from_request(statement.value, parts - names):
            continue
        for target in statement.targets:
            if isinstance(target, ast.Name) and target.id in names:
                yield statement, target.id


def _filled(
    context: Context, source: Source, scope: Scope, kept: frozenset[str]
) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    """Return the containers of the module that a part of the request is put into.

    What a function is handed counts only where it is what is kept: what it is kept under may be
    the name of something that was computed once.
    """
    function = scope.function
    if function is None or not kept:
        return
    own = {item.arg for item in (*function.args.args, *function.args.kwonlyargs)}
    for node in ast.walk(function):
        name, values = _put(node, scope)
        if name not in kept or name in own or not isinstance(node, ast.stmt | ast.expr):
            continue
        parts = visitors.of_request(function) - {name}
        direct = any(visitors.comes_from_request(value, parts) for value in values)
        if direct or _is_handed(context, source, scope, values[1:] or values):
            yield node, name


def _is_handed(context: Context, source: Source, scope: Scope, values: list[ast.expr]) -> bool:
    handed = handing.given(context, source, scope, uploads=False)
    if not handed or scope.function is None:
        return False
    parts = visitors.of_request(scope.function, handed)
    return any(visitors.comes_from_request(value, parts) for value in values)


def _put(node: ast.AST, scope: Scope) -> tuple[str, list[ast.expr]]:
    """Return what a statement puts something into, and what; "" where it puts nothing."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                return _name_of(target.value, scope), [target.slice, node.value]
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript):
        return _name_of(node.target.value, scope), [node.target.slice, node.value]
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return "", []
    if node.func.attr not in _FILLS:
        return "", []
    values = [*node.args, *(item.value for item in node.keywords)]
    return _name_of(node.func.value, scope), values


def _name_of(node: ast.expr, scope: Scope) -> str:
    """Return a container's name: ``TEAMS``, or ``View.teams`` for ``self.teams`` in a method."""
    if isinstance(node, ast.Name):
        return node.id
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return ""
    owner = node.value.id
    if owner in ("self", "cls") and scope.owner is not None:
        owner = scope.owner.name
    return f"{owner}.{node.attr}"


GLOBALS: Final = Rule("globals-between-requests", ("state-in-process-memory",), _check)
