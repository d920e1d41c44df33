"""A model's size and hash: which file, or folder, it was that was looked at."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from wherry.bundle.integrity import sha256_of


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where a model is, how large, and its SHA-256."""

    path: Path
    size_bytes: int
    sha256: str


def stamp_file(path: Path) -> Stamp:
    """Read a file once, and stamp it."""
    return Stamp(path, path.stat().st_size, sha256_of(path))


def stamp_folder(folder: Path) -> Stamp:
    """Read a folder's files, and stamp it: over the relative paths and hashes of its files."""
    digest = hashlib.sha256()
    size_bytes = 0
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        size_bytes += file.stat().st_size
        digest.update(f"{file.relative_to(folder).as_posix()}\0{sha256_of(file)}\n".encode())
    return Stamp(folder, size_bytes, digest.hexdigest())
