"""Keep from stderr what TensorFlow 2.20 and later print while they are opened."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2
_PREAMBLE = b"WARNING: All log messages before absl::InitializeLog()"
_INFORMATION = b"I0000 "


@contextmanager
def without_log_lines() -> Iterator[None]:
    """Hold back the process's stderr, and pass on all but TensorFlow's information.

    Those lines are printed by the library's initialisers, where TF_CPP_MIN_LOG_LEVEL is not
    heeded. Whatever else is written meanwhile arrives a moment later.
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
                if not line.startswith((_PREAMBLE, _INFORMATION)):
                    # One by one: a larger write could be torn apart by other threads' lines.
                    os.write(_STDERR, line)
