"""Where a log comes from: a file or a pipe, opened and read with its pauses."""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from wherry.errors import WherryError
from wherry.explain.reading import BLOCK_BYTES

PAUSE_S: Final = 0.5
"""How long an open pipe is silent before what was said so far is told."""

_COMPRESSED: Final = {
    b"\x1f\x8b": "gunzip -c",
    b"BZh": "bunzip2 -c",
    b"\xfd7zXZ\0": "xz -dc",
    b"\x28\xb5\x2f\xfd": "zstd -dc",
    b"PK\x03\x04": "unzip -p",
}
_CONTROLS: Final = bytes(
    code for code in range(32) if code not in b"\t\n\r\x0b\x0c\x1b\x07\x08"
) + bytes((127,))
_MOST_CONTROLS: Final = 0.05


class Unreadable(WherryError):
    """There is nothing here that can be read as a log."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a log.

    Raises:
        Unreadable: there is no such file, or it cannot be opened.
    """
    if path.is_dir():
        raise Unreadable(f"{path} is a folder; a log is a file, or comes through a pipe.")
    try:
        stream = path.open("rb", buffering=0)
    except OSError as problem:
        reason = problem.strerror or "it cannot be opened"
        raise Unreadable(f"{path}: {reason}.") from problem
    with stream:
        yield stream


def chunks(stream: BinaryIO, pause_s: float | None = None) -> Iterator[bytes]:
    """Yield what is there, as it comes; b"" whenever nothing came for ``pause_s``.

    Raises:
        Unreadable: it is no text, or reading it failed.
    """
    first = True
    while True:
        if pause_s is not None and not _ready(stream, pause_s):
            yield b""
            _wait(stream)
        try:
            chunk = os.read(stream.fileno(), BLOCK_BYTES)
        except OSError as problem:
            raise Unreadable(f"The log cannot be read: {problem.strerror}.") from problem
        if not chunk:
            return
        if first:
            _is_text(chunk)
            first = False
        yield chunk


def _ready(stream: BinaryIO, pause_s: float) -> bool:
    return bool(select.select([stream], [], [], pause_s)[0])


def _wait(stream: BinaryIO) -> None:
    select.select([stream], [], [])


def _is_text(chunk: bytes) -> None:
    for magic, command in _COMPRESSED.items():
        if chunk.startswith(magic):
            raise Unreadable(f"This is compressed: `{command} FILE | wherry explain` reads it.")
    sample = chunk[:8192]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    # UTF-16 without a mark is half zeros, all of them in every second place.
    halves = (sample[::2].count(0), sample[1::2].count(0))
    wide = max(halves) > len(sample) * 0.3 and min(halves) < len(sample) * 0.05
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if not wide and controls > len(sample) * _MOST_CONTROLS:
        raise Unreadable("This is no text: a log has lines that can be read.")
