"""Write folders into a slug's tar."""

import os
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from wherry.rehearse.build.compressing import Compressor, Owner
from wherry.rehearse.build.owners import Tally
from wherry.rehearse.build.paths_written import names_a_folder, renamed
from wherry.rehearse.build.slug import APP, Part

PREFIX: Final = "./app"


def scan(root: Path, below: str = "", skip: Callable[[str], bool] = lambda _: False) -> list[str]:
    """Return all paths below a folder of ``root``, relative to ``root``, folders included.

    Links are not followed. ``skip`` is asked of every path, and leaves out what is below it.
    """
    return list(_scan(root, below, skip))


def _scan(root: Path, below: str, skip: Callable[[str], bool]) -> Iterator[str]:
    waiting = [below]
    while waiting:
        folder = waiting.pop()
        with os.scandir(root / folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if skip(path):
                    continue
                yield path
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)


def pack(
    root: Path, paths: Iterable[str], output: IO[bytes], owner_of: Callable[[str], Owner]
) -> tuple[Part, ...]:
    """Write paths below ``root`` as a dyno shall see them; return what parts they make.

    No end of the archive is written, so that more can follow.
    """
    tally = Tally()
    with Compressor(output) as compressor:
        _pack(root, paths, compressor, owner_of, tally)
    return tally.parts(compressor.shares)


def _pack(
    root: Path,
    paths: Iterable[str],
    output: Compressor,
    owner_of: Callable[[str], Owner],
    tally: Tally,
) -> None:
    archive = tarfile.TarFile(fileobj=output, mode="w", format=tarfile.GNU_FORMAT)  # type: ignore[arg-type]
    for path in paths:
        place = root / path
        try:
            status = place.lstat()
        except FileNotFoundError:
            continue
        owner = owner_of(path)
        output.begin(owner)
        info = _info(path, place, status)
        if info is None:
            continue
        if not info.isreg():
            archive.addfile(info)
            continue
        if names_a_folder(path):
            data = renamed(place.read_bytes(), str(root), APP)
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
        else:
            with place.open("rb") as file:
                archive.addfile(info, file)
        tally.add(owner, info.size)


def write_end(output: IO[bytes]) -> None:
    """Write the end of the archive, after whose pieces nothing follows."""
    with Compressor(output) as compressor:
        compressor.write(bytes(2 * tarfile.BLOCKSIZE))


def _info(path: str, place: Path, status: os.stat_result) -> tarfile.TarInfo | None:
    info = tarfile.TarInfo(f"{PREFIX}/{path}")
    info.mode = stat.S_IMODE(status.st_mode) & 0o777
    info.mtime = int(status.st_mtime)
    if stat.S_ISDIR(status.st_mode):
        info.type = tarfile.DIRTYPE
        info.mode |= 0o700
    elif stat.S_ISLNK(status.st_mode):
        info.type = tarfile.SYMTYPE
        info.linkname = str(place.readlink()).replace(str(place)[: -len(path) - 1], APP)
    elif stat.S_ISREG(status.st_mode):
        info.size = status.st_size
    else:
        return None  # a socket or a pipe that a script left
    return info
