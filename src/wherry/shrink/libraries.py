"""TensorFlow's C libraries for the candidate that TensorFlow itself is."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wherry.errors import ConversionFailed, RuntimeMissing
from wherry.runtimes.tensorflow.installation import FOLDER_VARIABLE, find
from wherry.shrink.conversion.sources import converter_environment


@contextmanager
def tensorflow_libraries(say: Callable[[str], None]) -> Iterator[None]:
    """Let this process and its children find the libraries while the block runs.

    Those of the converting environment are taken where the user has none: they are in the wheel
    that it holds in any case.
    """
    try:
        find()
    except RuntimeMissing:
        pass
    else:
        yield
        return
    try:
        environment = converter_environment(say)
    except ConversionFailed:
        yield  # The candidate says what is missing.
        return
    (packages,) = environment.python.parent.parent.glob("lib/python*/site-packages")
    before = os.environ.get(FOLDER_VARIABLE)
    os.environ[FOLDER_VARIABLE] = str(packages / "tensorflow")
    try:
        yield
    finally:
        if before is None:
            del os.environ[FOLDER_VARIABLE]
        else:
            os.environ[FOLDER_VARIABLE] = before
