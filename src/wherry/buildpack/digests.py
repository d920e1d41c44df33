"""Digests of files, folders and words: the cache finds a thing by what it was made of."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def of_file(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_path(path: Path) -> str:
    """Return a digest of a file, or of all files in a folder with their names."""
    if path.is_file():
        return of_file(path)
    files = sorted(item for item in path.rglob("*") if item.is_file())
    return of_words(
        word for item in files for word in (item.relative_to(path).as_posix(), of_file(item))
    )


def of_words(words: Iterable[str]) -> str:
    """Return a digest of words in their order."""
    digest = hashlib.sha256()
    for word in words:
        digest.update(f"{len(word)}:{word}".encode())
    return digest.hexdigest()
