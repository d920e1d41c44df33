"""Operators and attributes of known values."""

import ast
from collections.abc import Callable, Mapping
from typing import Final

from wherry.project.code import folders
from wherry.project.code.values import UNKNOWN, Folder, Plain, Special, Value

_LONGEST: Final = 10_000
_LONGEST_SEEN: Final = 2_000


def truth(plain: Plain) -> bool:
    """Return whether Python takes it for true."""
    if isinstance(plain, Folder | Special):
        return True
    return bool(plain)


def added(one: Plain, other: Plain) -> Plain:
    """Return ``one + other``."""
    if isinstance(one, Folder) and isinstance(other, str):
        return folders.suffixed(one, other)
    if isinstance(one, str) and one.startswith("sqlite") and isinstance(other, Folder):
        return one + (other.path or ".")
    if isinstance(one, str) and isinstance(other, str) and len(one) + len(other) < _LONGEST:
        return one + other
    return arithmetic(ast.Add(), one, other)


def arithmetic(operation: ast.operator, one: Plain, other: Plain) -> Plain:
    """Return what a sum of numbers comes to; 24 * 60 * 60 is common, powers are not."""
    if not isinstance(one, int | float) or not isinstance(other, int | float):
        return UNKNOWN
    if isinstance(operation, ast.Add):
        return one + other
    if isinstance(operation, ast.Sub):
        return one - other
    if isinstance(operation, ast.Mult) and abs(one) < 1e12 and abs(other) < 1e12:
        return one * other
    return UNKNOWN


def signed(operation: ast.unaryop, plain: Plain) -> Plain:
    """Return ``-plain``."""
    if isinstance(operation, ast.USub) and isinstance(plain, int | float):
        return -plain
    return UNKNOWN


def compare(operation: ast.cmpop, one: Plain, other: Plain) -> Plain:
    """Return what a comparison gives."""
    if isinstance(operation, ast.In | ast.NotIn):
        found = contains(other, one)
        return found if isinstance(found, Special) else found is isinstance(operation, ast.In)
    if isinstance(operation, ast.Eq | ast.Is):
        return _alike(one, other)
    if isinstance(operation, ast.NotEq | ast.IsNot):
        return not _alike(one, other)
    return UNKNOWN


def contains(container: Plain, wanted: Plain) -> bool | Special:
    """Return whether a text, a list or a dictionary holds something."""
    if isinstance(container, str) and isinstance(wanted, str):
        return wanted in container
    if isinstance(container, Mapping):
        return wanted in container
    if isinstance(container, tuple):
        if any(_alike(item.plain, wanted) for item in container if item.known):
            return True
        return UNKNOWN if any(not item.known for item in container) else False
    return UNKNOWN


def text_of_parts(*parts: Plain) -> Plain:
    """Return what the parts of an f-string come to."""
    found: Plain = ""
    for part in parts:
        if isinstance(part, Folder) and found == "":
            found = part
        elif isinstance(part, str | int | float):
            found = added(found, str(part))
        elif isinstance(part, Folder):
            found = added(found, part)
        else:
            return UNKNOWN
    return found


def formatted(text: Plain, arguments: Plain) -> Plain:
    """Return ``text % arguments`` for texts only."""
    given = arguments if isinstance(arguments, tuple) else (Value(arguments),)
    plains = [item.plain for item in given]
    if not isinstance(text, str) or "%" in text.replace("%s", ""):
        return UNKNOWN
    if all(isinstance(plain, str) and len(plain) < _LONGEST for plain in plains):
        if text.startswith("%s") and isinstance(plains[0], Folder):
            return UNKNOWN
        return text % tuple(plains)
    return UNKNOWN


def attribute(plain: Plain, name: str) -> Plain:
    """Return an attribute of a path or a text."""
    if name == "parent":
        return folders.parent(plain)
    if name == "name":
        return folders.named(plain)
    if name == "parents" and isinstance(plain, Folder):
        return tuple(Value(folders.parent(plain, level)) for level in range(1, 8))
    return UNKNOWN


def _alike(one: Plain, other: Plain) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return [item.plain for item in one] == [item.plain for item in other]
    return one == other


def method(plain: Plain, name: str, arguments: list[Plain]) -> Plain:
    """Return what a method of a text or a path gives."""
    if isinstance(plain, str) and name in _TEXT_METHODS and len(plain) < _LONGEST_SEEN:
        return _TEXT_METHODS[name](plain, arguments)
    if isinstance(plain, Folder | str) and name in _PATH_METHODS:
        return _PATH_METHODS[name](plain, arguments)
    return UNKNOWN


def split(text: str, arguments: list[Plain]) -> Plain:
    """Return the parts of a text as a list."""
    separator = arguments[0] if arguments else None
    if separator is not None and not isinstance(separator, str):
        return UNKNOWN
    return tuple(Value(part) for part in text.split(separator))


def _replaced(text: str, arguments: list[Plain]) -> Plain:
    old, new = arguments[:2]
    if isinstance(old, str) and isinstance(new, str) and len(new) < _LONGEST_SEEN:
        return text.replace(old, new)
    return UNKNOWN


def _stripped(text: str, arguments: list[Plain]) -> Plain:
    characters = arguments[0] if arguments else None
    return text.strip(characters) if characters is None or isinstance(characters, str) else UNKNOWN


def _joined_text(text: str, arguments: list[Plain]) -> Plain:
    items = arguments[0]
    if not isinstance(items, tuple):
        return UNKNOWN
    texts = [item.plain for item in items]
    if not all(isinstance(item, str) for item in texts):
        return UNKNOWN
    return text.join(str(item) for item in texts)


def _formatted(text: str, arguments: list[Plain]) -> Plain:
    if text.count("{}") == len(arguments) == text.count("{"):
        return text_of_parts(*_interleaved(text.split("{}"), arguments))
    return UNKNOWN


def _interleaved(texts: list[str], arguments: list[Plain]) -> list[Plain]:
    found: list[Plain] = [texts[0]] if texts[0] else []
    for argument, text in zip(arguments, texts[1:], strict=True):
        found += [argument, text]
    return found


_TEXT_METHODS: Final[Mapping[str, Callable[[str, list[Plain]], Plain]]] = {
    "lower": lambda text, _: text.lower(),
    "upper": lambda text, _: text.upper(),
    "casefold": lambda text, _: text.casefold(),
    "title": lambda text, _: text.title(),
    "capitalize": lambda text, _: text.capitalize(),
    "strip": _stripped,
    "encode": lambda text, _: text,
    "split": split,
    "replace": _replaced,
    "join": _joined_text,
    "format": _formatted,
    "startswith": lambda text, given: isinstance(given[0], str) and text.startswith(given[0]),
    "endswith": lambda text, given: isinstance(given[0], str) and text.endswith(given[0]),
}
_PATH_METHODS: Final[Mapping[str, Callable[[Plain, list[Plain]], Plain]]] = {
    "resolve": lambda path, _: path,
    "absolute": lambda path, _: path,
    "as_posix": lambda path, _: path,
    "expanduser": lambda path, _: path,
    "joinpath": lambda path, given: folders.joined(path, *given),
    "with_name": lambda path, given: folders.joined(folders.parent(path), *given),
}
