"""Look into a source archive without unpacking it: names, and a few small files as text."""

import io
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_LARGEST_FILE_BYTES: Final = 400_000
_MOST_MEMBERS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds.

    Attributes:
        names: The paths of its files, below the folder that all of them lie in.
        texts: The contents of the files that were asked for, by the same paths.
    """

    names: tuple[str, ...]
    texts: dict[str, str]


def look_into(body: bytes, filename: str, wanted: Iterable[str]) -> Archive | None:
    """Return what is in an archive; None where it cannot be read.

    Args:
        wanted: The ends of the paths whose text is returned: ``setup.py``.
    """
    endings = tuple(wanted)
    try:
        if filename.endswith(".zip"):
            return _zip(body, endings)
        return _tar(body, endings)
    # The archive was made by others: whatever is wrong with it, it just cannot be read.
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError):
        return None
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "_lzma"):
            return None
        raise


def _tar(body: bytes, endings: tuple[str, ...]) -> Archive:
    names = []
    texts = {}
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:*") as archive:
        for number, member in enumerate(archive):
            if number > _MOST_MEMBERS:
                break
            if not member.isfile():
                continue
            name = _below(member.name)
            names.append(name)
            if _is_wanted(name, endings) and member.size <= _LARGEST_FILE_BYTES:
                file = archive.extractfile(member)
                if file is not None:
                    texts[name] = file.read().decode("utf-8", "replace")
    return Archive(tuple(names), texts)


def _zip(body: bytes, endings: tuple[str, ...]) -> Archive:
    names = []
    texts = {}
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for member in archive.infolist()[:_MOST_MEMBERS]:
            if member.is_dir():
                continue
            name = _below(member.filename)
            names.append(name)
            if _is_wanted(name, endings) and member.file_size <= _LARGEST_FILE_BYTES:
                texts[name] = archive.read(member).decode("utf-8", "replace")
    return Archive(tuple(names), texts)


def _below(name: str) -> str:
    return name.removeprefix("./").partition("/")[2]


def _is_wanted(name: str, endings: tuple[str, ...]) -> bool:
    return any(name == ending or name.endswith(f"/{ending}") for ending in endings)
