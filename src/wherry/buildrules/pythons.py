"""Which Pythons a host's buildpack has, and what it thinks of one that is asked for."""

import re
from enum import StrEnum
from typing import Final

from wherry.platforms.hosts import Target

_VERSION: Final = re.compile(r"^(\d+)\.(\d+)(?:\.(\d+))?$")
# Patch releases appear every two months, and the host's list was read some time ago.
_PATCHES_SINCE: Final = 3


class Standing(StrEnum):
    """What the buildpack makes of a Python."""

    GOOD = "good"
    DEPRECATED = "deprecated"
    END_OF_LIFE = "end of life"
    UNKNOWN = "not recognised"
    OLD_PATCH = "an old patch release"
    NO_SUCH_PATCH = "no such patch release"
    PERHAPS_NO_SUCH_PATCH = "perhaps no such patch release"


def supported(target: Target) -> tuple[tuple[int, int], ...]:
    """Return the Pythons that the host builds, deprecated ones left out; () where it is unknown."""
    return _versions(target, "pythons")


def deprecated(target: Target) -> tuple[tuple[int, int], ...]:
    """Return the Pythons that the host still builds, and soon will not."""
    return _versions(target, "pythons_deprecated")


def newest_patch(target: Target, version: tuple[int, int]) -> int | None:
    """Return the newest patch release of a Python that the host is known to have."""
    fact = target.find("python_patches")
    for text in fact.value if fact is not None and isinstance(fact.value, tuple) else ():
        found = _VERSION.match(text)
        if found and found[3] and (int(found[1]), int(found[2])) == version:
            return int(found[3])
    return None


def default(target: Target) -> tuple[int, int] | None:
    """Return the Python that the host takes where nothing asks for one."""
    fact = target.find("python_default")
    found = None if fact is None else re.match(r"(\d+)\.(\d+)", str(fact.value))
    return None if found is None else (int(found[1]), int(found[2]))


def standing(target: Target, version: tuple[int, int], patch: int | None = None) -> Standing:
    """Return what the buildpack makes of a Python; good where nothing is known of the host's."""
    known = supported(target)
    if not known:
        return Standing.GOOD
    if version in deprecated(target):
        return Standing.DEPRECATED
    if version < min(known):
        return Standing.END_OF_LIFE
    if version > max(known):
        return Standing.UNKNOWN
    newest = newest_patch(target, version)
    if patch is None or newest is None or patch == newest:
        return Standing.GOOD
    if patch < newest:
        return Standing.OLD_PATCH
    near = patch <= newest + _PATCHES_SINCE
    return Standing.PERHAPS_NO_SUCH_PATCH if near else Standing.NO_SUCH_PATCH


def _versions(target: Target, name: str) -> tuple[tuple[int, int], ...]:
    fact = target.find(name)
    texts = fact.value if fact is not None and isinstance(fact.value, tuple) else ()
    found = (_VERSION.match(text) for text in texts)
    return tuple((int(match[1]), int(match[2])) for match in found if match)
