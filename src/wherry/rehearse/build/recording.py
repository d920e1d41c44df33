"""A slug as it is noted beside its file, and read from there again."""

import gzip
import re
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from wherry.buildrules import procfile
from wherry.errors import InvalidInput
from wherry.rehearse.build.slug import BuiltPython, Part, PartKind, Slug

_NOTES: Final = "layer.json"
_PROCFILE: Final = "./app/Procfile"
_DIST_INFO: Final = re.compile(r"/site-packages/([^/]+?)-[^-/]+\.dist-info/METADATA\Z")
_LONGEST_BYTES: Final = 100_000
_MOST_ENTRIES: Final = 500_000


def notes_of(slug: Slug) -> dict[str, Any]:
    """Return what is noted of a slug."""
    python = slug.python
    return {
        "unpacked_bytes": slug.unpacked_bytes,
        "process_types": dict(slug.process_types),
        "config_vars": dict(slug.config_vars),
        "python": None
        if python is None
        else [python.wanted, python.origin, python.used, python.source],
        "parts": [part.to_dict() for part in slug.parts],
        "log": list(slug.log),
        "remarks": list(slug.remarks),
        "cautions": list(slug.cautions),
    }


def slug_of(path: Path, notes: Mapping[str, Any]) -> Slug:
    """Return the slug of which that was noted."""
    return Slug(
        path=path,
        size_bytes=path.stat().st_size,
        unpacked_bytes=notes["unpacked_bytes"],
        process_types=notes["process_types"],
        config_vars=notes["config_vars"],
        python=None if notes["python"] is None else BuiltPython(*notes["python"]),
        parts=tuple(Part(**{**part, "kind": PartKind(part["kind"])}) for part in notes["parts"]),
        log=tuple(notes["log"]),
        remarks=tuple(notes["remarks"]),
        cautions=tuple(notes["cautions"]),
        from_cache=True,
    )


def packages_of(slug: Slug) -> frozenset[str]:
    """Return the names of the packages that a slug is known to hold."""
    parts = (part.name for part in slug.parts if part.kind is PartKind.PACKAGE)
    return frozenset(_key(name) for name in parts)


def read_slug(path: Path) -> tuple[Slug, frozenset[str]]:
    """Return a finished slug and the packages in it; nothing of it is unpacked.

    It is Wherry's own, or any other whose names begin with ``./app/``.

    Raises:
        InvalidInput: it is no slug.
    """
    try:
        notes = orjson.loads(path.with_name(_NOTES).read_bytes())["notes"]
        if path.name == "archive.tgz":
            slug = slug_of(path, notes)
            return slug, packages_of(slug)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return _of_archive(path)


def _key(name: str) -> str:
    return name.lower().replace("_", "-")


def _of_archive(path: Path) -> tuple[Slug, frozenset[str]]:
    unpacked = entries = 0
    text = b""
    packages = set()
    try:
        # tarfile by itself stops after the first of several gzip members.
        with gzip.open(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for entry in archive:
                entries += 1
                if not entry.name.removeprefix("./").startswith("app") or entries > _MOST_ENTRIES:
                    raise InvalidInput(
                        f"{path} is no slug: {entry.name[:200]} is not below ./app/."
                    )
                unpacked += entry.size
                if found := _DIST_INFO.search(entry.name):
                    packages.add(_key(found[1]))
                elif entry.isfile() and f"./{entry.name.removeprefix('./')}" == _PROCFILE:
                    file = archive.extractfile(entry)
                    text = b"" if file is None else file.read(_LONGEST_BYTES)
    except (OSError, tarfile.TarError, EOFError, zlib.error) as error:
        raise InvalidInput(f"{path} is no slug: {error}.") from None
    if not entries:
        raise InvalidInput(f"{path} is no slug: it is empty.")
    types = procfile.process_types(text.decode("utf-8", "replace"))
    return Slug(path, path.stat().st_size, unpacked, types), frozenset(packages)
