"""A folder of versions, as TensorFlow Serving has them: ``digits/1``, ``digits/2``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wherry.bundle.manifest import MANIFEST


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model is; ``version`` is what its folder calls it, None where it says nothing."""

    path: Path
    version: str | None = None


def locate(path: Path) -> Place:
    """Return the newest version in a folder of versions; any other path as it is."""
    versions = versions_in(path)
    if not versions:
        return Place(path)
    newest = max(versions, key=int)
    return Place(versions[newest], newest)


def versions_in(path: Path) -> Mapping[str, Path]:
    """Return the versions in a folder by number; none where it is no folder of versions.

    Only folders called by a number count, so that one which is still being copied under another
    name, to be renamed when it is whole, is left alone.
    """
    if not path.is_dir() or (path / MANIFEST).is_file() or (path / "saved_model.pb").is_file():
        return {}
    try:
        children = [child for child in path.iterdir() if is_number(child.name)]
    except OSError:
        return {}
    return {child.name: child for child in children if child.is_dir()}


def is_number(name: str) -> bool:
    """Whether a folder's name is a version: a whole number, as TensorFlow Serving takes it."""
    return name.isascii() and name.isdigit() and len(name) < 20
