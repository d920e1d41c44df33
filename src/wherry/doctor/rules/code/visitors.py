"""What comes from a visitor, followed through the names of one function."""

import ast
from typing import Final

from wherry.project.code.indexing import Function

_STEPS: Final = 4
_REQUESTS: Final = ("request", "req")
_UPLOADS: Final = frozenset(("FILES", "files", "body", "data", "cleaned_data", "validated_data"))


def comes_from_request(node: ast.AST, names: frozenset[str] = frozenset()) -> bool:
    """Whether an expression holds a part of the request, or one of the names."""
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and (item.id in names or item.id in _REQUESTS):
            return True
        if isinstance(item, ast.Attribute) and item.attr == "request":
            return True
    return False


def is_upload(node: ast.AST, names: frozenset[str] = frozenset()) -> bool:
    """Whether an expression holds what a visitor sent as a file or a body, or one of the names."""
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and item.id in names:
            return True
        if not isinstance(item, ast.Attribute) or item.attr not in _UPLOADS:
            continue
        owner = ast.unparse(item.value)
        if item.attr in ("cleaned_data", "validated_data"):
            return True
        if owner.rpartition(".")[2] in _REQUESTS:
            return True
    return False


def of_request(function: Function, given: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the names that hold a part of the request within a function; ``given`` do at once."""
    return _followed(function, given, uploads=False)


def of_uploads(function: Function, given: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the names that hold an upload within a function; ``given`` do from the start."""
    return _followed(function, given, uploads=True)


def _followed(function: Function, given: frozenset[str], *, uploads: bool) -> frozenset[str]:
    """Follow assignments, loops and ``with`` until nothing new is found."""
    test = is_upload if uploads else comes_from_request
    names = given
    for _ in range(_STEPS):
        more = set(names)
        for node in ast.walk(function):
            for target, value in _bindings(node):
                if test(value, names):
                    more |= {item.id for item in ast.walk(target) if isinstance(item, ast.Name)}
        if more == names:
            break
        names = frozenset(more)
    return names


def _bindings(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        return [
            (target, node.value)
            for target in node.targets
            if isinstance(target, ast.Name | ast.Tuple)
        ]
    if isinstance(node, ast.NamedExpr):
        return [(node.target, node.value)]
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return [(node.target, node.value)] if isinstance(node.target, ast.Name) else []
    if isinstance(node, ast.For):
        return [(node.target, node.iter)]
    if isinstance(node, ast.With | ast.AsyncWith):
        return [
            (item.optional_vars, item.context_expr)
            for item in node.items
            if item.optional_vars is not None
        ]
    return []
