"""Open a bundle, or a bare model, for serving; write a bundle."""

import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from wherry.bundle import integrity
from wherry.bundle.manifest import (
    MANIFEST,
    FileRecord,
    Manifest,
    WarmupRecord,
    read_manifest,
)
from wherry.errors import BundleError
from wherry.tensors import Array, Signature

# What a bare file's suffix says of its runtime.
SUFFIXES = {".tflite": "litert", ".lite": "litert", ".onnx": "onnx"}
# Formats that people point Wherry at, and what turns them into one that can be served.
NOT_SERVED = {
    ".h5": "a Keras file",
    ".hdf5": "a Keras file",
    ".keras": "a Keras file",
    ".pkl": "a pickle, which Wherry never opens",
    ".joblib": "a pickle, which Wherry never opens",
    ".pb": "a frozen graph",
    ".pt": "a PyTorch file",
    ".pth": "a PyTorch file",
}
# A warm-up sample is a few inputs; this bounds what unpacking one may cost.
MAX_WARMUP_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Warmup:
    """Inputs to run through one signature before the first request."""

    signature: str
    inputs: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Bundle:
    """One servable model on disk.

    ``path`` is what was opened; ``model`` is the model's file, or the folder of a SavedModel.
    ``signatures`` is None for a bare model: only the runtime that loads it can read them.
    """

    path: Path
    model: Path
    name: str
    version: str
    runtime: str
    signatures: Mapping[str, Signature] | None = None
    default_signature: str | None = None
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warmup: tuple[Warmup, ...] = ()
    origin: Mapping[str, Any] = field(default_factory=dict)


def open_bundle(
    path: Path, *, hashes: bool = True, checked: Callable[[int], None] = lambda _: None
) -> Bundle:
    """Open a bundle folder, a bare ``.tflite`` or ``.onnx`` file, or a SavedModel folder.

    Checks that every file is there, whole and really a model; with ``hashes`` also that none was
    changed since the bundle was written (this reads every byte, and tells ``checked`` how many).
    Not checked here: that the runtime can load it, and that the manifest's signatures are the
    model's own.

    Raises:
        BundleError: with what is wrong and what to do.
    """
    if (path / MANIFEST).is_file():
        return _open_folder(path, hashes=hashes, checked=checked)
    if (path / "saved_model.pb").is_file():
        integrity.check_saved_model(path)
        return Bundle(path, path, path.name, "1", "tensorflow")
    if path.is_dir():
        raise BundleError(
            f"The folder {path} holds neither a {MANIFEST} (a Wherry bundle) nor a saved_model.pb "
            f"(a SavedModel). {_what_is_in(path)}"
        )
    if not path.exists():
        raise BundleError(
            f"There is no model at {path}. Check the path, and that the file is committed and not "
            "excluded by .gitignore or .slugignore."
        )
    return _open_file(path)


def _open_file(path: Path) -> Bundle:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        what = NOT_SERVED.get(suffix, "not a format that can be served")
        raise BundleError(
            f"{path} is {what}. Make a bundle of it with `wherry shrink {path.name} -o FOLDER`, or "
            "export it as a SavedModel folder (in Keras: model.export(folder))."
        )
    runtime = SUFFIXES[suffix]
    integrity.check_file(path, path.name)
    integrity.check_identifier(path, runtime, path.name)
    return Bundle(path, path, path.stem, "1", runtime)


def _open_folder(folder: Path, *, hashes: bool, checked: Callable[[int], None]) -> Bundle:
    manifest = read_manifest(folder / MANIFEST)
    integrity.check_sizes(folder, manifest.files)
    model = integrity.check_inside(folder, manifest.model)
    if manifest.runtime == "tensorflow":
        integrity.check_saved_model(model)
        _check_all_recorded(folder, model, manifest)
    elif not model.is_file():
        raise BundleError(f"{manifest.model} is a folder; a {manifest.runtime} model is a file.")
    else:
        integrity.check_identifier(model, manifest.runtime, manifest.model)
    if hashes:
        integrity.check_hashes(folder, manifest.files, checked)
    return Bundle(
        path=folder,
        model=model,
        name=manifest.name,
        version=manifest.version,
        runtime=manifest.runtime,
        signatures=manifest.signatures,
        default_signature=manifest.default_signature,
        labels=manifest.labels,
        warmup=tuple(
            Warmup(record.signature, _read_warmup(folder, record.file))
            for record in manifest.warmup
        ),
        origin=manifest.origin,
    )


