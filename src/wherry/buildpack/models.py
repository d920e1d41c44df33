"""The models that a project asks for, as bundles in its slug; made once and kept in the cache."""

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wherry import __version__
from wherry.buildpack import digests
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.originals import original
from wherry.buildpack.output import Output
from wherry.buildpack.places import Places
from wherry.buildpack.wanted import Shrinking, Wanted, WantedModel
from wherry.bundle.folder import Bundle, open_bundle
from wherry.bundle.manifest import MANIFEST
from wherry.errors import BundleError, WherryError

# What this made in the build folder, so that a second run knows its own bundles from the app's.
_MADE: Final = Path(".wherry", "bundles.json")


@dataclass(frozen=True, slots=True)
class Makers:
    """What turns a model into a bundle, lent by who calls.

    Attributes:
        pack: Takes the model, the bundle's folder, its name, and a file of labels or None.
        shrink: Takes the model, the bundle's folder, its name, what is wanted, and the project.
    """

    pack: Callable[[Path, Path, str, Path | None], object]
    shrink: Callable[[Path, Path, str, Shrinking, Path], object]


@dataclass(frozen=True, slots=True)
class Placed:
    """A bundle in the slug."""

    name: str
    path: str
    bundle: Bundle


def place(
    wanted: Wanted, places: Places, makers: Makers, provide: Callable[[], None], output: Output
) -> tuple[Placed, ...]:
    """Put every model that is asked for into the slug, and drop from the cache what is not.

    ``provide`` sees to it that TensorFlow's libraries are found; it is called where a SavedModel
    is to be read.

    Raises:
        BuildFailed: one cannot be had, or is not what it should be.
    """
    made = _read_made(places.build)
    used: set[str] = set()
    placed = [_place(model, places, makers, provide, output, made, used) for model in wanted.models]
    if wanted.models:
        _write_made(places.build, made)
    _prune(places.cache / "bundles", used)
    sources = {model.source.sha256 for model in wanted.models if model.source is not None}
    _prune(places.cache / "downloads", sources)
    _prune(places.cache / "originals", sources)
    return tuple(placed)


def _place(
    model: WantedModel,
    places: Places,
    makers: Makers,
    provide: Callable[[], None],
    output: Output,
    made: dict[str, str],
    used: set[str],
) -> Placed:
    again = _dropped_before(model, places.build, made)
    if again is not None:
        used.add(made[model.bundle])
        return again
    found = original(model, places.build, places.cache, places.config)
    if (found.path / MANIFEST).is_file():
        return _bundle_as_it_is(model, found.path, places.build, made, output)
    key = _key(model, found.path, places.build)
    used.add(key)
    kept = places.cache / "bundles" / key
    had = _is_whole(kept)
    if not had:
        if (found.path / "saved_model.pb").is_file():
            provide()
        _make(model, found.path, kept, places.build, makers)
    bundle = _copy(model, kept, places.build, made, key)
    where = "from its address" if found.fetched else f"from {model.path}"
    output.line(f"{model.name}: {model.bundle}, {_described(bundle)}, {where}{_cached(had)}")
    if model.drop_original and not found.fetched:
        _drop(places.build / model.path)
        output.line(f"{model.name}: {model.path} is left out of the slug")
    return Placed(model.name, model.bundle, bundle)


def _dropped_before(model: WantedModel, build: Path, made: dict[str, str]) -> Placed | None:
    """Return the bundle that a run before this one made of a file that it left out."""
    if not model.drop_original or model.bundle not in made or (build / model.path).exists():
        return None
    return Placed(model.name, model.bundle, _opened(model, build / model.bundle))


