"""What models add to a process: a process of its own loads them, runs each once, and says.

``python -m wherry.serving.footprint PATH ...`` prints JSON: anonymous bytes before and after, and
the models that could not be loaded, each with the reason.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wherry.platforms.memory import read_memory


def footprint(paths: Sequence[Path]) -> dict[str, Any]:
    """Load the models into this process, for good, and return what that took."""
    before = read_memory()
    # What serving a model imports is a part of what it takes.
    from wherry import runtimes
    from wherry.bundle.folder import open_bundle
    from wherry.errors import WherryError
    from wherry.runtimes.protocol import LoadOptions
    from wherry.serving.warmup import warm_up

    held = []
    failed: dict[str, str] = {}
    for path in paths:
        try:
            bundle = open_bundle(path, hashes=False)
            model = runtimes.load(bundle.runtime, bundle.model, LoadOptions())
            held.append(model)
            warm_up(model, bundle, bundle.signatures or model.signatures)
            model.trim()
        except WherryError as error:
            failed[str(path)] = str(error)
    after = read_memory()
    added = after.anonymous_bytes - before.anonymous_bytes if before and after else None
    return {"added_bytes": added, "loaded": len(held), "failed": failed}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the models that the command line names."""
    paths = [Path(text) for text in (sys.argv[1:] if arguments is None else arguments)]
    # Standard output is for what is told; libraries print what they like to the other.
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with told:
        told.write(json.dumps(footprint(paths)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
