"""Keep from stderr what libraries print while they are opened, or load a model."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2
TENSORFLOW = (b"WARNING: All log messages before absl::InitializeLog()", b"I0000 ")
"""How the lines begin that TensorFlow 2.20 and later print from their initialisers, where
TF_CPP_MIN_LOG_LEVEL is not heeded."""
LITERT = (b"INFO: Created TensorFlow Lite XNNPACK delegate",)
"""What LiteRT prints for the first model."""


@contextmanager
def without_lines(beginnings: tuple[bytes, ...]) -> Iterator[None]:
    """Hold back the process's stderr, and pass on all but lines that begin so.

    Whatever else is written meanwhile arrives a moment later. For one thread at a time.
    """
    try:
        stderr = os.dup(_STDERR)
    except OSError:  # closed, as a daemon's may be
        yield
        return
    held = os.memfd_create("stderr")
    os.dup2(held, _STDERR)
    try:
        yield
    finally:
        os.dup2(stderr, _STDERR)
        os.close(stderr)
        os.lseek(held, 0, os.SEEK_SET)
        with os.fdopen(held, "rb") as lines:
            for line in lines:
                if not line.startswith(beginnings):
                    # One by one: a larger write could be torn apart by other threads' lines.
                    os.write(_STDERR, line)
