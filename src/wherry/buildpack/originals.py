"""Where a model that is asked for really is: in the checkout, or at its address."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from wherry.buildpack import archives, digests
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.fetching import fetched
from wherry.buildpack.wanted import Source, WantedModel
from wherry.bundle.integrity import LFS_POINTER

_LONGEST_POINTER_BYTES: Final = 1024  # as the Git LFS specification says
_POINTER: Final = re.compile(
    rb"^oid sha256:([0-9a-f]{64})$.*?^size (\d{1,18})$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Original:
    """A model's file or folder.

    Attributes:
        fetched: Whether it came from its address.
    """

    path: Path
    fetched: bool


def original(model: WantedModel, build: Path, cache: Path, config: Mapping[str, str]) -> Original:
    """Return where a model is, after it was fetched where it has to be.

    Raises:
        BuildFailed: it is not there, not what it was declared to be, or cannot be had.
    """
    here = build / model.path if model.path else None
    if here is not None and not _is_inside(here, build):
        raise BuildFailed(f"{model.path} is a link out of the project.")
    if here is not None and here.exists() and not _is_pointer(here):
        if model.source is not None:
            _check_declared(model, here, model.source)
        return Original(here, fetched=False)
    if model.source is None:
        raise BuildFailed(_missing(model, here))
    if here is not None and here.exists():
        _check_pointer(model, here, model.source)
    file = fetched(model.name, model.source, cache / "downloads", config)
    return Original(_named(model, file, here, cache), fetched=True)


def _is_inside(path: Path, build: Path) -> bool:
    return path.resolve().is_relative_to(build.resolve())


def _is_pointer(path: Path) -> bool:
    if not path.is_file() or path.stat().st_size > _LONGEST_POINTER_BYTES:
        return False
    with path.open("rb") as file:
        return file.read(len(LFS_POINTER)) == LFS_POINTER


def _missing(model: WantedModel, here: Path | None) -> str:
    if here is not None and here.exists():
        return (
            f"{model.path} is a Git LFS pointer, and this host runs no LFS. Declare where its file "
            f"is: url, sha256 and size in [tool.wherry.models.{model.name}]; or commit the file "
            "itself."
        )
    return (
        f"There is no {model.path} here, which [tool.wherry.models.{model.name}] names. Check the "
        "path, and that the file is committed and not excluded by .gitignore or .slugignore."
    )


def _check_declared(model: WantedModel, here: Path, source: Source) -> None:
    if not here.is_file():
        raise BuildFailed(
            f"{model.path} is a folder, and sha256 in [tool.wherry.models.{model.name}] is that of "
            "one file. Take url, sha256 and size out, or remove the folder."
        )
    if digests.of_file(here) != source.sha256:
        raise BuildFailed(
            f"{model.path} in the checkout is not the file that [tool.wherry.models.{model.name}] "
            "declares: its sha256 is another. Commit the right one, or declare this one."
        )


def _check_pointer(model: WantedModel, here: Path, source: Source) -> None:
    found = _POINTER.search(here.read_bytes())
    if found is None:
        raise BuildFailed(f"{model.path} is a Git LFS pointer that was cut short. Commit it again.")
    sha256, size = found[1].decode(), int(found[2])
    if (sha256, size) != (source.sha256, source.size_bytes):
        raise BuildFailed(
            f"{model.path} is a Git LFS pointer to another file than declared: it points to sha256 "
            f"{sha256} of {size:,} bytes, and [tool.wherry.models.{model.name}] says "
            f"{source.sha256} of {source.size_bytes:,}. Declare what is committed."
        )


def _named(model: WantedModel, file: Path, here: Path | None, cache: Path) -> Path:
    """Return the fetched file under a name that says what it is; unpacked if it is an archive."""
    name = here.name if here is not None else _name_in(model)
    folder = cache / "originals" / file.name
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".made-", dir=folder.parent) as staging:
            made = Path(staging, "made")
            if archives.is_archive(file):
                archives.unpack(model.name, file, made)
            else:
                made.mkdir()
                shutil.copyfile(file, made / name)
            made.rename(folder)
    if archives.is_archive(file):
        return archives.model_in(model.name, folder)
    kept = folder / name
    if not kept.is_file() or digests.of_file(kept) != file.name:
        shutil.copyfile(file, kept)
    return kept


def _name_in(model: WantedModel) -> str:
    address = "" if model.source is None else urlsplit(model.source.url).path
    name = PurePosixPath(address).name
    return name if re.fullmatch(r"[\w.-]+", name) and not name.startswith(".") else model.name
