"""Read a wheel's METADATA out of it without downloading the whole: only the ends of the archive."""

import io
import zipfile
from collections.abc import Callable
from typing import Final

from wherry.dependencies.fetch import Answer, Unreachable, fetch_part

_TAIL_BYTES: Final = 65_536
_LARGEST_METADATA_BYTES: Final = 2_000_000

type FetchPart = Callable[[str, int, int | None], Answer | None]


class _Remote(io.RawIOBase):
    """A file at an address, read in parts: the tail is held, the rest is asked for."""

    def __init__(self, url: str, fetch: FetchPart) -> None:
        answer = fetch(url, -_TAIL_BYTES, None)
        if answer is None or answer.whole_bytes is None:
            raise Unreachable("there is no such file")
        self._url = url
        self._fetch = fetch
        self._tail = answer.body
        self._size = answer.whole_bytes
        self._position = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._size, self._position + size)
        start = self._position
        if start >= end:
            return b""
        tail_start = self._size - len(self._tail)
        if start >= tail_start:
            found = self._tail[start - tail_start : end - tail_start]
        else:
            answer = self._fetch(self._url, start, end)
            found = answer.body if answer is not None else b""
        self._position += len(found)
        return found


def metadata_in_wheel(url: str, fetch: FetchPart = fetch_part) -> str | None:
    """Return the text of a wheel's METADATA, or None where it cannot be had."""
    try:
        with zipfile.ZipFile(_Remote(url, fetch)) as archive:
            for member in archive.infolist():
                folder, _, name = member.filename.partition("/")
                if name == "METADATA" and folder.endswith(".dist-info"):
                    if member.file_size > _LARGEST_METADATA_BYTES:
                        return None
                    return archive.read(member).decode("utf-8", "replace")
    except (Unreachable, zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError):
        return None
    return None
