"""What the models hold in a worker's memory: a process of the app's own Python loads them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wherry import __version__
from wherry.buildpack import digests
from wherry.buildpack.installed import Environment
from wherry.buildpack.places import Places
from wherry.dependencies.cache import read_json, write_json
from wherry.estimate.libraries import costs
from wherry.libtensorflow import FETCH_FOLDER, read_stamp

_TIMEOUT_S: Final = 300.0
_CHILD: Final = (
    "import json, sys\n"
    "sys.path[:] = json.loads(sys.argv.pop(1))\n"
    "from wherry.serving.footprint import main\n"
    "sys.exit(main(sys.argv[1:]))\n"
)
# What the answers of a measurement depend on, beside the models.
_RUNTIMES: Final = ("ai-edge-litert", "onnxruntime", "onnxruntime-gpu", "numpy", "wherry")


@dataclass(frozen=True, slots=True)
class Measured:
    """One worker with its models.

    Attributes:
        models_bytes: Anonymous memory that the models and their runtimes add.
        worker_bytes: With Python, Django, the server and the libraries that the app imports, as
            they were measured elsewhere.
        failed: Models that could not be loaded, with the reason.
        cached: Whether the cache knew it.
    """

    models_bytes: int
    worker_bytes: int
    failed: tuple[tuple[str, str], ...] = ()
    cached: bool = False


def measure(
    models: Sequence[str],
    places: Places,
    environment: Environment,
    server: str,
    modules: Iterable[str],
) -> Measured | None:
    """Load the models, given by their paths in the app, and return what one worker then holds.

    ``modules`` are the top-level modules that the app imports when it starts. None where the
    kernel does not tell, or the process ended without a word.
    """
    key = _key(models, places.build, environment)
    kept = places.cache / "measured.json"
    document = read_json(kept)
    cached = isinstance(document, dict) and document.get("key") == key
    if not cached:
        document = _run(models, places)
        if document is None:
            return None
        if not document["failed"]:
            write_json(kept, {"key": key, **document})
    added = document["added_bytes"]
    if added is None:
        return None
    base = costs().server(server).worker_bytes + _imports(modules, environment)
    failed = tuple(sorted(document["failed"].items()))
    return Measured(max(0, int(added)), round(base + max(0, added)), failed, bool(cached))


def _imports(modules: Iterable[str], environment: Environment) -> float:
    """Return what libraries add that the app imports, those apart that the models brought."""
    known = costs()
    names = [name for module in modules for name in known.by_module(module)]
    installed = {name for name in names if name in environment.packages}
    return sum(
        known.libraries[name].cost(environment.packages[name].version).anonymous_bytes
        for name in known.closure(installed, environment.packages)
        if name in environment.packages and name not in _RUNTIMES
    )


def _key(models: Sequence[str], build: Path, environment: Environment) -> str:
    versions = [
        f"{name}=={environment.packages[name].version}"
        for name in _RUNTIMES
        if name in environment.packages
    ]
    stamp = read_stamp(build / FETCH_FOLDER)
    files = [digests.of_path(build / path) for path in models]
    return digests.of_words((__version__, sys.version, *models, *files, *versions, str(stamp)))


def _run(models: Sequence[str], places: Places) -> dict[str, Any] | None:
    environment = dict(os.environ)
    environment["CUDA_VISIBLE_DEVICES"] = "-1"  # what a card holds is no worker's memory
    if (places.build / FETCH_FOLDER).is_dir():
        environment["WHERRY_TENSORFLOW"] = str(places.build / FETCH_FOLDER)
    paths = [str(places.build / path) for path in models]
    try:
        result = subprocess.run(
            [str(places.python), "-P", "-s", "-c", _CHILD, json.dumps(sys.path), *paths],
            cwd=places.build,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT_S,
        )
        document = json.loads(result.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return document if isinstance(document, dict) else None
