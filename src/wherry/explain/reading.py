"""A log's bytes as blocks of whole lines, whatever wrote them: bounded, and never all at once."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

BLOCK_BYTES: Final = 256 * 1024
LINE_BYTES: Final = 64 * 1024
"""What is kept of a longer line; Heroku splits at 10,000 already."""

_COLOURS: Final = re.compile(
    rb"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b\n]{0,512}(?:\x07|\x1b\\)?|[@-Z\\-_])?"
)
# What is left of colours where a web page swallowed the escape itself.
_BARE_COLOURS: Final = re.compile(rb"\[(?:0|1|2|4|22|39|49|9[0-7]|3[0-7])(?:;\d{1,3}){0,4}m")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """Read what is there, as it comes: an open pipe gives what it has."""
    read = getattr(stream, "read1", stream.read)
    while chunk := read(BLOCK_BYTES):
        yield chunk


class Blocks:
    """Cuts chunks of bytes into blocks of whole lines, in UTF-8, without colours and NULs.

    ``began`` counts the bytes that came in.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._started = False
        self._skipping = False
        self.bytes_read = 0

    def feed(self, chunk: bytes) -> bytes:
        """Return the lines that are whole now, each with its end; b"" where none is."""
        self.bytes_read += len(chunk)
        if not self._started:
            chunk = self._rest + chunk
            self._rest = b""
            if len(chunk) < 4 and chunk:
                self._rest = chunk
                return b""
            self._started = True
            chunk = self._begin(chunk)
        if self._decoder is not None:
            chunk = self._decoder.decode(chunk).encode("utf-8", "replace")
        return self._cut(chunk)

    def finish(self) -> bytes:
        """Return the last line, where it has no end."""
        rest, self._rest = self._rest, b""
        if self._decoder is not None:
            rest += self._decoder.decode(b"", final=True).encode("utf-8", "replace")
        return b"" if self._skipping or not rest else _clean(rest)

    def _begin(self, chunk: bytes) -> bytes:
        for mark, encoding in _MARKS:
            if chunk.startswith(mark):
                self._decode(encoding)
                return chunk[len(mark) :]
        encoding = _wide(chunk)
        self._decode(encoding)
        return chunk

    def _decode(self, encoding: str) -> None:
        if encoding != "utf-8":
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def _cut(self, chunk: bytes) -> bytes:
        end = chunk.rfind(b"\n") + 1
        if self._skipping:
            first = chunk.find(b"\n")
            if first < 0:
                return b""
            self._skipping = False
            return self._cut(chunk[first + 1 :])
        if end == 0:
            self._rest += chunk
            if len(self._rest) <= LINE_BYTES:
                return b""
            # A line without an end: its beginning is enough.
            cut, self._rest, self._skipping = self._rest[:LINE_BYTES], b"", True
            return _clean(cut)
        block = self._rest + chunk[:end]
        self._rest = chunk[end:]
        return _clean(block)


def _clean(block: bytes) -> bytes:
    if b"\x1b" in block:
        block = _COLOURS.sub(b"", block)
    if b"[0m" in block or b"[39m" in block:
        block = _BARE_COLOURS.sub(b"", block)
    if b"\0" in block:
        block = block.replace(b"\0", b"")
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    return block


def _wide(chunk: bytes) -> str:
    """Return the encoding of bytes without a mark: UTF-16 shows in every second byte."""
    sample = chunk[:4096]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half * 0.6:
        return "utf-16-le"
    if half and sample[0::2].count(0) > half * 0.6:
        return "utf-16-be"
    return "utf-8"


def decoded(line: bytes) -> str:
    """Return a line as text: UTF-8, or the Windows and Unix encodings of before."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
