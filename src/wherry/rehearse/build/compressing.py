"""A tar that is compressed as it is written: in pieces, on every CPU, and counted by part.

Each piece is a gzip member of its own. Every reader of gzip takes several one after the other, so
that finished pieces can be kept and put together with new ones; that costs less than half a
percent of the size.
"""

import os
import zlib
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Final, Self

# As gzip does without being told, which is what the platform's slugs look like.
_LEVEL: Final = 6
_GZIP: Final = 31
_PIECE_BYTES: Final = 4 << 20
_MOST_THREADS: Final = 8

type Owner = tuple[str, str, str]
"""A part of the slug: its kind, name and version."""


class Compressor:
    """A file to write to, which a tarfile takes for its output.

    Attributes:
        shares: The compressed bytes of each part, by what it was called in ``begin``.
    """

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1))
        self._waiting: deque[tuple[Future[bytes], Counter[Owner]]] = deque()
        self._piece = bytearray()
        self._parts: Counter[Owner] = Counter()
        self._part: Owner = ("", "", "")
        self._position = 0
        self.shares: Counter[Owner] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.flush()
        self._pool.shutdown(cancel_futures=True)

    def begin(self, part: Owner) -> None:
        """Count what is written from now on to this part."""
        self._part = part

    def tell(self) -> int:
        """Return how much was written, before it was compressed."""
        return self._position

    def write(self, data: bytes) -> int:
        """Take bytes to compress."""
        self._position += len(data)
        self._parts[self._part] += len(data)
        self._piece += data
        if len(self._piece) >= _PIECE_BYTES:
            self._cut()
        return len(data)

    def flush(self) -> None:
        """Write all that has been taken."""
        if self._piece:
            self._cut()
        while self._waiting:
            self._write_one()

    def _cut(self) -> None:
        piece, parts = bytes(self._piece), self._parts
        self._piece, self._parts = bytearray(), Counter()
        self._waiting.append((self._pool.submit(_compress, piece), parts))
        # No more than this is held in memory.
        while len(self._waiting) > 2 * _MOST_THREADS:
            self._write_one()

    def _write_one(self) -> None:
        future, parts = self._waiting.popleft()
        data = future.result()
        self._output.write(data)
        total = sum(parts.values())
        for part, count in parts.items():
            self.shares[part] += round(len(data) * count / total)


def _compress(piece: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(piece) + packer.flush()
