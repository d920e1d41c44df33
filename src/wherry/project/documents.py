"""TOML, JSON and YAML files, read as data and never as anything else."""

import importlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wherry.project.problems import Problem
from wherry.project.texts import Text

_LONGEST_YAML: Final = 1_000_000
_TOML_LINE: Final = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data.

    Attributes:
        data: {} where it cannot be read, or is no mapping.
        problem: Why it cannot be read; None where it can.
    """

    text: Text
    data: Mapping[str, Any]
    problem: Problem | None = None

    def table(self, *names: str) -> Mapping[str, Any]:
        """Return a mapping by the names that lead to it; {} where there is none."""
        found: Any = self.data
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def line_of_key(self, key: str, after: int = 0) -> int | None:
        """Return the line on which a key stands, behind a line; None where it is not found."""
        quoted = re.escape(key)
        expression = re.compile(rf"^\s*(?:- )?[\"']?{quoted}[\"']?\s*[:=]|[{{,]\s*\"{quoted}\"\s*:")
        for number, line in enumerate(self.text.lines[after:], after + 1):
            if expression.search(line):
                return number
        return None


def read_toml(text: Text) -> Document:
    """Return what a TOML file says."""
    try:
        return Document(text, tomllib.loads(text.content.replace("\r\n", "\n")))
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        found = _TOML_LINE.search(str(problem))
        number = int(found[1]) if found else None
        return _unreadable(text, "invalid-toml", number, str(problem))


def read_json(text: Text) -> Document:
    """Return what a JSON file says."""
    try:
        data = json.loads(text.content)
    except json.JSONDecodeError as problem:
        return _unreadable(text, "invalid-json", problem.lineno, problem.msg)
    except (RecursionError, ValueError) as problem:
        return _unreadable(text, "invalid-json", None, str(problem))
    return Document(text, data if isinstance(data, dict) else {})


def read_yaml(text: Text) -> Document:
    """Return what the first document of a YAML file says."""
    if len(text.content) > _LONGEST_YAML:
        return _unreadable(text, "unreadable-yaml", None, "it is too long")
    # By name, for it has no types of its own, and may not be there.
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        return _unreadable(text, "unreadable-yaml", None, "PyYAML is not installed")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data: Any = next(iter(_documents(yaml, loader, text.content)), {})
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        number = None if mark is None else mark.line + 1
        return _unreadable(text, "invalid-yaml", number, str(problem).split("\n", 1)[0])
    return Document(text, data if isinstance(data, dict) else {})


def _documents(yaml: Any, loader: Any, content: str) -> Iterator[Any]:
    yield from yaml.load_all(content, Loader=loader)


def _unreadable(text: Text, kind: str, number: int | None, detail: str) -> Document:
    quote = "" if number is None else text.line(number).strip()
    return Document(text, {}, Problem(kind, text.path, number, quote, detail))


def strings(value: object) -> tuple[str, ...]:
    """Return the strings of a list, or the string itself; () for anything else."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return tuple(item for item in value if isinstance(item, str))
    return ()


def string(value: object) -> str:
    """Return a scalar as it would be written; "" for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def variables(value: object) -> dict[str, str | None]:
    """Return a mapping's variables; None for one whose value is set elsewhere."""
    if not isinstance(value, Mapping):
        return {}
    return {
        str(name): string(item) if isinstance(item, str | int | float) else None
        for name, item in value.items()
    }
