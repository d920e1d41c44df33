"""The folder in which environments are kept from one run to the next."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return ``$WHERRY_CACHE``, or ``wherry`` in the user's cache folder. It may not exist yet."""
    if configured := os.environ.get("WHERRY_CACHE"):
        return Path(configured).expanduser().absolute()
    users = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return users.absolute() / "wherry"
