"""The values of django-configurations, each of which reads the variable named after its setting."""

import ast
from collections.abc import Callable, Mapping
from typing import Final

from wherry.project.code import database_urls
from wherry.project.code.combining import lift
from wherry.project.code.expressions import Evaluator
from wherry.project.code.indexing import argument, keyword
from wherry.project.code.values import UNKNOWN, Plain, Value
from wherry.project.code.variables import as_boolean

MODULE: Final = "configurations.values."
_DATABASES: Final = ("DatabaseURLValue", "SecretDatabaseURLValue")


def value_of(evaluator: Evaluator, name: str, node: ast.expr) -> Value | None:
    """Return what a setting reads from the environment; None where it is no such value."""
    full = evaluator.source.resolve(node.func) if isinstance(node, ast.Call) else ""
    if not isinstance(node, ast.Call) or not full.startswith(MODULE):
        return None
    kind = full.removeprefix(MODULE)
    given = argument(node, 0, "default")
    default = Value(_EMPTY.get(kind)) if given is None else evaluator.value(given)
    if _is_off(keyword(node, "environ")):
        return default
    if kind in _DATABASES:
        named = _text(keyword(node, "environ_name"), "DATABASE_URL")
        entry = database_urls.settings(evaluator.world.variable(named, default))
        return Value({"default": entry})
    variable = _variable(name, node)
    found = evaluator.world.variable(variable, None if kind == "SecretValue" else default)
    return lift(_CASTS.get(kind, _as_it_is), found)


def _variable(name: str, node: ast.Call) -> str:
    prefix = keyword(node, "environ_prefix")
    before = "DJANGO" if prefix is None else _text(prefix, "")
    own = _text(keyword(node, "environ_name"), name)
    return f"{before}_{own}" if before else own


def _text(node: ast.expr | None, otherwise: str) -> str:
    plain = node.value if isinstance(node, ast.Constant) else None
    return plain if isinstance(plain, str) else otherwise


def _is_off(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _as_list(plain: Plain) -> Plain:
    if isinstance(plain, str):
        return tuple(Value(part.strip()) for part in plain.split(",") if part.strip())
    return plain if isinstance(plain, tuple) else UNKNOWN


def _as_it_is(plain: Plain) -> Plain:
    return plain


_LISTS: Final = ("ListValue", "TupleValue", "SetValue")
_EMPTY: Final[Mapping[str, Plain]] = {"BooleanValue": False, **dict.fromkeys(_LISTS, ())}
_CASTS: Final[Mapping[str, Callable[[Plain], Plain]]] = {
    "BooleanValue": as_boolean,
    **dict.fromkeys(_LISTS, _as_list),
}
