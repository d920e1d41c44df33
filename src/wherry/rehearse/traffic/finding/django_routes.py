"""The addresses of a Django project: ROOT_URLCONF, what it includes, and routers of REST views."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from wherry.project.code.code import Code
from wherry.project.code.indexing import Block, Call, argument, last_name
from wherry.project.code.source import Source
from wherry.rehearse.traffic.finding.route import Route

_DEEPEST: Final = 8
_MOST: Final = 2000
_PATTERNS: Final = frozenset(("path", "re_path", "url"))
_ANCHORS: Final = re.compile(r"\A(?:\\A|\^)?(.*?)(?:\\Z|\$)?\Z", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\([./_-])")
_OF_A_PATTERN: Final = re.compile(r"[\\()\[\]{}*+?|^$<>]")
_MANY: Final = "its path is a pattern that asks for a value"
_NOT_TOLD: Final = "its path is put together while the app runs"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where patterns are read: a module, and the path that leads there."""

    source: Source
    prefix: str
    depth: int = 0

    def under(self, path: str, source: Source | None = None) -> "_Place":
        return _Place(source or self.source, self.prefix + path, self.depth + 1)


def django_routes(code: Code) -> tuple[Route, ...]:
    """Return every address that the code declares, in its order."""
    settings = code.settings
    root = None if settings is None else settings.value("ROOT_URLCONF").plain
    source = code.sources.module(root) if isinstance(root, str) else None
    if source is None:
        return ()
    found: list[Route] = []
    for route in _Reader(code).module(_Place(source, "/")):
        found.append(route)
        if len(found) >= _MOST:
            break
    return tuple(found)


class _Reader:
    def __init__(self, code: Code) -> None:
        self._code = code

    def module(self, place: _Place) -> Iterator[Route]:
        """Yield the addresses of a module's ``urlpatterns``."""
        if place.depth <= _DEEPEST:
            yield from self._named("urlpatterns", place)

    def _named(self, name: str, place: _Place) -> Iterator[Route]:
        for statement, scope, blocks in place.source.index.statements:
            if scope.node is None and not _for_debugging(blocks) and _assigns(statement, name):
                value = getattr(statement, "value", None)
                if isinstance(value, ast.expr):
                    yield from self._patterns(value, place)

    def _patterns(self, node: ast.expr, place: _Place) -> Iterator[Route]:
        if isinstance(node, ast.List | ast.Tuple):
            for element in node.elts:
                yield from self._patterns(element, place)
        elif isinstance(node, ast.Starred):
            yield from self._patterns(node.value, place)
        elif isinstance(node, ast.BinOp):
            yield from self._patterns(node.left, place)
            yield from self._patterns(node.right, place)
        elif isinstance(node, ast.Name):
            if place.depth <= _DEEPEST:
                yield from self._named(node.id, replace(place, depth=place.depth + 1))
        elif isinstance(node, ast.Attribute) and node.attr == "urls":
            yield from self._router(node.value, place)
        elif isinstance(node, ast.Call):
            yield from self._call(node, place)

    def _call(self, node: ast.Call, place: _Place) -> Iterator[Route]:
        name = last_name(node.func)
        if name in _PATTERNS:
            yield from self._pattern(node, name, place)
        elif name in ("i18n_patterns", "format_suffix_patterns", "decorator_include"):
            for given in node.args:
                yield from self._patterns(given, place)

    def _pattern(self, node: ast.Call, kind: str, place: _Place) -> Iterator[Route]:
        route = argument(node, 0, "route", "regex")
        target = argument(node, 1, "view")
        where = f"{place.source.path}:{node.lineno}"
        if target is None:
            return
        path = _literal(route, regular=kind != "path")
        if path is None:
            yield _unknown(route, place, where)
            return
        inner = _included(target)
        if inner is not None:
            yield from self._include(inner, place.under(path), where)
        elif isinstance(target, ast.Attribute) and target.attr == "urls":
            yield Route(place.prefix + path, where, package=place.source.resolve(target))
        else:
            yield self._view(target, place.prefix + path, where, place)

    def _include(self, node: ast.expr, place: _Place, where: str) -> Iterator[Route]:
        if isinstance(node, ast.Tuple) and node.elts:
            node = node.elts[0]  # include((patterns, app_name))
        module = node.value if isinstance(node, ast.Constant) else place.source.resolve(node)
        source = self._code.sources.module(module) if isinstance(module, str) else None
        own = isinstance(node, ast.Attribute) and node.attr == "urls"  # router.urls
        if source is not None:
            yield from self.module(replace(place, source=source))
        elif isinstance(node, ast.Constant | ast.Attribute) and not own:
            yield Route(place.prefix, where, package=str(module))
        else:
            yield from self._patterns(node, place)

    def _router(self, owner: ast.expr, place: _Place) -> Iterator[Route]:
        """Yield the lists of what was registered at a router of REST views."""
        for call in place.source.index.by_callee.get("register", ()):
            if not _is_method_of(call, owner):
                continue
            prefix = _literal(argument(call.node, 0, "prefix"), regular=False)
            view = argument(call.node, 1, "viewset")
            where = f"{place.source.path}:{call.node.lineno}"
            if prefix is not None and view is not None:
                yield self._view(view, f"{place.prefix}{prefix}/", where, place)

    def _view(self, node: ast.expr, path: str, where: str, place: _Place) -> Route:
        target = _unwrapped(node)
        definition = self._code.definitions.referred(
            place.source, target, place.source.index.scopes[0]
        )
        full = place.source.resolve(target)
        if definition is not None:
            return Route(path, where, definition, name=definition.scope.name)
        return Route(path, where, package=full or "?", name=last_name(target))


