"""A file on an index, read in ranges: the list of files in a wheel without the wheel.

A wheel's list stands at its end, so that two or three small requests replace a download of
hundreds of megabytes. The address is the one that the installer got from its index.
"""

import io
import urllib.error
import urllib.request
import zipfile
from collections.abc import Buffer
from http.client import HTTPException
from typing import Final

from wherry.estimate.wheels.contents import Contents, contents, members_of

_TAIL_BYTES: Final = 96 * 1024
# TensorFlow's list, the longest that was met, is 2 MB; what claims more is not read.
_LONGEST_LIST_BYTES: Final = 32 * 1024 * 1024
_TIMEOUT_S: Final = 20.0


class Unreadable(Exception):
    """The list of files could not be had; the message says why."""


class RangeFile(io.RawIOBase):
    """A read-only file whose bytes are fetched when they are asked for.

    Args:
        url: Of a server that understands ranges.
        size_bytes: Of the whole file; None to ask the server.

    Raises:
        Unreadable: there is no such file, or no ranges are given of it.
    """

    def __init__(self, url: str, size_bytes: int | None = None) -> None:
        super().__init__()
        if not url.startswith(("https://", "http://")):
            raise Unreadable(f"{url.partition(':')[0]} addresses are not read in parts")
        self._url = url
        self._position = 0
        self._budget_bytes = _LONGEST_LIST_BYTES
        self._size, self._tail = self._fetch_tail(size_bytes)

    def seekable(self) -> bool:
        """Return True."""
        return True

    def readable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Set the position; nothing is fetched."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Buffer, /) -> int:
        """Fetch the bytes at the position."""
        view = memoryview(buffer).cast("B")
        stop = min(self._position + len(view), self._size)
        data = self._bytes(self._position, stop) if stop > self._position else b""
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _bytes(self, start: int, stop: int) -> bytes:
        begin = self._size - len(self._tail)
        if start >= begin:
            return self._tail[start - begin : stop - begin]
        if stop - start > self._budget_bytes:
            raise Unreadable("its list of files is too long")
        self._budget_bytes -= stop - start
        return self._fetch(f"bytes={start}-{stop - 1}")[0]

    def _fetch_tail(self, size_bytes: int | None) -> tuple[int, bytes]:
        data, total = self._fetch(f"bytes=-{_TAIL_BYTES}")
        if total is None or (size_bytes is not None and total != size_bytes):
            raise Unreadable("the server does not say how large the file is")
        return total, data

    def _fetch(self, wanted: str) -> tuple[bytes, int | None]:
        request = urllib.request.Request(  # noqa: S310 (http and https only, checked above)
            self._url, headers={"Range": wanted, "Accept-Encoding": "identity"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                if answer.status != 206:  # Partial Content; a whole wheel would be too much
                    raise Unreadable("the server gives no parts of files")
                data = answer.read(_LONGEST_LIST_BYTES)
                total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        except (OSError, HTTPException, ValueError) as error:
            raise Unreadable(_reason(error)) from None
        return data, int(total) if total.isdecimal() else None


def remote_contents(url: str, size_bytes: int | None = None) -> Contents:
    """Return what a wheel on an index unpacks to.

    Raises:
        Unreadable: its list of files could not be had.
    """
    try:
        with zipfile.ZipFile(io.BufferedReader(RangeFile(url, size_bytes), 1 << 20)) as archive:
            return contents(members_of(archive))
    except (zipfile.BadZipFile, EOFError, NotImplementedError):
        raise Unreadable("it is not a wheel") from None


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code}"
    if isinstance(error, urllib.error.URLError):
        return f"the server cannot be reached ({error.reason})"
    return f"the server cannot be reached ({error or type(error).__name__})"
