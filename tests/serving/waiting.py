"""To wait for what another thread does."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object]) -> None:
    """Return once it holds; fail after a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)
