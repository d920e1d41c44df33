"""The lines of log-runtime-metrics: memory and load of a dyno, as the platform's log tells them.

Source: https://devcenter.heroku.com/articles/log-runtime-metrics, and real logs.
"""

import os
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from wherry.platforms.hosts import MIB
from wherry.rehearse.dyno.voice import Voice
from wherry.rehearse.events import MemorySample
from wherry.rehearse.overlay import Limits

# How often they come where the platform has said no number.
_TOLD_S: Final = 20.0


@dataclass(slots=True)
class Metrics:
    """Writes the lines of one dyno.

    Attributes:
        pages: Tells how many pages came in and went out.
    """

    name: str
    limits: Limits
    pages: Callable[[], tuple[int, int]]
    _id: str = field(default_factory=lambda: f"heroku.{secrets.randbelow(10**9)}.{uuid.uuid4()}")
    _told_at: float = float("-inf")

    def tell(self, sample: MemorySample, voice: Voice) -> None:
        """Write them where they are due."""
        if sample.at - self._told_at < (self.limits.memory_sample_s or _TOLD_S):
            return
        self._told_at = sample.at
        voice.say(self._line(_load()))
        voice.say(self._line(self.memory(sample)))

    def memory(self, sample: MemorySample) -> dict[str, str]:
        """Return a sample as the platform shows it: what is above the quota is on its swap."""
        quota = self.limits.memory_bytes or 0
        over = max(0, sample.total_bytes - quota) if quota and self.limits.swap else 0
        swapped = min(sample.swap_bytes + over, sample.total_bytes)
        rss = max(0, sample.anonymous_bytes - over)
        # The kernel drops files from the cache before the rest has to make room.
        room = max(0, quota - sample.total_bytes) if quota else sample.cache_bytes
        cache = sample.shared_bytes + min(sample.cache_bytes, room)
        pages_in, pages_out = self.pages()
        return {
            "memory_total": _mib(rss + cache + swapped),
            "memory_rss": _mib(rss),
            "memory_cache": _mib(cache),
            "memory_swap": _mib(swapped),
            "memory_pgpgin": f"{pages_in}pages",
            "memory_pgpgout": f"{pages_out}pages",
            "memory_quota": _mib(quota),
        }

    def _line(self, values: dict[str, str]) -> str:
        samples = " ".join(f"sample#{name}={value}" for name, value in values.items())
        return f"source={self.name} dyno={self._id} {samples}"


def _load() -> dict[str, str]:
    # This machine's: what the platform tells is the dyno's own.
    return {
        f"load_avg_{minutes}m": f"{load:.2f}"
        for minutes, load in zip((1, 5, 15), os.getloadavg(), strict=True)
    }


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / MIB:.2f}MB"
