"""Keras's own files (``.keras``), of Keras 3 and late Keras 2: a zip archive."""

import json
import zipfile
from pathlib import Path

from wherry.errors import NotAModel
from wherry.inspection.hdf5_contents import read_contents
from wherry.inspection.keras_config import MAX_CONFIG_BYTES
from wherry.inspection.keras_model import keras_model
from wherry.inspection.report import Format, Inspection
from wherry.inspection.stamp import Stamp
from wherry.inspection.tally import Tally

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS_SUFFIX = ".weights.h5"

_LOCAL_HEADER_BYTES = 30
_NOT_WEIGHTS = ("optimizer", "_optimizer", "metrics", "compile_metrics")


def keras_archive(stamp: Stamp) -> Inspection:
    """Read a ``.keras`` file.

    Raises:
        NotAModel: it is damaged, or lacks a part.
        RuntimeMissing: h5py is not installed.
    """
    path = stamp.path
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            config = _member(archive, CONFIG)
            version = _version(_member(archive, METADATA)) if METADATA in names else ""
            members = [archive.getinfo(name) for name in names if name.endswith(WEIGHTS_SUFFIX)]
        if not members:
            raise NotAModel(
                f"{path} holds a model's architecture without its weights: it has no "
                f"model{WEIGHTS_SUFFIX}. Save the model again with model.save(...)."
            )
        tally, notes = _weights(path, members)
    # NotImplementedError: a compression that Python does not know; RuntimeError: a password.
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise NotAModel(f"{path} is a damaged archive ({error}). Copy it again.") from error
    return keras_model(
        stamp, Format.KERAS, config, version=version, weights=tally.weights(), notes=notes
    )


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        return member.read(MAX_CONFIG_BYTES + 1)


def _version(metadata: bytes) -> str:
    try:
        document = json.loads(metadata)
    except (ValueError, RecursionError):
        return ""
    version = document.get("keras_version") if isinstance(document, dict) else None
    return version if isinstance(version, str) else ""


def _weights(path: Path, members: list[zipfile.ZipInfo]) -> tuple[Tally, tuple[str, ...]]:
    tally = Tally()
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED:
            return Tally(), ("Its weights are compressed, which Keras does not do: not counted.",)
        contents = read_contents(path, *_extent(path, member))
        tally.add_all(contents.tally(without=_NOT_WEIGHTS))
    return tally, ()


def _extent(path: Path, member: zipfile.ZipInfo) -> tuple[int, int]:
    """Return where a member's bytes begin, and how many there are."""
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER_BYTES)
    if len(header) < _LOCAL_HEADER_BYTES:
        raise EOFError("it was cut short")
    # The lengths of the name and of the extra field, which come before the bytes.
    name, extra = header[26:28], header[28:30]
    start = int.from_bytes(name, "little") + int.from_bytes(extra, "little")
    return member.header_offset + _LOCAL_HEADER_BYTES + start, member.file_size
