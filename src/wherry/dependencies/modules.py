"""Which package provides a module, and what comes along with a package: a table, no index."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from packaging.utils import canonicalize_name

from wherry.dependencies.tensorflow_table import NAMES as TENSORFLOW


@dataclass(frozen=True, slots=True)
class _Table:
    modules: Mapping[str, tuple[str, ...]]
    brings: Mapping[str, tuple[str, ...]]


def providers(module: str) -> tuple[str, ...]:
    """Return the packages that provide a module, the usual one first; () where none is known."""
    return _table().modules.get(module, ())


def known_modules(package: str) -> frozenset[str]:
    """Return the modules that a package is known to provide."""
    return _by_package().get(canonicalize_name(package), frozenset())


def closure(packages: Iterable[str]) -> frozenset[str]:
    """Return these packages and all that is known to come along with them."""
    found: set[str] = set()
    waiting: list[str] = [canonicalize_name(name) for name in packages]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting += _table().brings.get("tensorflow" if name in TENSORFLOW else name, ())
    return frozenset(found)


def may_provide(package: str, module: str) -> bool:
    """Whether a package might provide a module, by its name: ``django-foo`` and ``foo``.

    It is generous: a package that is in no table may hold modules of any name that is near.
    """
    name = canonicalize_name(package)
    wanted = canonicalize_name(module)
    if name in providers(module) or wanted in (name, name.removeprefix("python-")):
        return True
    if known_modules(name):
        return False
    plain, sought = name.replace("-", ""), wanted.replace("-", "")
    return sought in plain or plain in sought


def nearest_package(name: str) -> str:
    """Return the package that somebody means by a name that no index has, or ""."""
    key = canonicalize_name(name)
    provided = providers(name) or providers(key.replace("-", "_"))
    if provided:
        return provided[0]
    near = difflib.get_close_matches(key, sorted(_by_package()), n=1, cutoff=0.84)
    return near[0] if near else ""


@cache
def _table() -> _Table:
    text = (files("wherry.dependencies") / "module_names.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    modules = {name: tuple(packages) for name, packages in document["modules"].items()}
    for name in document["same"]["names"]:
        modules.setdefault(name, (canonicalize_name(name),))
    brings = {name: tuple(more) for name, more in document["brings"].items()}
    return _Table(modules, brings)


@cache
def _by_package() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for module, packages in _table().modules.items():
        for package in packages:
            found.setdefault(package, set()).add(module)
    return {package: frozenset(modules) for package, modules in found.items()}
