"""Measure a set that was built: the whole, and for a set to fit on each package by itself."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from benchmarks.slug.building import LEVELS, Built, build, distributions, packed_bytes, slug_bytes
from benchmarks.slug.interpreters import interpreter
from benchmarks.slug.sets import DependencySet
from wherry.estimate.wheels.contents import Contents, Kind, Tally, contents, members_of
from wherry.estimate.wheels.ranges import Unreadable, remote_contents


def measure_interpreter(version: str, folder: Path) -> dict[str, int]:
    """Return what a bare Python comes to, by the level of gzip."""
    shutil.rmtree(folder, ignore_errors=True)
    interpreter(version, folder / "python")
    sizes = {str(level): slug_bytes(folder / "python", level) for level in LEVELS}
    shutil.rmtree(folder)
    return sizes


def measure_set(wanted: DependencySet, folder: Path, *, each: bool) -> dict[str, Any]:
    """Build a set, weigh it and take it away again."""
    built = build(wanted, folder)
    try:
        row: dict[str, Any] = {
            "name": wanted.name,
            "python": wanted.python,
            "requirements": list(wanted.requirements),
            "packages": [_package(entry) for entry in built.wheels],
            "slug_bytes": slug_bytes(built.home),
        }
        if wanted.levels:
            row["slug_bytes_by_level"] = {
                str(level): row["slug_bytes"] if level == 6 else slug_bytes(built.home, level)
                for level in LEVELS
            }
        if each:
            _weigh_each(built, row["packages"])
        return row
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _package(entry: dict[str, Any]) -> dict[str, Any]:
    try:
        inside = _contents(entry["url"])
    except Unreadable as error:  # built from source: there was no wheel to look into
        return {**entry, "contents": None, "reason": str(error)}
    return {**entry, "contents": to_document(inside)}


def _contents(url: str) -> Contents:
    if url.startswith("file:"):
        with zipfile.ZipFile(unquote(urlsplit(url).path)) as archive:
            return contents(members_of(archive))
    return remote_contents(url)


def to_document(inside: Contents) -> dict[str, list[int]]:
    """Return the contents as JSON keeps them."""
    return {
        kind.value: [tally.count, tally.raw_bytes, tally.deflated_bytes]
        for kind, tally in inside.tallies.items()
    }


def from_document(document: dict[str, list[int]]) -> Contents:
    """Return the contents that JSON kept."""
    return Contents({Kind(kind): Tally(*numbers) for kind, numbers in document.items()})


def _weigh_each(built: Built, packages: list[dict[str, Any]]) -> None:
    installed = {_key(name): paths for name, paths in distributions(built).items()}
    for package in packages:
        paths = installed.get(_key(package["name"]), [])
        bytecode = [path for path in paths if path.suffix == ".pyc"]
        package["packed"] = packed_bytes(paths)[6]
        package["packed_bytecode"] = packed_bytes(bytecode)[6]


def _key(name: str) -> str:
    return name.replace("_", "-").replace(".", "-").lower()


def keep(path: Path, document: Any) -> None:
    """Write it as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")
