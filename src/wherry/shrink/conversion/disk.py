"""Sentences for a disk that is full or cannot be written to."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wherry.errors import ConversionFailed

_FULL = (errno.ENOSPC, errno.EDQUOT)
_ADVICE = "Make room there, or give another folder."


def full(folder: Path, advice: str = _ADVICE) -> ConversionFailed:
    """Return the error for a full disk."""
    return ConversionFailed(f"There is no space left on the disk of {folder}. {advice}")


@contextmanager
def writing(folder: Path, advice: str = _ADVICE) -> Iterator[None]:
    """Turn errors of the file system in what happens here into sentences about ``folder``.

    Raises:
        ConversionFailed: the disk is full, or a file cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise full(folder, advice) from None
        raise ConversionFailed(
            f"{folder} cannot be written to: {error.strerror}. {advice}"
        ) from None
