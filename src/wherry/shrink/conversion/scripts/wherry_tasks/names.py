"""Names that a signature of a SavedModel can have: identifiers, each once."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable


def identifiers(names: Iterable[str], otherwise: str) -> list[str]:
    """Return the names with what no identifier may hold replaced, and made different.

    A name that does not begin with a letter, or is Python's own, gets ``otherwise`` before it.
    """
    taken: list[str] = []
    for given in names:
        name = re.sub(r"[^0-9A-Za-z_]", "_", given)
        if not re.match("[A-Za-z]", name) or keyword.iskeyword(name):
            name = f"{otherwise}_{name.lstrip('_')}".rstrip("_")
        plain, number = name, 0
        while name in taken:
            number += 1
            name = f"{plain}_{number}"
        taken.append(name)
    return taken
