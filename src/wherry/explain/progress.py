"""How far a long log is read, on standard error."""

from collections.abc import Iterable, Iterator
from typing import Final, TextIO

_MEGABYTE: Final = 1_000_000
_LONG_BYTES: Final = 20 * _MEGABYTE
_STEP_BYTES: Final = 5 * _MEGABYTE
_LINES: Final = 10  # where there is no terminal: one for each tenth


def with_progress(chunks: Iterable[bytes], size_bytes: int, to: TextIO) -> Iterator[bytes]:
    """Yield the chunks, and say how far they are once the log proves long."""
    read = told = 0
    alive = to.isatty()
    step = _STEP_BYTES if alive else max(_LONG_BYTES, size_bytes // _LINES)
    for chunk in chunks:
        yield chunk
        read += len(chunk)
        if read >= _LONG_BYTES and read - told >= step:
            told = read
            _tell(read, size_bytes, to, alive=alive)
    if told and alive:
        to.write("\r\x1b[K")
        to.flush()


def _tell(read: int, size_bytes: int, to: TextIO, *, alive: bool) -> None:
    whole = f" of {size_bytes / _MEGABYTE:,.0f}" if size_bytes >= read else ""
    text = f"wherry: {read / _MEGABYTE:,.0f}{whole} MB read"
    to.write(f"\r{text}" if alive else f"{text}\n")
    to.flush()
