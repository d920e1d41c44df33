"""Folders to read, written where a test wants them."""

from collections.abc import Mapping
from pathlib import Path

from wherry.project import walking
from wherry.project.contents import Contents


def contents(root: Path, files: Mapping[str, str | bytes], base: str = "") -> Contents:
    """Write files and return what is read of them."""
    root.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    found, skipped = walking.walk(root)
    return Contents(root, found, base, {note.what: note for note in skipped})
