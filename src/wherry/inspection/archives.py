"""Archives: Keras's own, and those that some model is packed into."""

import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from wherry.errors import NotAModel
from wherry.inspection.keras_archive import CONFIG, METADATA, WEIGHTS_SUFFIX
from wherry.inspection.printable import printable
from wherry.inspection.report import Format

_MAX_MEMBERS = 2**16
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"(\xb5/\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"\x04\x22\x4d\x18": "lz4",
}
_TAR = b"ustar"  # at offset 257
_MODELS = ("saved_model.pb", ".keras", ".h5", ".hdf5", ".tflite", ".onnx", ".pb")
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")  # joblib's compression


def recognize_zip(file: Path) -> Format:
    """Return that a zip file is Keras's own.

    Raises:
        NotAModel: it is another, or damaged.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()[:_MAX_MEMBERS]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise NotAModel(
            f"{file} is a zip archive (as .keras files are) that was cut short or is damaged. "
            "Copy or download it again."
        ) from None
    if CONFIG in names and (METADATA in names or any(n.endswith(WEIGHTS_SUFFIX) for n in names)):
        return Format.KERAS
    raise NotAModel(_other_zip(file, names))


def _other_zip(file: Path, names: list[str]) -> str:
    paths = [PurePosixPath(name) for name in names]
    if any(path.name == "data.pkl" for path in paths):
        return (
            f"{file} is a PyTorch file: a pickle, which is never opened, since loading one runs "
            "whatever code is in it. Export the model with torch.onnx.export, and give the .onnx."
        )
    if paths and all(path.suffix == ".npy" for path in paths):
        return (
            f"{file} is a NumPy archive (.npz), not a model: arrays without an architecture. Put "
            'them into the model in Python, and save it whole with model.save("model.keras").'
        )
    if any(path.name == METADATA for path in paths) and any(path.name == CONFIG for path in paths):
        inner = next(path.parent for path in paths if path.name == CONFIG)
        return (
            f"{file} is a .keras file that was unpacked and packed again with the folder "
            f"{printable(str(inner))}/ around its parts. Save the model again, or pack the parts "
            "without the folder."
        )
    return f"{file} is a zip archive, not a model. {_unpack(names)}"


def _unpack(names: Iterable[str]) -> str:
    found = sorted((name for name in names if name.endswith(_MODELS)), key=_depth)
    if not found:
        return "Give the model's own file."
    shown = found[0].removesuffix("saved_model.pb").rstrip("/") or "the folder it makes"
    return f"It holds one: unpack it, and give {printable(shown)}."


def _depth(name: str) -> tuple[int, str]:
    return name.count("/"), name


def refusal_of(file: Path, head: bytes) -> str | None:
    """Return what is to be said of an archive of another kind, or None if it is none."""
    for start, kind in _PACKED.items():
        if head.startswith(start):
            return (
                f"{file} is packed with {kind}, so it is not a model yet. Unpack it, and give the "
                "file or folder in it."
            )
    if head[257:262] == _TAR:
        return f"{file} is a tar archive. Unpack it, and give the file or folder in it."
    if head.startswith(_ZLIB) and file.suffix.lower() in (".joblib", ".pkl", ".pickle", ".z"):
        return (
            f"{file} is a compressed pickle (of joblib), which is never opened: loading one runs "
            "whatever code is in it. Convert the model to .onnx (scikit-learn: with skl2onnx)."
        )
    return None
