"""Where the model is that a path means: a file, a SavedModel's folder, one inside another."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from wherry.bundle.integrity import check_inside
from wherry.bundle.manifest import MANIFEST, read_manifest
from wherry.errors import BundleError, NotAModel
from wherry.inspection.keras_archive import CONFIG, METADATA, WEIGHTS_SUFFIX
from wherry.inspection.keras_config import MAX_CONFIG_BYTES
from wherry.runtimes.savedmodel import GRAPH_FILE

_TEXT_GRAPH = "saved_model.pbtxt"
_MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".tflite", ".lite", ".onnx", ".pb")
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Location:
    """A file, or the folder of a SavedModel; and how it was come by, where that is not plain."""

    path: Path
    notes: tuple[str, ...] = ()


def locate(path: Path) -> Location:
    """Return where the model is.

    Raises:
        NotAModel: there is none; the sentence says what is there, and what to do.
    """
    if path.is_file():
        return Location(path.parent if path.name in (GRAPH_FILE, _TEXT_GRAPH) else path)
    if not path.exists():
        link = path.is_symlink()
        what = f"{path} is a link to nothing" if link else f"There is nothing at {path}"
        raise NotAModel(f"{what}. Check the path.")
    if not path.is_dir():
        raise NotAModel(f"{path} is neither a file nor a folder. Give a model's file or folder.")
    if (path / MANIFEST).is_file():
        return _bundled(path)
    if (path / GRAPH_FILE).is_file() or (path / _TEXT_GRAPH).is_file():
        return Location(path)
    return _inside(path)


def _bundled(folder: Path) -> Location:
    try:
        manifest = read_manifest(folder / MANIFEST)
        model = check_inside(folder, manifest.model)
    except BundleError as error:
        raise NotAModel(str(error)) from None
    if not model.exists():
        raise NotAModel(
            f"{folder} is a bundle whose model {manifest.model} is missing. Copy the folder again."
        )
    return Location(model, (f"It is the model of the bundle {manifest.name} {manifest.version}.",))


def _inside(folder: Path) -> Location:
    names = sorted(path.name for path in folder.iterdir())
    if not names:
        raise NotAModel(f"{folder} is an empty folder. Copy or save the model again.")
    for say in _FOLDERS:
        if sentence := say(folder, names):
            raise NotAModel(sentence)
    graphs = [*folder.glob(f"*/{GRAPH_FILE}"), *folder.glob(f"*/*/{GRAPH_FILE}")]
    found = sorted((graph.parent for graph in graphs), key=_version)
    if len(found) == 1:
        return Location(found[0], (f"The SavedModel is in {found[0]}.",))
    if found:
        raise NotAModel(
            f"{folder} holds {len(found)} SavedModels ({_some(map(str, found))}): give one of "
            f"them. The last is {found[-1]}."
        )
    models = [name for name in names if name.endswith(_MODEL_SUFFIXES)]
    if models:
        one = f"Give the file: {folder / models[0]}." if len(models) == 1 else "Give one of them."
        raise NotAModel(f"{folder} is a folder, which holds {_some(models)}. {one}")
    raise NotAModel(
        f"{folder} holds no model: no {GRAPH_FILE}, and no file of a model ({_some(names)} are "
        "there). Check the path."
    )


def _version(folder: Path) -> tuple[int, str]:
    """Order the folders that an export or TensorFlow Serving numbers by their numbers."""
    return int(folder.name) if folder.name.isdecimal() else -1, str(folder)


def _some(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _half_written(folder: Path, names: list[str]) -> str | None:
    if "variables" not in names or not any((folder / "variables").glob("variables.*")):
        return None
    return (
        f"{folder} holds the variables of a SavedModel, but no {GRAPH_FILE}: it was not written or "
        "copied whole. Save the model again, or copy the whole folder."
    )


def _unpacked_keras(folder: Path, names: list[str]) -> str | None:
    if CONFIG not in names or not any(name.endswith(WEIGHTS_SUFFIX) for name in names):
        return None
    parts = " ".join(n for n in names if n in (CONFIG, METADATA) or n.endswith(WEIGHTS_SUFFIX))
    return (
        f"{folder} is a .keras file that was unpacked. Pack it again: (cd {folder}; zip -0 -r "
        f"../{folder.name}.keras {parts})."
    )


def _checkpoint(folder: Path, names: list[str]) -> str | None:
    if "checkpoint" not in names and not any(
        name.endswith(".index") and f"{name.removesuffix('.index')}.data-00000-of-00001" in names
        for name in names
    ):
        return None
    return (
        f"{folder} is a TensorFlow checkpoint, which holds weights without an architecture. Load "
        'it where the model is built in Python, and save it whole with model.save("model.keras").'
    )


def _tensorflow_js(folder: Path, names: list[str]) -> str | None:
    document = _json(folder / "model.json") if "model.json" in names else None
    if not isinstance(document, dict) or "weightsManifest" not in document:
        return None
    return (
        f"{folder} is a TensorFlow.js model, which is made for browsers. Give the Keras file or "
        "SavedModel that it was converted from."
    )


def _hugging_face(folder: Path, names: list[str]) -> str | None:
    document = _json(folder / CONFIG) if CONFIG in names else None
    if not isinstance(document, dict) or "model_type" not in document:
        return None
    return (
        f"{folder} is a Hugging Face model, whose architecture is in a library. Export it to "
        ".onnx (with optimum), or save it as a SavedModel: "
        "model.save_pretrained(folder, saved_model=True)."
    )


def _core_ml(folder: Path, names: list[str]) -> str | None:
    if folder.suffix not in (".mlpackage", ".mlmodelc") and "coremldata.bin" not in names:
        return None
    return (
        f"{folder} is a Core ML model, which is made for Apple's devices. Give the Keras file or "
        "SavedModel that it was converted from."
    )


def _json(file: Path) -> object:
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_CONFIG_BYTES + 1)
        return json.loads(text) if len(text) <= MAX_CONFIG_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None


_FOLDERS: tuple[Callable[[Path, list[str]], str | None], ...] = (
    _half_written,
    _unpacked_keras,
    _tensorflow_js,
    _hugging_face,
    _core_ml,
    _checkpoint,
)
