"""What is known of a model that was made for a case."""

import json
from pathlib import Path
from typing import Any

from benchmarks.corpus.cases import Case

_NAME = "made.json"


class NotMade(Exception):
    """A case's model could not be made; the message says why."""


def made(folder: Path, case: Case) -> dict[str, Any]:
    """Return what is known of a case's model.

    Raises:
        NotMade: it has none.
    """
    path = folder / case.name / _NAME
    if not path.is_file():
        raise NotMade("It was never made.")
    told: dict[str, Any] = json.loads(path.read_text())
    if "error" in told:
        raise NotMade(told["error"])
    return told


def tell(folder: Path, told: dict[str, Any]) -> None:
    """Keep what is known of the model in a folder."""
    (folder / _NAME).write_text(json.dumps(told, indent=1))