def _assigns(statement: ast.stmt, name: str) -> bool:
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
        targets = [statement.target]
    else:
        return False
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _for_debugging(blocks: tuple[Block, ...]) -> bool:
    """Whether a statement stands under ``if settings.DEBUG``."""
    return any(
        isinstance(block.node, ast.If) and block.part == "body" and "DEBUG" in _names(block.node)
        for block in blocks
    )


def _names(node: ast.If) -> set[str]:
    return {
        last_name(inner)
        for inner in ast.walk(node.test)
        if isinstance(inner, ast.Name | ast.Attribute)
    }


def _is_method_of(call: Call, owner: ast.expr) -> bool:
    function = call.node.func
    return isinstance(function, ast.Attribute) and ast.dump(function.value) == ast.dump(owner)


def _included(target: ast.expr) -> ast.expr | None:
    """Return what ``include`` was given; None where the target is no ``include``."""
    if isinstance(target, ast.Call) and last_name(target.func) == "include" and target.args:
        return target.args[0]
    return None


def _unwrapped(node: ast.expr) -> ast.expr:
    """Return the view of ``login_required(View.as_view())``: through decorators and as_view."""
    for _ in range(_DEEPEST):
        if not isinstance(node, ast.Call):
            break
        if isinstance(node.func, ast.Attribute) and node.func.attr == "as_view":
            node = node.func.value
        elif node.args:
            node = node.args[0]
        else:
            node = node.func
    return node


def _unknown(node: ast.expr | None, place: _Place, where: str) -> Route:
    """Return an address whose path stands for many, or cannot be told."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return Route(f"{place.prefix}{node.value}", where, unknown=_MANY)
    written = "" if node is None else ast.unparse(node)[:80]
    return Route(f"{place.prefix}{{{written}}}", where, unknown=_NOT_TOLD)


def _literal(node: ast.expr | None, *, regular: bool) -> str | None:
    """Return a route's path; None where it is no text, or a pattern that stands for many."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    if not regular:
        return node.value
    found = _ANCHORS.fullmatch(node.value)
    text = found[1] if found else node.value
    text = text.removesuffix("?") if text.endswith("/?") else text
    text = _ESCAPED.sub(r"\1", text)
    return None if _OF_A_PATTERN.search(text) else text
