"""Variables of the environment, as the usual libraries read them."""

import ast
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from wherry.project.code import database_urls
from wherry.project.code.combining import NOTHING, lift
from wherry.project.code.indexing import argument, keyword
from wherry.project.code.source import Source
from wherry.project.code.values import MISSING, UNKNOWN, Plain, Reader, Routine, Value
from wherry.project.code.world import World

_TRUE: Final = frozenset(("1", "true", "t", "yes", "y", "on", "ok"))
_GETTERS: Final = frozenset(
    ("os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop")
)
_READERS: Final = frozenset(
    (
        *(
            "decouple.config",
            "decouple.AutoConfig",
            "environs.env",
            "envparse.env",
            "prettyconf.config",
        ),
        *("starlette.config.Config", "environ.FileAwareEnv", "environ.FileAwareEnv()"),
    )
)
_MAKERS: Final = frozenset(
    (
        *("environ.Env", "environ.FileAwareEnv", "environs.Env", "decouple.Config"),
        *(
            "decouple.AutoConfig",
            "starlette.config.Config",
            "envparse.Env",
            "configurations.values",
        ),
    )
)
_DATABASES: Final = frozenset(("dj_database_url.config", "dj_database_url.parse"))


class Evaluating(Protocol):
    """What a call's arguments are evaluated with."""

    source: Source
    world: World

    def value(self, node: ast.expr | None) -> Value:
        """Return what an expression comes to."""

    def name(self, name: str) -> Value | None:
        """Return what a name is bound to."""


def read(evaluator: Evaluating, node: ast.Call, full: str) -> Value | None:
    """Return what a call reads from the environment; None where it is no such call."""
    if full in _GETTERS:
        default = argument(node, 1, "default")
        return _variable(
            evaluator, node, Value(None) if default is None else evaluator.value(default)
        )
    if full in _DATABASES:
        return _database(evaluator, node, full)
    if full in _MAKERS:
        return Value(Reader(_scheme(evaluator, node)))
    if full in _READERS:
        return _by_reader(evaluator, node, Reader(), "")
    if isinstance(node.func, ast.Name | ast.Attribute):
        return _by_object(evaluator, node, node.func, full)
    return None


def read_by_routine(evaluator: Evaluating, node: ast.Call, routine: Routine) -> Value:
    """Return what a function of the project's own reads, where that is all that it does."""
    if isinstance(routine.node, ast.Lambda):
        return NOTHING
    text = ast.unparse(routine.node)
    if not any(word in text for word in ("environ", "getenv", "config(", "env(")):
        return NOTHING
    default = argument(node, 1, "default", "default_value", "fallback")
    if default is not None:
        value = evaluator.value(default)
    elif routine.node.args.defaults and len(routine.node.args.args) > 1:
        value = evaluator.value(routine.node.args.defaults[-1])
    elif ".get(" in text or "getenv(" in text:
        value = Value(UNKNOWN)
    else:
        return _variable(evaluator, node, None)
    if isinstance(value.plain, str) and "lower()" in text:
        value = lift(as_boolean, value)
    return _variable(evaluator, node, value)


def as_boolean(plain: Plain) -> Plain:
    """Return what a text of a variable means, as the libraries take it."""
    if isinstance(plain, str):
        return plain.strip().lower() in _TRUE
    return plain if isinstance(plain, bool | int) else UNKNOWN


def _by_object(
    evaluator: Evaluating, node: ast.Call, function: ast.Name | ast.Attribute, full: str
) -> Value | None:
    """Return what an environ.Env() of the module's own reads: env("X"), env.bool("X")."""
    if isinstance(function, ast.Name):
        bound = evaluator.name(function.id)
        if bound is not None and isinstance(bound.plain, Reader):
            return _by_reader(evaluator, node, bound.plain, "")
        return None
    owner = full.rpartition(".")[0]
    if owner in _READERS:
        return _by_reader(evaluator, node, Reader(), function.attr)
    inner = evaluator.value(function.value) if isinstance(function.value, ast.Name) else NOTHING
    if isinstance(inner.plain, Reader):
        return _by_reader(evaluator, node, inner.plain, function.attr)
    return None


