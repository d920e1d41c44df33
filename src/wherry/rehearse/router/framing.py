"""Where a message's body ends, to the byte.

The router must know it of every message, since the next one begins there; a parser that goes on
by itself does not tell.
"""

import re
from typing import Final, Protocol

_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n\0]*)?\r\n")
_MOST_LINE: Final = 8192  # of a chunk's size with its extensions, and of a trailer
_MOST_TRAILERS: Final = 100


class BadChunk(ValueError):
    """A chunked body is not what the standard says."""


class Body(Protocol):
    """What is still to come of a message's body."""

    done: bool

    def take(self, data: bytes) -> tuple[int, bytes]:
        """Return how many of these bytes belong to the body, and what they carry.

        Raises:
            BadChunk: they are not what the standard says.
        """


class Length:
    """A body whose length was told; of none, it is done at once."""

    __slots__ = ("_left", "done")

    def __init__(self, length: int) -> None:
        self._left = length
        self.done = length == 0

    def take(self, data: bytes) -> tuple[int, bytes]:
        """Take what is left of the length."""
        count = min(len(data), self._left)
        self._left -= count
        self.done = self._left == 0
        return count, data if count == len(data) else data[:count]


class UntilClose:
    """A body that ends with the connection."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = False

    def take(self, data: bytes) -> tuple[int, bytes]:
        """Take everything."""
        return len(data), data


class Chunked:
    """A body in chunks, each behind its length; the last is empty, and trailers may follow it."""

    __slots__ = ("_kept", "_left", "_trailers", "done")

    def __init__(self) -> None:
        self.done = False
        self._left = 0  # of the chunk that is being taken, with the line end behind it
        self._kept = b""  # the beginning of a line whose end is still to come
        self._trailers = -1  # how many there were; -1 before the last chunk

    def take(self, data: bytes) -> tuple[int, bytes]:
        """Take chunks, or parts of them, as far as they go."""
        position = 0
        payload = []
        while position < len(data) and not self.done:
            if self._left:
                count = min(len(data) - position, self._left)
                payload.append(self._content(data[position : position + count]))
                position += count
            else:
                position = self._take_line(data, position)
        return position, b"".join(payload)

    def _content(self, piece: bytes) -> bytes:
        """Return what belongs to the chunk; its line end is checked and left out."""
        ahead = self._left - 2
        self._left -= len(piece)
        end = piece[max(ahead, 0) :]
        if end and end != b"\r\n"[max(-ahead, 0) :][: len(end)]:
            raise BadChunk("a chunk is longer or shorter than its size says")
        return piece[: max(ahead, 0)]

    def _take_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position)
        if end < 0:
            self._kept += data[position:]
            if len(self._kept) > _MOST_LINE:
                raise BadChunk("a chunk's size has no end")
            return len(data)
        line = self._kept + data[position : end + 1]
        self._kept = b""
        if self._trailers >= 0:
            self._take_trailer(line)
        else:
            self._take_size(line)
        return end + 1

    def _take_size(self, line: bytes) -> None:
        found = _SIZE.fullmatch(line)
        if found is None:
            raise BadChunk("a chunk has no size")
        size = int(found[1], 16)
        if size:
            self._left = size + 2
        else:
            self._trailers = 0

    def _take_trailer(self, line: bytes) -> None:
        if line == b"\r\n":
            self.done = True
            return
        self._trailers += 1
        if self._trailers > _MOST_TRAILERS or not line.endswith(b"\r\n") or b":" not in line:
            raise BadChunk("what follows the last chunk is no header")


def chunk(data: bytes) -> bytes:
    """Return data as one chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK: Final = b"0\r\n\r\n"
