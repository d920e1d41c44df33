"""What a project asks of the buildpack: ``[tool.wherry]`` in its pyproject.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from wherry.buildpack.failure import BuildFailed

ACCELERATORS: Final = ("cpu", "cuda")
TENSORFLOW: Final = ("auto", "keep", "libraries", "remove")
PREFERENCES: Final = ("latency", "memory", "size")
_LONGEST_BYTES: Final = 1024 * 1024
# Nothing larger fits into any host's slug or image with sense.
_LARGEST_MODEL_BYTES: Final = 8 * 1024**3
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_MODEL_KEYS: Final = (
    *("path", "url", "sha256", "size", "token", "bundle", "labels", "shrink", "drop-original"),
)
_SHRINK_KEYS: Final = ("samples", "prefer", "candidates", "max-drop", "quick")
_BUILDPACK_KEYS: Final = ("tensorflow", "lean")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model comes from, and what it must be.

    Attributes:
        token: The config var whose value is sent as a bearer token; "" for none.
    """

    url: str
    sha256: str
    size_bytes: int
    token: str = ""


@dataclass(frozen=True, slots=True)
class Shrinking:
    """How a model is to be made smaller while the app is built; as ``wherry shrink`` takes it."""

    samples: str = ""
    prefer: str = "latency"
    candidates: tuple[str, ...] = ()
    max_drop: float | None = None
    quick: bool = True