def _by_reader(evaluator: Evaluating, node: ast.Call, reader: Reader, kind: str) -> Value:
    if kind in ("read_env", "read_envfile", "prefixed", "seal"):
        return NOTHING
    default = argument(node, 1, "default")
    name = evaluator.value(argument(node, 0, "var", "name")).plain
    value = None if default is None else evaluator.value(default)
    cast = kind or _cast(evaluator, keyword(node, "cast"))
    if kind == "get_value":
        cast = _cast(evaluator, keyword(node, "cast"))
    if value is None and isinstance(name, str) and name in reader.defaults:
        value = reader.defaults[name]
        cast = cast or ("bool" if isinstance(value.plain, bool) else "")
    if kind in ("db", "db_url", "dj_db_url"):
        return _database_variable(evaluator, node, value)
    found = _variable(evaluator, node, value)
    return lift(_CASTS[cast], found) if cast in _CASTS else found


def _variable(evaluator: Evaluating, node: ast.Call, default: Value | None) -> Value:
    name = evaluator.value(argument(node, 0, "var", "name", "key")).plain
    if not isinstance(name, str):
        return Value(UNKNOWN, frozenset(("?",)))
    return evaluator.world.variable(name, default)


def _cast(evaluator: Evaluating, node: ast.expr | None) -> str:
    if node is None:
        return ""
    target = node.func if isinstance(node, ast.Call) else node
    name = evaluator.source.resolve(target).rpartition(".")[2]
    if isinstance(node, ast.Lambda):
        text = ast.unparse(node.body)
        return "list" if "split" in text else "unknown"
    return {"Csv": "list", "strtobool": "bool", "str": "", "dict": "unknown"}.get(name, name)


def _scheme(evaluator: Evaluating, node: ast.Call) -> dict[str, Value]:
    found = {}
    for item in node.keywords:
        value = evaluator.value(item.value)
        if item.arg and isinstance(value.plain, tuple) and len(value.plain) == 2:
            found[item.arg] = value.plain[1]
    return found


def _database(evaluator: Evaluating, node: ast.Call, full: str) -> Value:
    if full.endswith(".parse"):
        return database_urls.settings(evaluator.value(argument(node, 0, "url")))
    default = argument(node, 1, "default")
    name = evaluator.value(argument(node, 0, "env")).plain if argument(node, 0, "env") else None
    value = Value(None) if default is None else evaluator.value(default)
    found = evaluator.world.variable(name if isinstance(name, str) else "DATABASE_URL", value)
    return database_urls.settings(found)


def _database_variable(evaluator: Evaluating, node: ast.Call, default: Value | None) -> Value:
    first = argument(node, 0, "var", "name")
    name = "DATABASE_URL" if first is None else evaluator.value(first).plain
    if not isinstance(name, str):
        return NOTHING
    return database_urls.settings(evaluator.world.variable(name, default))


def _as_list(plain: Plain) -> Plain:
    if isinstance(plain, str):
        return tuple(Value(part.strip()) for part in plain.split(",") if part.strip())
    return plain if isinstance(plain, tuple) else UNKNOWN


def _as_number(plain: Plain) -> Plain:
    return int(plain) if isinstance(plain, str | int | float) else UNKNOWN


def _unknown(plain: Plain) -> Plain:
    return MISSING if plain is MISSING else UNKNOWN


def _same(plain: Plain) -> Plain:
    return plain


_CASTS: Final[Mapping[str, Callable[[Plain], Plain]]] = {
    "bool": as_boolean,
    "boolean": as_boolean,
    "list": _as_list,
    "tuple": _as_list,
    "int": _as_number,
    "str": _same,
    "unknown": _unknown,
    "json": _unknown,
    "dict": _unknown,
    "path": _same,
}
