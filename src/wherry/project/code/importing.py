"""The import statements of a module, with how each is protected."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from wherry.project.code.imports import Import

_IMPORT_ERRORS: Final = frozenset(
    ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
)


@dataclass(frozen=True, slots=True)
class _Where:
    top_level: bool = True
    guarded: bool = False
    type_checking: bool = False


def read(
    tree: ast.Module,
    path: str,
    module: str,
    package: bool,
    is_local: Callable[[str], bool],
) -> tuple[Import, ...]:
    """Return every import, in the order of the text."""
    found = []
    for node, where in _statements(tree.body, _Where()):
        for target, name, alias in _targets(node, module, package):
            local = is_local(target) or (bool(name) and is_local(f"{target}.{name}"))
            found.append(
                Import(
                    target,
                    name,
                    alias,
                    path,
                    node.lineno,
                    where.top_level,
                    where.guarded,
                    where.type_checking,
                    local,
                )
            )
    return tuple(found)


def names(tree: ast.Module, module: str, imports: Iterable[Import]) -> dict[str, str]:
    """Return the full names of what the module imports and defines itself."""
    found = {}
    for item in imports:
        if item.name == "*":
            continue
        if item.name:
            found[item.alias] = f"{item.module}.{item.name}" if item.module else item.name
        elif item.alias == item.module.partition(".")[0]:
            found.setdefault(item.alias, item.alias)
        else:
            found[item.alias] = item.module
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = f"{module}.{node.name}"
    return found


def absolute(name: str | None, level: int, module: str, package: bool) -> str:
    """Return the full name of a relative import's module; "" where it leads out of the project."""
    if not level:
        return name or ""
    parts = module.split(".") if module else []
    drop = level - 1 if package else level
    if drop > len(parts):
        return ""
    kept = parts[: len(parts) - drop]
    return ".".join([*kept, *([name] if name else [])])


def _targets(
    node: ast.Import | ast.ImportFrom, module: str, package: bool
) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, "", alias.asname or alias.name.partition(".")[0]
        return
    source = absolute(node.module, node.level, module, package)
    if not source and node.level and node.module:
        return
    for alias in node.names:
        yield source, alias.name, alias.asname or alias.name


def _statements(
    body: Iterable[ast.stmt], where: _Where
) -> Iterator[tuple[ast.Import | ast.ImportFrom, _Where]]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, where
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _statements(node.body, replace(where, top_level=False))
        elif isinstance(node, ast.Try | ast.TryStar):
            yield from _in_try(node, where)
        elif isinstance(node, ast.If):
            yield from _in_if(node, where)
        elif isinstance(node, ast.ClassDef | ast.For | ast.While | ast.With | ast.AsyncWith):
            yield from _statements(node.body, where)
            yield from _statements(getattr(node, "orelse", ()), where)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                yield from _statements(case.body, where)


def _in_try(
    node: ast.Try | ast.TryStar, where: _Where
) -> Iterator[tuple[ast.Import | ast.ImportFrom, _Where]]:
    guarded = any(_catches_import_error(handler) for handler in node.handlers)
    inside = replace(where, guarded=where.guarded or guarded)
    yield from _statements(node.body, inside)
    for handler in node.handlers:
        # What stands in for a missing module is itself only wanted where that one is missing.
        yield from _statements(handler.body, replace(where, guarded=True) if guarded else where)
    yield from _statements(node.orelse, inside)
    yield from _statements(node.finalbody, where)


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _IMPORT_ERRORS for kind in kinds)


def _in_if(node: ast.If, where: _Where) -> Iterator[tuple[ast.Import | ast.ImportFrom, _Where]]:
    test = ast.unparse(node.test) if isinstance(node.test, ast.Name | ast.Attribute) else ""
    if test.rpartition(".")[2] == "TYPE_CHECKING":
        yield from _statements(node.body, replace(where, type_checking=True))
        yield from _statements(node.orelse, where)
        return
    # Under a version, a platform or a switch: nobody knows that it is ever reached.
    yield from _statements([*node.body, *node.orelse], replace(where, guarded=True))
