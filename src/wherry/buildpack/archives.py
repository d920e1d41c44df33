"""Unpack a model that is fetched as one file: a SavedModel or a bundle in a zip or tar archive."""

import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

from wherry.buildpack.failure import BuildFailed
from wherry.bundle.manifest import MANIFEST

_MOST_MEMBERS: Final = 10_000
_MOST_BYTES: Final = 8 * 1024**3
_MODELS: Final = (".tflite", ".lite", ".onnx")


def is_archive(file: Path) -> bool:
    """Whether a file is a zip or tar archive; no model file is one, but Keras's own."""
    return zipfile.is_zipfile(file) or tarfile.is_tarfile(file)


def unpack(name: str, file: Path, folder: Path) -> Path:
    """Unpack an archive into a new folder, and return the model in it.

    Raises:
        BuildFailed: it is unsafe, too large, damaged, or holds no one model.
    """
    folder.mkdir(parents=True)
    try:
        if zipfile.is_zipfile(file):
            _unzip(name, file, folder)
        else:
            _untar(name, file, folder)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BuildFailed(
            f"The archive of the model {name!r} cannot be unpacked: {error}."
        ) from None
    return model_in(name, folder)


def _check(name: str, members: int, size_bytes: int) -> None:
    if members > _MOST_MEMBERS or size_bytes > _MOST_BYTES:
        raise BuildFailed(
            f"The archive of the model {name!r} unpacks to {members:,} files and {size_bytes:,} "
            "bytes, which no slug can hold."
        )


def _inside(name: str, member: str) -> PurePosixPath:
    """Return a member's path; one that leads out of the folder is refused."""
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts:
        raise BuildFailed(
            f"The archive of the model {name!r} would write outside of its folder ({member})."
        )
    return path


def _unzip(name: str, file: Path, folder: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _check(name, len(members), sum(member.file_size for member in members))
        for member in members:
            path = _inside(name, member.filename.replace("\\", "/"))
            target = folder / path
            if member.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, target.open("wb") as written:
                shutil.copyfileobj(source, written)


def _untar(name: str, file: Path, folder: Path) -> None:
    with tarfile.open(file) as archive:
        size_bytes = 0
        for members, member in enumerate(archive, 1):
            size_bytes += member.size
            _check(name, members, size_bytes)
            _inside(name, member.name)
            if not (member.isreg() or member.isdir()):
                raise BuildFailed(
                    f"The archive of the model {name!r} holds {member.name}, which is neither a "
                    "file nor a folder."
                )
            # Refuses what leads out of the folder, and takes no owner or odd mode along.
            archive.extract(member, folder, filter="data")


def model_in(name: str, folder: Path) -> Path:
    """Return the one model in a folder.

    Raises:
        BuildFailed: there is none, or several.
    """
    for marker in (MANIFEST, "saved_model.pb"):
        found = sorted(folder.rglob(marker), key=lambda path: len(path.parts))
        if found:
            return found[0].parent
    files = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _MODELS]
    if len(files) == 1:
        return files[0]
    raise BuildFailed(
        f"The archive of the model {name!r} holds {len(files) or 'no'} models. It is to hold one "
        "SavedModel folder, one bundle, or one .tflite or .onnx file."
    )
