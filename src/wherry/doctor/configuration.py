"""What a project says of itself to Wherry: ``[tool.wherry]`` in its pyproject.toml."""

import difflib
import fnmatch
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from wherry.causes.cause import Cause
from wherry.doctor import selection
from wherry.errors import ConfigurationError
from wherry.findings import FileSpan, Span

_TEXTS: Final = ("platform", "app", "baseline", "fail-on")
_LISTS: Final = ("select", "ignore")
_FILES: Final = "per-file-ignores"
KEYS: Final = (*_TEXTS, *_LISTS, _FILES)
# What the buildpack reads and checks itself.
_OF_OTHERS: Final = ("models", "accelerator", "buildpack")
_LONGEST_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Configuration:
    """``[tool.wherry]``, checked.

    Attributes:
        platform: "" where it names none.
        app: The folder that holds the app; "" for the project's own.
        select: The causes to look for; empty for all.
        ignore: The causes not to tell of.
        per_file_ignores: Patterns of paths, and the codes not to tell of there.
        baseline: A file with what was known before; "" for none.
        fail_on: A severity, or "".
    """

    platform: str = ""
    app: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, frozenset[str]] = field(default_factory=dict)
    baseline: str = ""
    fail_on: str = ""

    def ignores(self, cause: Cause, span: Span) -> bool:
        """Whether nothing is to be told of this cause in this place."""
        return isinstance(span, FileSpan) and any(
            cause.code in codes and matches(span.path, pattern)
            for pattern, codes in self.per_file_ignores.items()
        )


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern means a path: ``tests/*``, ``settings.py``, ``**/local.py``, ``data/``."""
    pattern = pattern.removeprefix("./")
    if pattern.endswith("/"):
        pattern += "*"
    if fnmatch.fnmatchcase(path, pattern):
        return True
    if "/" not in pattern:
        return fnmatch.fnmatchcase(path.rpartition("/")[2], pattern)
    return pattern.startswith("**/") and fnmatch.fnmatchcase(path, pattern.removeprefix("**/"))


def read_configuration(root: Path) -> Configuration:
    """Read ``[tool.wherry]`` of a folder's pyproject.toml; an empty one where there is none.

    A file that is no TOML is for the rules to report, and says nothing here.

    Raises:
        ConfigurationError: something in it is not as it should be; the sentence says what.
    """
    tool = _document(root / "pyproject.toml").get("tool")
    section = tool.get("wherry") if isinstance(tool, dict) else None
    if section is None:
        return Configuration()
    if not isinstance(section, dict):
        raise ConfigurationError("pyproject.toml: tool.wherry is a table: write [tool.wherry].")
    for key in section:
        _check_key(key)
    configuration = Configuration(
        platform=_text(section, "platform"),
        app=_text(section, "app").strip("/"),
        select=_list(section, "select"),
        ignore=_list(section, "ignore"),
        per_file_ignores=_per_file(section),
        baseline=_text(section, "baseline"),
        fail_on=_text(section, "fail-on"),
    )
    selection.select(configuration.select, configuration.ignore)
    if configuration.fail_on not in ("", "error", "warning", "note", "never"):
        raise ConfigurationError(
            "pyproject.toml: fail-on in [tool.wherry] is error, warning, note or never."
        )
    return configuration


def is_broken(root: Path) -> str:
    """Return why a folder's pyproject.toml says nothing to anybody; "" where it can be read."""
    try:
        data = _bytes(root / "pyproject.toml")
        if data:
            tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "it is not UTF-8"
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return f"it is not TOML: {error}"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return ""


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_bytes(path).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return {}


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(_LONGEST_BYTES)


def _check_key(key: str) -> None:
    known = (*KEYS, *_OF_OTHERS)
    if key not in known:
        near = difflib.get_close_matches(key.replace("_", "-"), known, n=1)
        told = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
        raise ConfigurationError(f"pyproject.toml: [tool.wherry] has no key {key!r}; {told}")


def _text(section: Mapping[str, Any], key: str) -> str:
    value = section.get(key, "")
    if not isinstance(value, str):
        raise ConfigurationError(f"pyproject.toml: {key} in [tool.wherry] is a text.")
    return value


def _list(section: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return _words(section.get(key, []), f"{key} in [tool.wherry]")


def _words(value: object, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ConfigurationError(f"pyproject.toml: {what} is a list of codes or names.")
    return tuple(value)


def _per_file(section: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    table = section.get(_FILES, {})
    if not isinstance(table, dict):
        raise ConfigurationError(
            f'pyproject.toml: {_FILES} in [tool.wherry] is a table: "tests/*" = ["WH601"].'
        )
    return {
        pattern: selection.codes(_words(words, f"{_FILES} of {pattern!r}"))
        for pattern, words in table.items()
    }


def joined(*lists: Iterable[str]) -> tuple[str, ...]:
    """Return the words of several lists, each once, in order."""
    return tuple(dict.fromkeys(word for words in lists for word in words))
