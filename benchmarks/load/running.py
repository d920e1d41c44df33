"""What the faults' benchmarks share: something done again and again meanwhile, and how they end."""

import argparse
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


@contextmanager
def meanwhile(do: Callable[[], None], every_s: float) -> Iterator[None]:
    """Call ``do`` again and again, ``every_s`` after each end, while the block runs."""
    stop = threading.Event()

    def repeat() -> None:
        while not stop.wait(every_s):
            do()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def reported(
    measure: Callable[[Path, argparse.Namespace], dict[str, Any]], options: argparse.Namespace
) -> int:
    """Measure in a folder of its own and print JSON; return the exit code."""
    with TemporaryDirectory(prefix="wherry-bench-") as folder:
        found = measure(Path(folder), options)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 0 if found["passed"] else 1
