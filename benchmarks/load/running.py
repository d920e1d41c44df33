"""What the benchmarks beside the overload share: something done meanwhile, and how they end."""

import argparse
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.load import page
from benchmarks.serving.machine import commit, machine


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
    measure: Callable[[Path, argparse.Namespace], dict[str, Any]], parser: argparse.ArgumentParser
) -> int:
    """Measure in a folder of its own and print JSON; return the exit code."""
    parser.add_argument("--keep", action="store_true", help="write the result into the docs")
    options = parser.parse_args()
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(),
    }
    with TemporaryDirectory(prefix="wherry-bench-") as folder:
        found = measure(Path(folder), options)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    if options.keep:
        words = [parser.prog, *(word for word in sys.argv[1:] if word != "--keep")]
        page.keep_apart(" ".join(words), {**about, **found})
    return 0 if found["passed"] else 1
