"""What the app's bundles need to be served: which runtimes, for which models."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry.bundle.manifest import MANIFEST

_LONGEST_MANIFEST_BYTES: Final = 4 * 1024 * 1024
_SUFFIXES: Final = {".tflite": "litert", ".lite": "litert", ".onnx": "onnx"}


@dataclass(frozen=True, slots=True)
class Servable:
    """A model in the slug that Wherry may serve.

    Attributes:
        path: Relative to the app.
        bundled: Whether it is a bundle, and not a bare file or SavedModel.
    """

    path: str
    runtime: str
    bundled: bool


def read_servables(root: Path) -> tuple[Servable, ...]:
    """Return the models that lie in an app, bundles first."""
    bundles = tuple(_bundles(root))
    inside = tuple(f"{item.path}/" for item in bundles)
    bare = (item for item in _bare(root) if not f"{item.path}/".startswith(inside))
    return (*bundles, *bare)


def _bundles(root: Path) -> Iterator[Servable]:
    for path in sorted(root.rglob(MANIFEST)):
        runtime = _runtime(path)
        if runtime:
            yield Servable(path.parent.relative_to(root).as_posix(), runtime, bundled=True)


def _runtime(manifest: Path) -> str:
    try:
        with manifest.open("rb") as file:
            document = json.loads(file.read(_LONGEST_MANIFEST_BYTES))
        return str(document["runtime"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def _bare(root: Path) -> Iterator[Servable]:
    for path in sorted(root.rglob("*")):
        if path.name == "saved_model.pb":
            yield Servable(path.parent.relative_to(root).as_posix(), "tensorflow", bundled=False)
        elif path.suffix.lower() in _SUFFIXES and path.is_file():
            runtime = _SUFFIXES[path.suffix.lower()]
            yield Servable(path.relative_to(root).as_posix(), runtime, bundled=False)
