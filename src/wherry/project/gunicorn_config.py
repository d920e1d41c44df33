"""gunicorn's configuration file, read as far as it says plain things."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from wherry.project.code.parsing import SyntaxProblem, parse
from wherry.project.texts import Text

type Plain = str | int | float | bool | list[str] | tuple[int, int]

_SETTINGS: Final = frozenset(
    (
        *("bind", "workers", "threads", "worker_class", "timeout", "keepalive", "preload_app"),
        *("max_requests", "chdir", "wsgi_app", "raw_env", "pythonpath"),
    )
)


@dataclass(frozen=True)
class GunicornConfig:
    """What a configuration file sets.

    Attributes:
        values: Plain values; ``workers`` may be (a, b): a for each processor and b more.
        lines: Where they stand.
        unknown: The names that are set to what only running it would tell.
    """

    path: str
    values: Mapping[str, Plain] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()


def read_config(text: Text) -> GunicornConfig:
    """Return what the file sets; nothing of it is run."""
    tree = parse(text.content)
    if isinstance(tree, SyntaxProblem):
        return GunicornConfig(text.path, unknown=_SETTINGS)
    names: dict[str, Plain | None] = {}
    lines: dict[str, int] = {}
    for node in tree.body:
        for target, value in _assigned(node):
            names[target] = _value(value, names)
            lines[target] = node.lineno
        # What is set under a condition may hold or not.
        if isinstance(node, ast.If | ast.Try | ast.With | ast.For):
            for inner in ast.walk(node):
                for target, _ in _assigned(inner):
                    names[target] = None
    values = {
        name: value for name, value in names.items() if name in _SETTINGS and value is not None
    }
    unknown = frozenset(name for name in names if name in _SETTINGS and names[name] is None)
    # WEB_CONCURRENCY, or nothing, decides: the same as not to set it.
    return GunicornConfig(text.path, values, lines, unknown)


def _assigned(node: ast.AST) -> list[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        return [(t.id, node.value) for t in node.targets if isinstance(t, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        return [(node.target.id, node.value)]
    return []


def _value(node: ast.expr, names: Mapping[str, Plain | None]) -> Plain | None:
    if isinstance(node, ast.Constant):
        plain = node.value
        return plain if isinstance(plain, str | int | float | bool) else None
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.List | ast.Tuple):
        items = [_value(item, names) for item in node.elts]
        return [item for item in items if isinstance(item, str)] if items else None
    if isinstance(node, ast.JoinedStr):
        return _joined(node, names)
    if isinstance(node, ast.BinOp):
        return _computed(node, names)
    return _called(node, names) if isinstance(node, ast.Call) else _looked_up(node)


def _joined(node: ast.JoinedStr, names: Mapping[str, Plain | None]) -> str | None:
    parts = []
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        value = _value(inner, names)
        if value is None or isinstance(value, list | tuple):
            return None
        parts.append(str(value))
    return "".join(parts)


def _computed(node: ast.BinOp, names: Mapping[str, Plain | None]) -> Plain | None:
    left, right = _value(node.left, names), _value(node.right, names)
    if isinstance(left, str) and isinstance(right, str) and isinstance(node.op, ast.Add):
        return left + right
    if isinstance(left, str) and isinstance(node.op, ast.Mod):
        return left.replace("%s", str(right)) if isinstance(right, str | int) else None
    first, second = _linear(left), _linear(right)
    if first is None or second is None:
        return None
    if isinstance(node.op, ast.Add):
        total = (first[0] + second[0], first[1] + second[1])
    elif isinstance(node.op, ast.Mult) and 0 in (first[0], second[0]):
        total = (first[0] * second[1] + first[1] * second[0], first[1] * second[1])
    else:
        return None
    return total if total[0] else total[1]


def _linear(value: Plain | None) -> tuple[int, int] | None:
    """Return a number as so many for each processor and so many more."""
    if isinstance(value, tuple):
        return value
    return (0, value) if isinstance(value, int) and not isinstance(value, bool) else None


def _called(node: ast.Call, names: Mapping[str, Plain | None]) -> Plain | None:
    name = ast.unparse(node.func)
    last = name.rpartition(".")[2]
    if last in ("cpu_count", "process_cpu_count"):
        return (1, 0)
    if last in ("int", "float", "str") and len(node.args) == 1:
        value = _value(node.args[0], names)
        if last == "int" and isinstance(value, str):
            return int(value) if value.isdecimal() else None
        return str(value) if last == "str" and isinstance(value, int) else value
    if name in ("os.environ.get", "os.getenv", "environ.get", "getenv"):
        return _variable(node, names)
    return None


def _variable(node: ast.Call, names: Mapping[str, Plain | None]) -> Plain | None:
    variable = node.args[0] if node.args else None
    if isinstance(variable, ast.Constant) and variable.value == "PORT":
        return "$PORT"
    if isinstance(variable, ast.Constant) and variable.value == "WEB_CONCURRENCY":
        return None
    return _value(node.args[1], names) if len(node.args) > 1 else None


def _looked_up(node: ast.expr) -> str | None:
    found = isinstance(node, ast.Subscript) and ast.unparse(node).replace('"', "'")
    return "$PORT" if found and found.endswith("environ['PORT']") else None
