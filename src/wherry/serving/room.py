"""The places in which requests wait: each holds a thread of the server."""

import threading
from typing import Final

# A model that is asked little finds so much of its even share free, however much others are asked.
KEPT_SHARE: Final = 0.5


class WaitingRoom:
    """The places in which requests for any model of this process may wait.

    Each waiting request holds a thread of the server; the bound keeps threads free for the rest
    of the site: pages, health checks, refusals. Of the places, some are kept for each model, so
    that one that is asked too much does not take them all.
    """

    def __init__(self, places: int) -> None:
        self.places = places
        self._taken: dict[str, int] = {}
        self._free = places
        self._lock = threading.Lock()

    def register(self, model: str) -> None:
        """Keep places for this model from now on."""
        with self._lock:
            self._taken.setdefault(model, 0)

    def forget(self, model: str) -> None:
        """Keep no places for a model that is not served any more."""
        with self._lock:
            if not self._taken.get(model):
                self._taken.pop(model, None)

    def enter(self, model: str) -> bool:
        """Take a place, or return False when there is none for this model."""
        with self._lock:
            taken = self._taken.setdefault(model, 0)
            if self._free <= self._kept_for_others(model):
                return False
            self._taken[model] = taken + 1
            self._free -= 1
            return True

    def leave(self, model: str) -> None:
        """Give a place back."""
        with self._lock:
            self._taken[model] -= 1
            self._free += 1

    def _kept_for_others(self, model: str) -> int:
        """Return how many of the free places other models may still have a right to."""
        kept = int(self.places * KEPT_SHARE / len(self._taken))
        return sum(max(0, kept - taken) for other, taken in self._taken.items() if other != model)
