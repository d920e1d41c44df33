"""The bytes of a model's file, as many as are needed, never more than a few megabytes."""

import json
import zipfile
from typing import Final

from wherry.doctor.rule import Context

_MOST_BYTES: Final = 8_000_000
_METADATA_BYTES: Final = 100_000


def head(context: Context, path: str) -> bytes:
    """Return the first bytes of a file of the project; nothing where it cannot be read."""
    entry = context.project.files.get(path)
    if entry is None or entry.symlink:
        return b""
    try:
        with (context.project.root / path).open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        context.project.skip(path, "it cannot be read")
        return b""


def keras_version(context: Context, path: str, data: bytes) -> tuple[int, int] | None:
    """Return the Keras that wrote an .h5 or .keras file; None where the file does not tell."""
    if data.startswith(b"\x89HDF"):
        return _by_layers(data)
    if not data.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(context.project.root / path) as archive:
            info = archive.getinfo("metadata.json")
            if info.file_size > _METADATA_BYTES:
                return None
            told = json.loads(archive.read(info))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None
    version = told.get("keras_version") if isinstance(told, dict) else None
    return _pair(version) if isinstance(version, str) else None


def _by_layers(data: bytes) -> tuple[int, int] | None:
    """Return the generation that an .h5 file's layers are written in.

    The version itself lies on HDF5's heap, where nothing says that it is one.
    """
    if b"model_config" not in data:
        return None
    if b'"batch_shape"' in data and b'"registered_name"' in data:
        return 3, 0
    return (2, 0) if b'"batch_input_shape"' in data else None


def _pair(text: str) -> tuple[int, int] | None:
    major, _, rest = text.partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None
