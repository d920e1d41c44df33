"""Which version of a package the host installs, as far as the requirements tell."""

import re
from typing import Final

from wherry.doctor.rule import Context

type Version = tuple[int, int]

_NUMBERS: Final = re.compile(r"(\d+)(?:\.(\d+))?")
_LIMIT: Final = re.compile(r"(===?|~=|>=|>|<=|<|!=)\s*v?(\d+)(?:\.(\d+))?(\.\*)?")


def installed(context: Context, name: str) -> Version | None:
    """Return major and minor of what is installed; None where it is open or not installed."""
    if context.resolution is not None:
        for package in context.resolution.packages:
            if package.name == name:
                return _version(package.version)
    text = context.project.requirements.version(name)
    return None if text is None else _version(text)


def wanted(context: Context, name: str) -> bool:
    """Whether the project installs it, asked for or locked."""
    return context.project.requirements.installs(name)


def at_least(context: Context, name: str, version: Version) -> bool:
    """Whether what is installed is surely that version or a later one."""
    known = installed(context, name)
    if known is not None:
        return known >= version
    lowest = _lowest(context, name)
    return lowest is not None and lowest >= version


def below(context: Context, name: str, version: Version) -> bool:
    """Whether what is installed is surely older than that version."""
    known = installed(context, name)
    if known is not None:
        return known < version
    asked = context.project.requirements.get(name)
    for sign, limit, star in _limits("" if asked is None else asked.specifier):
        if sign in ("<", "<=") and limit <= version and not (sign == "<=" and limit == version):
            return True
        if sign in ("==", "~=") and _end(sign, limit, star) <= version:
            return True
    return False


def may_be(context: Context, name: str, version: Version) -> bool:
    """Whether an open requirement lets that version or a later one in."""
    return wanted(context, name) and not below(context, name, version)


def _lowest(context: Context, name: str) -> Version | None:
    asked = context.project.requirements.get(name)
    if asked is None:
        return None
    lows = [limit for sign, limit, _ in _limits(asked.specifier) if sign in (">=", ">", "==", "~=")]
    return max(lows, default=None)


def _limits(specifier: str) -> list[tuple[str, Version, bool]]:
    return [
        (found[1], (int(found[2]), int(found[3] or 0)), bool(found[4]))
        for found in _LIMIT.finditer(specifier)
    ]


def _end(sign: str, limit: Version, star: bool) -> Version:
    """Return the first version that ``~=`` or ``==X.*`` leaves out."""
    if sign == "~=" or star:
        return (limit[0] + 1, 0) if sign == "~=" and limit[1] else (limit[0], limit[1] + 1)
    return limit[0], limit[1] + 1


def _version(text: str) -> Version | None:
    found = _NUMBERS.search(text)
    return None if found is None else (int(found[1]), int(found[2] or 0))
