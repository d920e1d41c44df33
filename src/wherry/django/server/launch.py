"""From ``wherry serve``'s command line to a fresh interpreter that serves."""

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Never

from wherry.django.server.options import ServeOptions
from wherry.errors import RuntimeMissing
from wherry.platforms.memory import ARENAS

# Read by the C library and by OpenBLAS when they start, which is why they are set here. Threads
# would otherwise keep what they free, and numpy have a pool of threads with a buffer each, though
# it only moves arrays about here. Whoever set one decided.
ENVIRONMENT = {"MALLOC_ARENA_MAX": str(ARENAS), "OPENBLAS_NUM_THREADS": "1"}


def launch(options: ServeOptions, environ: Mapping[str, str] = os.environ) -> Never:
    """Replace this process by the supervisor.

    What has been imported so far, an argument parser for one, would stay in the memory of every
    worker.

    Raises:
        RuntimeMissing: granian is not installed.
    """
    if find_spec("granian") is None:
        raise RuntimeMissing(
            "wherry serve needs granian, which is not installed: pip install 'wherry[serve]'."
        )
    words = [sys.executable, "-m", "wherry.django.server", *options.words()]
    os.execve(sys.executable, words, {**ENVIRONMENT, **environ})  # noqa: S606
