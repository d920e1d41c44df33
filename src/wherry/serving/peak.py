"""The most memory that a piece of work needs at any moment, which may be twice what it leaves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wherry.platforms.usage import anonymous_bytes

# A library copies weights at some GB/s: what lasts less than this is hardly larger than what is
# seen before or after it.
LOOK_S = 0.01


class Peak:
    """What the process's anonymous memory has grown by at most; other work counts as well."""

    def __init__(self) -> None:
        self._before_bytes = anonymous_bytes()
        self.grown_bytes = 0

    def look(self) -> None:
        """Look at it now."""
        self.grown_bytes = max(self.grown_bytes, anonymous_bytes() - self._before_bytes)


@contextmanager
def watch_peak() -> Iterator[Peak]:
    """Look at the process's memory every now and then while the block runs."""
    peak = Peak()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_S):
            peak.look()

    watcher = threading.Thread(target=watch, name="wherry-peak", daemon=True)
    watcher.start()
    try:
        yield peak
        peak.look()
    finally:
        done.set()
        watcher.join()
