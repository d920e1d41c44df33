"""The folder in which what was read or made is kept from one run to the next."""

import os
import tempfile
from pathlib import Path
from typing import Any

import orjson


def cache_folder() -> Path:
    """Return ``$WHERRY_CACHE``, or ``wherry`` in the user's cache folder. It may not exist yet."""
    if configured := os.environ.get("WHERRY_CACHE"):
        return Path(configured).expanduser().absolute()
    users = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return users.absolute() / "wherry"


def read_json(path: Path) -> Any:
    """Return what was kept there, or None where there is nothing that can be used."""
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def write_json(path: Path, document: object) -> None:
    """Keep it there; a cache that cannot be written is no reason to fail."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two runs may write the same file at once: neither may see half of the other's.
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(orjson.dumps(document))
        Path(file.name).replace(path)
    except OSError:
        return
