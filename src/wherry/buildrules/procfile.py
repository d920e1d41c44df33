"""The process types of a slug: the Procfile's, and the defaults of buildpacks."""

import re
from collections.abc import Mapping
from typing import Final

# As Heroku and foreman read it: anything else is passed over without a word.
LINE: Final = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$")
MOST_LINES: Final = 500


def process_types(text: str) -> dict[str, str]:
    """Return the commands of a Procfile by the names of their processes."""
    found = {}
    for raw in text.splitlines()[:MOST_LINES]:
        line = raw.strip()
        match = None if line.startswith("#") else LINE.match(line)
        if match is not None:
            found[match[1]] = match[2]
    return found


def lines(declared: Mapping[str, str], defaults: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the log says of them."""
    told = [f"Procfile declares types -> {', '.join(declared) or '(none)'}"]
    more = [name for name in defaults if name not in declared]
    if more:
        told.append(f"Default types for buildpack -> {', '.join(more)}")
    return tuple(told)
