"""Calls whose result is known without making them: paths, texts, variables of the environment."""

import ast
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from wherry.project.code import folders, operators, variables
from wherry.project.code.combining import NOTHING, lift
from wherry.project.code.indexing import argument
from wherry.project.code.source import Source
from wherry.project.code.values import UNKNOWN, Folder, Plain, Routine, Value
from wherry.project.code.world import World


class Evaluating(Protocol):
    """What a call's arguments are evaluated with."""

    source: Source
    world: World

    def value(self, node: ast.expr | None) -> Value:
        """Return what an expression comes to."""

    def name(self, name: str) -> Value | None:
        """Return what a name is bound to."""


def call(evaluator: Evaluating, node: ast.Call) -> Value:
    """Return what a call gives; nothing is known of a function that is not listed here."""
    full = evaluator.source.resolve(node.func)
    if full in _FUNCTIONS:
        return _FUNCTIONS[full](evaluator, node)
    read = variables.read(evaluator, node, full)
    if read is not None:
        return read
    if isinstance(node.func, ast.Name):
        return _named(evaluator, node, node.func.id)
    if isinstance(node.func, ast.Attribute):
        return _method(evaluator, node, node.func)
    return NOTHING


def _named(evaluator: Evaluating, node: ast.Call, name: str) -> Value:
    bound = evaluator.name(name)
    if bound is not None and isinstance(bound.plain, Routine):
        return variables.read_by_routine(evaluator, node, bound.plain)
    return NOTHING


def _method(evaluator: Evaluating, node: ast.Call, function: ast.Attribute) -> Value:
    inner = evaluator.value(function.value)
    if isinstance(inner.plain, Mapping):
        return _of_mapping(evaluator, node, function.attr, inner)
    if function.attr in ("exists", "is_file", "is_dir", "isfile"):
        return evaluator.world.exists(inner.plain)
    if function.attr == "copy":
        return inner
    arguments = [evaluator.value(item) for item in node.args]
    return lift(
        lambda plain, *given: operators.method(plain, function.attr, list(given)),
        inner,
        *arguments,
    )


def _of_mapping(evaluator: Evaluating, node: ast.Call, name: str, inner: Value) -> Value:
    if name == "copy":
        return inner
    key = evaluator.value(argument(node, 0)).plain
    if name in ("get", "pop") and isinstance(inner.plain, Mapping) and isinstance(key, str):
        found = inner.plain.get(key)
        if found is not None:
            return found
        fallback = argument(node, 1)
        return Value(None) if fallback is None else evaluator.value(fallback)
    return NOTHING


def _path(evaluator: Evaluating, node: ast.Call) -> Value:
    if not node.args:
        return Value(".")
    return lift(folders.joined, *(evaluator.value(item) for item in node.args))


def _same(evaluator: Evaluating, node: ast.Call) -> Value:
    return evaluator.value(argument(node, 0))


def _parent(evaluator: Evaluating, node: ast.Call) -> Value:
    return lift(folders.parent, evaluator.value(argument(node, 0)))


def _base(evaluator: Evaluating, node: ast.Call) -> Value:
    return lift(folders.named, evaluator.value(argument(node, 0)))


def _working(_: Evaluating, __: ast.Call) -> Value:
    return Value(".")


def _exists(evaluator: Evaluating, node: ast.Call) -> Value:
    return evaluator.world.exists(evaluator.value(argument(node, 0)).plain)


def _text(evaluator: Evaluating, node: ast.Call) -> Value:
    return lift(_as_text, evaluator.value(argument(node, 0)))


def _as_text(plain: Plain) -> Plain:
    if isinstance(plain, str | Folder):
        return plain
    return str(plain) if plain is None or isinstance(plain, bool | int | float) else UNKNOWN


def _truth(evaluator: Evaluating, node: ast.Call) -> Value:
    if not node.args:
        return Value(plain=False)
    return lift(operators.truth, evaluator.value(node.args[0]))


def _number(evaluator: Evaluating, node: ast.Call) -> Value:
    return lift(_as_number, evaluator.value(argument(node, 0)))


def _as_number(plain: Plain) -> Plain:
    return int(plain) if isinstance(plain, str | bool | int | float) else UNKNOWN


def _list(evaluator: Evaluating, node: ast.Call) -> Value:
    if not node.args:
        return Value(())
    return lift(_as_list, evaluator.value(node.args[0]))


def _as_list(plain: Plain) -> Plain:
    if isinstance(plain, Mapping):
        return tuple(Value(key) for key in plain)
    return plain if isinstance(plain, tuple) else UNKNOWN


def _dict(evaluator: Evaluating, node: ast.Call) -> Value:
    found: dict[str, Value] = {}
    whole = True
    if node.args:
        inner = evaluator.value(node.args[0])
        whole = isinstance(inner.plain, Mapping) and inner.whole
        found.update(inner.plain if isinstance(inner.plain, Mapping) else {})
    for item in node.keywords:
        if item.arg is None:
            whole = False
        else:
            found[item.arg] = evaluator.value(item.value)
    return Value(found, whole=whole)


def _literal(evaluator: Evaluating, node: ast.Call) -> Value:
    """Return what json.loads or ast.literal_eval makes of a text."""
    return lift(_parsed, evaluator.value(argument(node, 0)))


def _parsed(plain: Plain) -> Plain:
    if not isinstance(plain, str) or len(plain) > 1000:
        return UNKNOWN
    text = {"true": "True", "false": "False", "null": "None"}.get(plain.strip(), plain)
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return UNKNOWN
    if isinstance(found, list | tuple):
        return tuple(Value(item) for item in found if isinstance(item, str | int | bool))
    return found if isinstance(found, bool | int | float | str) or found is None else UNKNOWN


def _boolean_text(evaluator: Evaluating, node: ast.Call) -> Value:
    return lift(variables.as_boolean, evaluator.value(argument(node, 0)))


def _system(_: Evaluating, __: ast.Call) -> Value:
    return Value("Linux")


_FUNCTIONS: Final[Mapping[str, Callable[[Evaluating, ast.Call], Value]]] = {
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pathlib.PosixPath": _path,
    "environ.Path": _path,
    "pathlib.Path.cwd": _working,
    "os.getcwd": _working,
    "os.path.join": _path,
    "os.path.abspath": _same,
    "os.path.realpath": _same,
    "os.path.normpath": _same,
    "os.path.expanduser": _same,
    "os.fspath": _same,
    "os.path.dirname": _parent,
    "os.path.basename": _base,
    "os.path.exists": _exists,
    "os.path.isfile": _exists,
    "os.path.isdir": _exists,
    "str": _text,
    "bool": _truth,
    "int": _number,
    "list": _list,
    "tuple": _list,
    "set": _list,
    "sorted": _list,
    "dict": _dict,
    "eval": _literal,
    "json.loads": _literal,
    "ast.literal_eval": _literal,
    "distutils.util.strtobool": _boolean_text,
    "setuptools.distutils.util.strtobool": _boolean_text,
    "strtobool": _boolean_text,
    "str2bool": _boolean_text,
    "platform.system": _system,
    "django.utils.translation.gettext_lazy": _same,
    "django.urls.reverse_lazy": _same,
}
