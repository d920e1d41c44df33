"""A host that the app answers to: Django refuses all that ALLOWED_HOSTS does not name."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from wherry.project.code.code import Code
from wherry.project.code.values import Plain, Setting

DEFAULT: Final = "localhost"
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\[[0-9a-fA-F:.]{2,45}\]")
_LOCAL: Final = frozenset((DEFAULT, "127.0.0.1", "[::1]", "0.0.0.0", "testserver"))  # noqa: S104


def allowed_host(code: Code, config_vars: Mapping[str, str]) -> str:
    """Return what the Host header shall say; a name of this machine only where no other is known.

    Args:
        code: The project's.
        config_vars: The app's: the list may be in one of them.
    """
    settings = code.settings
    setting = None if settings is None else settings.find("ALLOWED_HOSTS")
    if setting is None:
        return DEFAULT
    names = [*_from_variables(setting, config_vars), *_from_code(setting)]
    usable = [name for name in map(_usable, names) if name]
    return next((name for name in usable if name not in _LOCAL), usable[0] if usable else DEFAULT)


def _from_variables(setting: Setting, config_vars: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(setting.value.variables & config_vars.keys()):
        yield from re.split(r"[,;\s]+", config_vars[name])


def _from_code(setting: Setting) -> Iterator[str]:
    for plain in setting.value.possible:
        yield from _texts(plain)


def _texts(plain: Plain) -> Iterator[str]:
    if isinstance(plain, tuple):
        for item in plain:
            for inner in item.possible:
                if isinstance(inner, str):
                    yield inner


def _usable(name: str) -> str:
    """Return a name that the entry allows: ``app.herokuapp.com`` for ``.herokuapp.com``."""
    stripped = name.strip()
    if stripped.startswith("."):
        stripped = f"rehearsal{stripped}"
    return stripped if _NAME.fullmatch(stripped) else ""
