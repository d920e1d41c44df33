"""Which buildpacks a project names, and which of them are the one for Python."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from wherry.buildrules.listing import Listing

BUILDPACKS: Final = ".buildpacks"
APP_JSON: Final = "app.json"
_PYTHON: Final = re.compile(
    r"(?:^|/)(?:heroku/)?python$|heroku-buildpack-python(?:\.git)?(?:#.*)?$"
)
_APT: Final = re.compile(r"(?:^|/)apt$|heroku-buildpack-apt(?:\.git)?(?:#.*)?$")
_MOST: Final = 20
_LONGEST: Final = 500


def named(listing: Listing) -> tuple[str, ...]:
    """Return the buildpacks that .buildpacks, or else app.json, names, in order."""
    lines = listing.texts.get(BUILDPACKS, b"").decode("utf-8", "replace").splitlines()
    told = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not told:
        told = _of_app_json(listing.texts.get(APP_JSON, b""))
    return tuple(name for name in told[:_MOST] if 0 < len(name) <= _LONGEST)


def _of_app_json(data: bytes) -> list[str]:
    document = app_json(data)
    entries = document.get("buildpacks")
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return []
    found = [entry.get("url") if isinstance(entry, Mapping) else entry for entry in entries]
    return [name.strip() for name in found if isinstance(name, str)]


def app_json(data: bytes) -> Mapping[str, object]:
    """Return what an app.json says; nothing where it cannot be read."""
    try:
        document = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def is_python(name: str) -> bool:
    """Whether a buildpack is Heroku's for Python."""
    return bool(_PYTHON.search(name.lower()))


def is_apt(name: str) -> bool:
    """Whether a buildpack is the one that reads an Aptfile."""
    return bool(_APT.search(name.lower()))
