"""Where uv is."""

import os
import shutil
from functools import cache

from wherry.errors import RuntimeMissing


@cache
def find_uv() -> str:
    """Return the path of uv: ``$UV``, this environment's own, or the one on PATH.

    Raises:
        RuntimeMissing: there is none.
    """
    for candidate in (os.environ.get("UV"), _of_this_environment(), shutil.which("uv")):
        if candidate and (path := shutil.which(candidate)):
            return path
    raise RuntimeMissing("uv was not found. Install it: pip install uv.")


def _of_this_environment() -> str | None:
    try:
        from uv import find_uv_bin
    except ImportError:
        return None
    try:
        return find_uv_bin()
    except FileNotFoundError:
        return None