@dataclass(frozen=True, slots=True)
class WantedModel:
    """A model that is to be in the slug.

    Attributes:
        path: Where its file or folder lies in the project; "" for one that is only fetched.
        bundle: The folder that its bundle is made in.
        labels: A file with one label a line; "" for none.
        drop_original: Whether the file at ``path`` is left out of the slug once it is bundled.
    """

    name: str
    path: str
    bundle: str
    source: Source | None = None
    labels: str = ""
    shrinking: Shrinking | None = None
    drop_original: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is asked for.

    Attributes:
        tensorflow: What becomes of an installed TensorFlow: ``auto`` looks at what needs it.
        lean: Whether parts of other packages that no server reads are left out.
    """

    models: tuple[WantedModel, ...] = ()
    accelerator: str = "cpu"
    tensorflow: str = "auto"
    lean: bool = True


def read_wanted(root: Path) -> Wanted:
    """Read what a project asks for; the defaults where it asks for nothing.

    Raises:
        BuildFailed: something in it is not as it should be; the sentence says what.
    """
    section = _section(root / "pyproject.toml")
    own = _table(section, "buildpack", "[tool.wherry]")
    _check_keys(own, _BUILDPACK_KEYS, "[tool.wherry.buildpack]")
    models = _table(section, "models", "[tool.wherry]")
    return Wanted(
        models=tuple(_model(name, value) for name, value in models.items()),
        accelerator=_choice(section, "accelerator", ACCELERATORS, "[tool.wherry]"),
        tensorflow=_choice(own, "tensorflow", TENSORFLOW, "[tool.wherry.buildpack]"),
        lean=_flag(own, "lean", "[tool.wherry.buildpack]", default=True),
    )


def _section(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            document = tomllib.loads(file.read(_LONGEST_BYTES).decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BuildFailed(f"pyproject.toml cannot be read: {error}.") from None
    tool = document.get("tool")
    return _table(tool, "wherry", "[tool]") if isinstance(tool, dict) else {}


def _table(section: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = section.get(key, {})
    if not isinstance(value, dict):
        raise BuildFailed(f"pyproject.toml: {key} in {where} is a table.")
    return value


def _check_keys(table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in keys:
            raise BuildFailed(
                f"pyproject.toml: {where} has no key {key!r}; there are {', '.join(keys)}."
            )


def _choice(table: Mapping[str, Any], key: str, choices: tuple[str, ...], where: str) -> str:
    value = table.get(key, choices[0])
    if not isinstance(value, str) or value not in choices:
        raise BuildFailed(f"pyproject.toml: {key} in {where} is one of {', '.join(choices)}.")
    return value


def _model(name: str, value: object) -> WantedModel:
    where = f"[tool.wherry.models.{name}]"
    if not _NAME.fullmatch(name):
        raise BuildFailed(
            f"pyproject.toml: {where}: a model's name has letters, digits, '.', '_' and '-' only."
        )
    table = {"path": value} if isinstance(value, str) else value
    if not isinstance(table, dict):
        raise BuildFailed(f"pyproject.toml: {where} is a table, or the path of a model.")
    _check_keys(table, _MODEL_KEYS, where)
    source = _source(table, where)
    path = _relative(table, "path", where)
    if not path and source is None:
        raise BuildFailed(
            f"pyproject.toml: {where} needs a path in the project, or a url with sha256 and size."
        )
    return WantedModel(
        name=name,
        path=path,
        bundle=_relative(table, "bundle", where) or f"models/{name}",
        source=source,
        labels=_relative(table, "labels", where),
        shrinking=_shrinking(table, where),
        drop_original=_flag(table, "drop-original", where),
    )


def _source(table: Mapping[str, Any], where: str) -> Source | None:
    given = [key for key in ("url", "sha256", "size") if key in table]
    if not given:
        return None
    if len(given) < 3:
        raise BuildFailed(
            f"pyproject.toml: {where} has {' and '.join(given)} only; a model that is fetched "
            "needs url, sha256 and size (in bytes) together."
        )
    url = _text(table, "url", where)
    _check_address(url, where)
    sha256 = _text(table, "sha256", where).lower()
    if not _SHA256.fullmatch(sha256):
        raise BuildFailed(
            f"pyproject.toml: sha256 in {where} is 64 hexadecimal digits, as sha256sum prints."
        )
    size = table["size"]
    if isinstance(size, bool) or not isinstance(size, int) or not 0 < size <= _LARGEST_MODEL_BYTES:
        raise BuildFailed(f"pyproject.toml: size in {where} is the number of the file's bytes.")
    return Source(url, sha256, size, _text(table, "token", where))


def _check_address(url: str, where: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme == "https" and bool(parts.hostname) and (parts.port or 443) > 0
    except ValueError:
        usable = False
    if not usable:
        raise BuildFailed(f"pyproject.toml: url in {where} is an https:// address.")
    if parts.username or parts.password:
        raise BuildFailed(
            f"pyproject.toml: url in {where} carries a password. Put it into a config var, and "
            'name that: token = "MODELS_TOKEN".'
        )


def _relative(table: Mapping[str, Any], key: str, where: str) -> str:
    text = _text(table, key, where)
    if not text:
        return ""
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or "\0" in text or not path.parts:
        raise BuildFailed(f"pyproject.toml: {key} in {where} is a path inside the project.")
    return path.as_posix()


def _shrinking(table: Mapping[str, Any], where: str) -> Shrinking | None:
    value = table.get("shrink", False)
    if isinstance(value, bool):
        return Shrinking() if value else None
    inside = f"shrink of {where}"
    if not isinstance(value, dict):
        raise BuildFailed(f"pyproject.toml: {inside} is true, or a table.")
    _check_keys(value, _SHRINK_KEYS, inside)
    candidates = value.get("candidates", [])
    if not isinstance(candidates, list) or not all(isinstance(word, str) for word in candidates):
        raise BuildFailed(f"pyproject.toml: candidates in {inside} is a list of names.")
    drop = value.get("max-drop")
    if drop is not None and (isinstance(drop, bool) or not isinstance(drop, int | float)):
        raise BuildFailed(f"pyproject.toml: max-drop in {inside} is a number from 0 to 1.")
    return Shrinking(
        samples=_relative(value, "samples", inside),
        prefer=_choice(value, "prefer", PREFERENCES, inside),
        candidates=tuple(candidates),
        max_drop=None if drop is None else float(drop),
        quick=_flag(value, "quick", inside, default=True),
    )


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise BuildFailed(f"pyproject.toml: {key} in {where} is a text.")
    return value


def _flag(table: Mapping[str, Any], key: str, where: str, *, default: bool = False) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise BuildFailed(f"pyproject.toml: {key} in {where} is true or false.")
    return value
