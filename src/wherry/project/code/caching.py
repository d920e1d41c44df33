"""Whether the result of a piece of code is kept, so that it is computed once only."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from wherry.project.code.indexing import Block, Scope

_DECORATORS: Final = frozenset(
    (
        *("lru_cache", "cache", "cached", "cached_property", "cache_resource", "singleton"),
        *("memoize", "once", "ttl_cache", "threaded_cached_property", "cache_data"),
    )
)

_SINGLETONS: Final = ("__new__", "get_instance", "instance", "getInstance")


def decorated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator keeps what a function returns."""
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
        if name in _DECORATORS or name.lower() in _DECORATORS:
            return True
    return False


def by_instance(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator keeps what a method returns for as long as its instance lasts."""
    return any(
        ast.unparse(decorator).endswith("cached_property") for decorator in function.decorator_list
    )


def kept_by_instance(statement: ast.stmt) -> bool:
    """Whether all that a statement stores is stored in ``self``, which may be gone soon."""
    stored = [ast.unparse(target) for target in _targets(statement)]
    return bool(stored) and all(
        text.startswith("self.") and "__class__" not in text for text in stored
    )


def kept(scope: Scope, statement: ast.stmt, blocks: tuple[Block, ...]) -> bool:
    """Whether a statement stores its result beyond the function, and only if it is not there yet.

    The usual shapes: ``if _model is None: _model = load()`` with ``global``, an attribute of the
    function, the class or a module, an entry of a dictionary, and ``try: model except NameError``.
    """
    function = scope.function
    if function is None:
        return False
    stored = _targets(statement)
    if not stored and function.name not in _SINGLETONS:
        return False
    targets = [target for target in stored if _outlives(target, function)]
    if _handed_on(function, stored, _tests(blocks)):
        return True
    names = {name for target in targets for name in _words(target)}
    guards = [*_tests(blocks), *_early_returns(function, statement)]
    if names and any(names & set(_words(test)) for test in guards):
        return True
    if targets and (_after_failed_name(blocks, names) or _or_itself(statement, names)):
        return True
    return _in_singleton(function, guards)


def _or_itself(statement: ast.stmt, names: set[str]) -> bool:
    """Whether it is ``_model = _model or load()``."""
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.BoolOp) or not isinstance(value.op, ast.Or):
        return False
    return bool(names & set(_words(value.values[0])))


def _handed_on(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    stored: list[ast.expr],
    tests: Iterator[ast.expr],
) -> bool:
    """Whether a local name that was empty is put where the next call finds it again.

    ``model = cache.get("m")``, ``if model is None: model = load()``, ``cache.set("m", model)``.
    """
    local = {target.id for target in stored if isinstance(target, ast.Name)}
    if not local or not any(local & set(_words(test)) for test in tests):
        return False
    for node in _statements(function.body):
        value = getattr(node, "value", None)
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(value, ast.Name) and value.id in local:
            if any(_outlives(target, function) for target in targets):
                return True
            continue
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            given = {one.id for one in value.args if isinstance(one, ast.Name)}
            if value.func.attr in ("set", "add", "put", "setdefault") and given & local:
                return True
    return False


def _in_singleton(function: ast.FunctionDef | ast.AsyncFunctionDef, guards: list[ast.expr]) -> bool:
    """Whether it stands in a ``__new__`` or a getter that makes its one instance only once."""
    if function.name not in _SINGLETONS:
        return False
    return any("instance" in word.lower() for test in guards for word in _words(test))


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        found = []
        for target in statement.targets:
            found += target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        return found
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        return [statement.target]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return _set_by_call(statement.value)
    return []


def _set_by_call(call: ast.Call) -> list[ast.expr]:
    """Return what ``setattr(x, ...)``, ``models.append`` and ``model.load_weights`` change."""
    if isinstance(call.func, ast.Name) and call.func.id == "setattr" and call.args:
        return [ast.Attribute(call.args[0], "", ast.Store())]
    if isinstance(call.func, ast.Attribute) and call.func.attr in (
        *("append", "update", "setdefault", "add", "load_weights", "load_state_dict", "put", "set"),
    ):
        return [call.func.value]
    return []


def _outlives(target: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether what is stored there is still there when the function is called again."""
    if isinstance(target, ast.Name):
        return target.id in _globals(function)
    if isinstance(target, ast.Attribute):
        return True
    if isinstance(target, ast.Subscript):
        return not (isinstance(target.value, ast.Name) and target.value.id in _locals(function))
    return False


@lru_cache(maxsize=1024)
def _globals(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    return frozenset(
        name
        for node in _statements(function.body)
        if isinstance(node, ast.Global | ast.Nonlocal)
        for name in node.names
    )


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Return the statements of a body and those inside them: ast.walk, without expressions."""
    for node in body:
        yield node
        for name in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, name, []))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            yield from _statements(part.body)


@lru_cache(maxsize=1024)
def _locals(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    stored = frozenset(
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return stored - _globals(function)


def _words(node: ast.expr) -> Iterator[str]:
    """Return the names, attributes and texts in an expression, but for the everyday ones."""
    for inner in ast.walk(node):
        word = ""
        if isinstance(inner, ast.Name):
            word = inner.id
        elif isinstance(inner, ast.Attribute):
            word = inner.attr
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            word = inner.value
        if word and word not in ("self", "cls", "request", "settings"):
            yield word


def _tests(blocks: tuple[Block, ...]) -> Iterator[ast.expr]:
    for block in blocks:
        if isinstance(block.node, ast.If | ast.IfExp):
            yield block.node.test


def _early_returns(
    function: ast.FunctionDef | ast.AsyncFunctionDef, statement: ast.stmt
) -> Iterator[ast.expr]:
    """Return the tests of ``if _model is not None: return _model`` above a statement."""
    for node in _statements(function.body):
        if (
            isinstance(node, ast.If)
            and node.lineno < statement.lineno
            and node.body
            and isinstance(node.body[-1], ast.Return)
        ):
            yield node.test


def _after_failed_name(blocks: tuple[Block, ...], names: set[str]) -> bool:
    """Whether it stands in an ``except NameError`` (or KeyError, AttributeError) of the name."""
    for block in blocks:
        if isinstance(block.node, ast.ExceptHandler) and block.node.type is not None:
            kinds = set(_words(block.node.type))
            if kinds & {"NameError", "KeyError", "AttributeError", "UnboundLocalError"}:
                return bool(names)
    return False
