"""Writes docs/predictions.md from what ``scripts/bench slug`` and ``scripts/bench memory`` kept."""

import json
from typing import Any

from benchmarks.memory.table import rows_as_text as memory_rows
from benchmarks.serving.environments import REPOSITORY
from benchmarks.slug.predicting import rows_as_text as slug_rows

PAGE = REPOSITORY / "docs" / "predictions.md"
_DATA = REPOSITORY / "docs" / "benchmarks"


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(_read("slug"), _read("memory")))


def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_DATA / f"{name}.json").read_text())
    return document


def page(slug: dict[str, Any], memory: dict[str, Any]) -> str:
    """Return the page's text."""
    return f"""# What is predicted, beside what was really built and weighed

<!-- Written by `scripts/bench slug` and `scripts/bench memory`. -->

`wherry doctor` predicts the compressed slug and the memory of a project before anything is built,
each with its interval. Here predictions stand beside the real thing, on sets of packages and models
that no coefficient was fitted on.

## Slugs

A slug here is what pip really installs into an interpreter trimmed as the buildpack's, with the
bytecode, packed with tar and gzip -6. The prediction knows the lists of files in the wheels, read
from the index; without an index, a table of common wheels. The interpreters are emulated: the
buildpack's own archive cannot be fetched everywhere.

{slug_rows(slug["sets"])}
Repeat it: `scripts/bench slug` ({_when(slug)}), or
`scripts/bench slug --require django torch --python 3.12` for a set of your own.

## Memory

Anonymous memory of the whole tree of gunicorn's processes with Django, shared pages counted once:
when every worker is ready, and after each has answered once.

{memory_rows(memory["sites"])}
Repeat it: `scripts/bench memory` ({_when(memory)}). The number of a Keras model's layers
is given to the prediction; from the file's size alone, very deep models come out too low.
"""


def _when(document: dict[str, Any]) -> str:
    machine = document["machine"]
    return f"{document['date']}, {machine['cpu']}, {machine['cores']} cores"


if __name__ == "__main__":
    write()