def _check_all_recorded(folder: Path, model: Path, manifest: Manifest) -> None:
    root = folder.resolve()
    for file in sorted(path for path in model.rglob("*") if path.is_file()):
        name = file.relative_to(root).as_posix()
        if name not in manifest.files:
            raise BundleError(
                f"{name} is in the model's folder but not in its manifest. Remove the file, or "
                "write the bundle anew."
            )


def _what_is_in(folder: Path) -> str:
    models = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if models:
        return f"It holds {', '.join(models)}: name the file itself."
    return "Check the path, and that its files are committed."


def _read_warmup(folder: Path, name: str) -> dict[str, Array]:
    path = integrity.check_inside(folder, name)
    try:
        with zipfile.ZipFile(path) as archive:
            size_bytes = sum(entry.file_size for entry in archive.infolist())
        if size_bytes > MAX_WARMUP_BYTES:
            raise BundleError(f"The warm-up sample {name} unpacks to {size_bytes} bytes: too many.")
        with np.load(path, allow_pickle=False) as arrays:
            return {key: _restore_strings(arrays[key]) for key in arrays.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise BundleError(f"The warm-up sample {name} cannot be read: {error}.") from None


def _restore_strings(array: Array) -> Array:
    return array.astype(object) if array.dtype.kind == "S" else array


def write_bundle(
    folder: Path,
    *,
    model: Path,
    name: str,
    runtime: str,
    signatures: Mapping[str, Signature],
    version: str = "1",
    default_signature: str | None = None,
    labels: Mapping[str, Iterable[str]] | None = None,
    warmup: Iterable[Warmup] = (),
    origin: Mapping[str, Any] | None = None,
) -> Bundle:
    """Write a bundle into a new or empty folder and open it.

    ``model`` is a file or a SavedModel folder and is copied. ``default_signature`` is
    ``serving_default`` or the only signature unless given. The same arguments give the same
    bytes: no time stamp is written.

    Raises:
        BundleError: the folder is not empty, or what was written cannot be opened.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BundleError(f"{folder} is not empty. Remove it first, or choose another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    copied = folder / model.name
    if model.is_dir():
        shutil.copytree(model, copied)
    else:
        shutil.copyfile(model, copied)
    records = [
        WarmupRecord(sample.signature, _write_warmup(folder, number, sample))
        for number, sample in enumerate(warmup)
    ]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = Manifest(
        name=name,
        version=version,
        runtime=runtime,
        model=model.name,
        signatures=signatures,
        default_signature=default_signature or choose_default(signatures),
        files={
            path.relative_to(folder).as_posix(): FileRecord(
                path.stat().st_size, integrity.sha256_of(path)
            )
            for path in files
        },
        labels={output: tuple(values) for output, values in (labels or {}).items()},
        warmup=tuple(records),
        origin=origin or {},
    )
    (folder / MANIFEST).write_bytes(manifest.to_json())
    return open_bundle(folder)


def choose_default(signatures: Mapping[str, Signature]) -> str:
    """Return the signature that is meant when none is named.

    Raises:
        BundleError: there are several and none is called ``serving_default``.
    """
    if "serving_default" in signatures:
        return "serving_default"
    if len(signatures) == 1:
        return next(iter(signatures))
    raise BundleError(
        f"The model has the signatures {', '.join(sorted(signatures))} and none is called "
        "serving_default. Write a bundle that names its default_signature."
    )


def _write_warmup(folder: Path, number: int, sample: Warmup) -> str:
    name = f"warmup-{number}.npz"
    # np.savez takes the arrays as keyword arguments, so that an input called "file" would collide
    # with its own; ZipInfo's fixed date keeps the bytes the same from run to run.
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, value in sample.inputs.items():
            array = value.astype("S") if value.dtype == object else value
            with archive.open(zipfile.ZipInfo(f"{key}.npy"), "w") as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return name
