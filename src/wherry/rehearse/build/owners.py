"""Which part of the slug a file belongs to: which package, the interpreter, the app itself."""

import csv
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from wherry.rehearse.build.compressing import Owner
from wherry.rehearse.build.slug import Part, PartKind

_PYTHON: Final = ".heroku/python"
_CACHED: Final = re.compile(r"__pycache__/([^/]+?)\.cpython-\d+(?:\.opt-\d)?\.pyc$")
_INFO: Final = re.compile(r"([^/]+?)-([^/-]+)\.dist-info$")
_TOOLS: Final = frozenset(("pip", "setuptools", "pipenv", "wheel"))
_LARGEST_RECORD_BYTES: Final = 50_000_000


class PythonOwners:
    """Tells the owners of the paths below ``.heroku/python``."""

    def __init__(self, root: Path, version: str) -> None:
        self._interpreter: Owner = (PartKind.PYTHON.value, "Python", version)
        self._files: dict[str, Owner] = {}
        self._folders: dict[str, Owner] = {}
        packages = next((root / _PYTHON).glob("lib/python3.*/site-packages"), None)
        self._home = "" if packages is None else packages.relative_to(root).as_posix()
        for info in () if packages is None else sorted(packages.glob("*.dist-info")):
            self._read(info)
        for shared in (self._home, f"{_PYTHON}/bin"):
            self._folders.pop(shared, None)

    def _read(self, info: Path) -> None:
        found = _INFO.search(info.name)
        if found is None:
            return
        name = found[1].replace("_", "-").lower()
        kind = PartKind.TOOL if name in _TOOLS else PartKind.PACKAGE
        owner = (kind.value, name, found[2])
        self._folders[f"{self._home}/{info.name}"] = owner
        for path in _recorded(info):
            full = posixpath.normpath(f"{self._home}/{path}")
            self._files[full] = owner
            self._folders.setdefault(posixpath.dirname(full), owner)

    def of(self, path: str) -> Owner:
        """Return the owner of a path; the interpreter's are those that no package recorded."""
        source = _CACHED.sub(r"\1.py", path)
        found = self._files.get(path) or self._files.get(source)
        if found is not None:
            return found
        if path.startswith(f"{_PYTHON}/pipenv/"):
            return (PartKind.TOOL.value, "pipenv", "")
        if path.startswith(f"{_PYTHON}/nltk_data/"):
            return (PartKind.BUILDPACK.value, "NLTK data", "")
        folder = posixpath.dirname(source)
        while folder.startswith(f"{self._home}/"):
            if folder in self._folders:
                return self._folders[folder]
            folder = posixpath.dirname(folder)
        return self._interpreter


def _recorded(info: Path) -> Iterable[str]:
    record = info / "RECORD"
    try:
        if record.stat().st_size > _LARGEST_RECORD_BYTES:
            return []
        with record.open(encoding="utf-8", errors="replace", newline="") as file:
            return [row[0] for row in csv.reader(file) if row]
    except (OSError, csv.Error):
        return []


def app_owner(path: str, static: frozenset[str], pushed: frozenset[str]) -> Owner:
    """Return the owner of a path of the app's tree, outside of ``.heroku/python``."""
    if path in static:
        return (PartKind.STATIC.value, "static files", "")
    if path.startswith(".apt/"):
        return (PartKind.BUILDPACK.value, "apt packages", "")
    if path not in pushed and "__pycache__" not in path:
        return (PartKind.BUILDPACK.value, "made by the build", "")
    return (PartKind.APP.value, "the project itself", "")


class Tally:
    """Adds up the parts while they are packed."""

    def __init__(self) -> None:
        self._bytes: dict[Owner, int] = defaultdict(int)
        self._files: dict[Owner, int] = defaultdict(int)

    def add(self, owner: Owner, size_bytes: int) -> None:
        """Count one file."""
        self._bytes[owner] += size_bytes
        self._files[owner] += 1

    def parts(self, shares: Mapping[Owner, int]) -> tuple[Part, ...]:
        """Return the parts with their shares of the compressed size, largest first."""
        found = [
            Part(PartKind(kind), name, version, shares.get(owner, 0), size, self._files[owner])
            for owner, size in self._bytes.items()
            for kind, name, version in (owner,)
        ]
        return tuple(sorted(found, key=lambda part: (-part.compressed_bytes, part.name)))


def merged(*several: Iterable[Part]) -> tuple[Part, ...]:
    """Return the parts of several archives as those of one, largest first."""
    by_name: dict[Owner, Part] = {}
    for part in (part for parts in several for part in parts):
        key = (part.kind.value, part.name, part.version)
        other = by_name.get(key)
        by_name[key] = part if other is None else _added(part, other)
    return tuple(sorted(by_name.values(), key=lambda part: (-part.compressed_bytes, part.name)))


def _added(one: Part, other: Part) -> Part:
    return Part(
        one.kind,
        one.name,
        one.version,
        one.compressed_bytes + other.compressed_bytes,
        one.unpacked_bytes + other.unpacked_bytes,
        one.files + other.files,
    )
