"""Whether a model's files are what they should be: present, whole, unchanged, really models."""

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from wherry.bundle.manifest import FileRecord
from wherry.errors import BundleError

# The first line of every pointer file, by the Git LFS specification.
# Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
# A FlatBuffer's file identifier stands at offset 4; TensorFlow Lite's is TFL3.
# Source: the `file_identifier` of tensorflow/lite/schema/schema.fbs
TFLITE_IDENTIFIER = b"TFL3"
_PIECE_BYTES = 2**20
SHARD = re.compile(r"(?P<stem>.+)\.data-(?P<number>\d{5})-of-(?P<count>\d{5})")


def check_file(path: Path, shown_as: str) -> None:
    """Refuse a model file that is missing, empty, a Git LFS pointer or a saved web page.

    Raises:
        BundleError: with what is wrong and what to do.
    """
    if not path.is_file():
        raise BundleError(
            f"{shown_as} is missing. Check that it is committed and not excluded by .gitignore, "
            "or write the bundle again."
        )
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise BundleError(f"{shown_as} is empty. Copy or export the model again.")
    if head.startswith(LFS_POINTER):
        raise BundleError(
            f"{shown_as} is a Git LFS pointer, not the model: the real file was never fetched. "
            "Run `git lfs pull` here; a host that builds from git without LFS (Heroku does) needs "
            "the file itself committed, or fetched in the build."
        )
    start = head.lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise BundleError(
            f"{shown_as} is a web page, not a model: a download saved the page around it. "
            "Download the file itself."
        )


def check_identifier(path: Path, runtime: str, shown_as: str) -> None:
    """Refuse a LiteRT model without its file identifier; other formats have none."""
    if runtime != "litert":
        return
    with path.open("rb") as file:
        head = file.read(8)
    if head[4:8] != TFLITE_IDENTIFIER:
        raise BundleError(
            f"{shown_as} is not a LiteRT (.tflite) model: its identifier is not "
            f"{TFLITE_IDENTIFIER.decode()}. Convert the model again."
        )


def check_saved_model(folder: Path) -> None:
    """Refuse a SavedModel folder that lacks its graph, its variable index or one of its shards.

    Raises:
        BundleError: with what is missing and what to do.
    """
    check_file(folder / "saved_model.pb", f"{folder.name}/saved_model.pb")
    variables = folder / "variables"
    names = {path.name for path in variables.iterdir()} if variables.is_dir() else set()
    shards = [match for name in sorted(names) if (match := SHARD.fullmatch(name))]
    if shards and "variables.index" not in names:
        raise BundleError(
            f"{folder.name}/variables/variables.index is missing beside its data. "
            "Copy the whole SavedModel folder again."
        )
    if "variables.index" in names and not shards:
        raise BundleError(
            f"{folder.name}/variables holds an index but no data "
            "(variables.data-00000-of-00001). Is it excluded by .gitignore? "
            "Copy the whole SavedModel folder again."
        )
    for shard in shards:
        count = int(shard["count"])
        for number in range(count):
            expected = f"{shard['stem']}.data-{number:05}-of-{count:05}"
            if expected not in names:
                raise BundleError(
                    f"{folder.name}/variables/{expected} is missing: the variables were saved in "
                    f"{count} parts and all are needed. Copy the whole SavedModel folder again."
                )
    for name in sorted(names):
        check_file(variables / name, f"{folder.name}/variables/{name}")


def check_inside(folder: Path, path: str) -> Path:
    """Return the file that a manifest's path names, refusing links that leave the folder.

    Raises:
        BundleError: the path resolves to somewhere else.
    """
    resolved = (folder / path).resolve()
    if not resolved.is_relative_to(folder.resolve()):
        raise BundleError(
            f"{path} is a link that leaves the bundle's folder. Copy the file into the bundle."
        )
    return resolved


def check_sizes(folder: Path, files: Mapping[str, FileRecord]) -> None:
    """Check that every recorded file is there, is a model file and has its recorded size.

    Raises:
        BundleError: naming the first file that is not.
    """
    for path, record in files.items():
        file = check_inside(folder, path)
        if record.size_bytes == 0 and file.is_file() and file.stat().st_size == 0:
            continue
        check_file(file, path)
        size_bytes = file.stat().st_size
        if size_bytes != record.size_bytes:
            wrong = "cut short" if size_bytes < record.size_bytes else "changed"
            raise BundleError(
                f"{path} was {wrong}: it has {size_bytes} bytes, the manifest says "
                f"{record.size_bytes}. Copy the bundle again, or write it anew."
            )


def check_hashes(
    folder: Path, files: Mapping[str, FileRecord], checked: Callable[[int], None] = lambda _: None
) -> None:
    """Check every recorded file's SHA-256; ``checked`` is told the bytes as they are read.

    Raises:
        BundleError: naming the first file that differs.
    """
    for path, record in files.items():
        if sha256_of(folder / path, checked) != record.sha256:
            raise BundleError(
                f"{path} was changed: its SHA-256 is not the one in the manifest. "
                "Copy the bundle again, or write it anew."
            )


def sha256_of(path: Path, checked: Callable[[int], None] = lambda _: None) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
            checked(len(piece))
    return digest.hexdigest()