def _bundle_as_it_is(
    model: WantedModel, found: Path, build: Path, made: dict[str, str], output: Output
) -> Placed:
    """Take a bundle that was made before: where it lies, or from its address to its folder."""
    if model.shrinking is not None or model.labels:
        raise BuildFailed(
            f"The model {model.name!r} is a bundle already: shrink and labels in "
            f"[tool.wherry.models.{model.name}] are for models that are none yet."
        )
    if found.is_relative_to(build):
        path = found.relative_to(build).as_posix()
    else:
        path = model.bundle
        _clear(model, build, made)
        shutil.copytree(found, build / path)
        made[path] = digests.of_path(found)
    bundle = _opened(model, build / path)
    output.line(f"{model.name}: {path}, {_described(bundle)}, verified")
    return Placed(model.name, path, bundle)


def _key(model: WantedModel, path: Path, build: Path) -> str:
    labels = digests.of_file(_labels(model, build)) if model.labels else ""
    named = model.shrinking.samples if model.shrinking is not None else ""
    samples = build / named.partition(":")[0]  # FILE.py:FUNCTION
    return digests.of_words(
        (
            *(__version__, model.name, path.name, digests.of_path(path), labels),
            repr(model.shrinking),
            digests.of_path(samples) if named and samples.exists() else "",
        )
    )


def _labels(model: WantedModel, build: Path) -> Path:
    path = build / model.labels
    if not path.is_file():
        raise BuildFailed(
            f"There is no {model.labels} here, the labels of [tool.wherry.models.{model.name}]."
        )
    return path


def _make(model: WantedModel, path: Path, kept: Path, build: Path, makers: Makers) -> None:
    """Make the bundle aside, so that the cache holds whole ones only."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    labels = _labels(model, build) if model.labels else None
    with tempfile.TemporaryDirectory(prefix=".made-", dir=kept.parent) as staging:
        target = Path(staging, "bundle")
        try:
            if model.shrinking is not None:
                makers.shrink(path, target, model.name, model.shrinking, build)
            else:
                makers.pack(path, target, model.name, labels)
        except WherryError as error:
            raise BuildFailed(f"The model {model.name!r} cannot be bundled: {error}") from error
        target.rename(kept)


def _is_whole(kept: Path) -> bool:
    try:
        open_bundle(kept)
    except (BundleError, OSError):
        return False
    return True


def _copy(model: WantedModel, kept: Path, build: Path, made: dict[str, str], key: str) -> Bundle:
    _clear(model, build, made)
    target = build / model.bundle
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(kept, target)
    made[model.bundle] = key
    return _opened(model, target)


def _clear(model: WantedModel, build: Path, made: dict[str, str]) -> None:
    """Remove what a run before this one put there; what is the app's own is not touched."""
    target = build / model.bundle
    if model.bundle in made:
        shutil.rmtree(target, ignore_errors=True)
    elif target.is_dir() and not any(target.iterdir()):
        target.rmdir()
    elif target.exists() or target.is_symlink():
        raise BuildFailed(
            f"{model.bundle} is in the project already, where the bundle of the model "
            f"{model.name!r} is to be made. Name another folder: bundle in "
            f"[tool.wherry.models.{model.name}]."
        )


def _opened(model: WantedModel, path: Path) -> Bundle:
    try:
        return open_bundle(path)
    except BundleError as error:
        raise BuildFailed(f"The model {model.name!r} cannot be served: {error}") from None


def _drop(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _described(bundle: Bundle) -> str:
    size_bytes = sum(path.stat().st_size for path in bundle.path.rglob("*") if path.is_file())
    return f"{bundle.runtime}, {size_bytes / 1e6:.1f} MB"


def _cached(had: bool) -> str:
    return " (cached)" if had else ""


def _read_made(build: Path) -> dict[str, str]:
    try:
        document = json.loads((build / _MADE).read_text("utf-8"))
        return {str(path): str(key) for path, key in document.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _write_made(build: Path, made: dict[str, str]) -> None:
    path = build / _MADE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", "utf-8")


def _prune(folder: Path, used: set[str]) -> None:
    """Drop what no model asks for any more, or what a build that was killed left half done."""
    if not folder.is_dir():
        return
    for item in folder.iterdir():
        if item.name not in used:
            _drop(item)
