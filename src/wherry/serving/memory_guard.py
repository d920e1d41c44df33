"""Near the memory quota: let go of what is kept for later, then refuse new work, and say so.

A platform that finds a process over its quota slows it down or kills it, with every request that
it holds; who refuses some requests in time answers the others.
"""

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from wherry.platforms.heroku import MIB
from wherry.platforms.usage import Usage
from wherry.runtimes.pages import release_heap
from wherry.serving.repository import Repository
from wherry.serving.state import State

logger = logging.getLogger("wherry")

# Of the quota: from here on what is kept for later goes back,
TRIM_RATIO: Final = 0.90
# from here on new work is refused,
REFUSE_RATIO: Final = 0.95
# and this far below it is taken again, so that nothing flickers.
RESUME_BELOW_RATIO: Final = 0.02
# Trimming holds the allocator's locks for milliseconds.
TRIM_EVERY_S: Final = 10.0
# How often to look: a request may take what a large input needs within a fraction of a second.
CALM_LOOK_S: Final = 1.0
NEAR_LOOK_S: Final = 0.25
NEAR_RATIO: Final = 0.75


@dataclass(slots=True)
class MemoryGuard:
    """Watches the memory of a server's processes for the models of this one.

    ``usage`` returns None where no quota is known; then nothing is ever refused.
    """

    repository: Repository
    usage: Callable[[], Usage | None]
    release: Callable[[], None] = release_heap
    refusing: bool = False
    _base_ratio: float | None = None
    _trimmed_at: float | None = None
    _said_near: bool = False
    _refused: set[int] = field(default_factory=set)

    def look(self, now: float) -> float:
        """Look at the memory and act; return after how many seconds to look again.

        ``now`` is on the clock of ``time.monotonic``.
        """
        usage = self.usage()
        if usage is None:
            return CALM_LOOK_S
        self._learn(usage)
        if usage.ratio >= TRIM_RATIO and self._may_trim(now):
            usage = self._trim(usage, now)
        if not self.refusing and usage.ratio >= self.refuse_ratio:
            self._begin(usage)
        elif self.refusing and usage.ratio < self.refuse_ratio - RESUME_BELOW_RATIO:
            self._end(usage)
        self._tell_models(usage)
        if usage.ratio < TRIM_RATIO - RESUME_BELOW_RATIO:
            self._said_near = False
        return NEAR_LOOK_S if usage.ratio >= NEAR_RATIO else CALM_LOOK_S

    @property
    def refuse_ratio(self) -> float:
        """The part of the quota from which on new work is refused.

        Where the models alone take nearly all of it, work is refused half way between that and
        the quota: to refuse everything for ever would help nobody.
        """
        return max(REFUSE_RATIO, ((self._base_ratio or 0.0) + 1.0) / 2)

    def _learn(self, usage: Usage) -> None:
        """Remember what is in use when the models are loaded and little has been asked of them."""
        if self._base_ratio is not None or not self.repository.models:
            return
        if all(model.state in (State.READY, State.FAILED) for model in self.repository.every_model):
            self._base_ratio = min(usage.ratio, 1.0)

    def _may_trim(self, now: float) -> bool:
        return self._trimmed_at is None or now - self._trimmed_at >= TRIM_EVERY_S

    def _trim(self, usage: Usage, now: float) -> Usage:
        self._trimmed_at = now
        gc.collect()
        # The runtimes' own caches are their models' business; what they freed is the heap's.
        self.release()
        after = self.usage() or usage
        if not self._said_near:
            self._said_near = True
            given_back = max(0, usage.used_bytes - after.used_bytes) / MIB
            logger.warning(
                "Memory runs out: %s. Caches were let go (%.0f MiB came back).",
                _said(usage),
                given_back,
            )
        return after

    def _begin(self, usage: Usage) -> None:
        self.refusing = True
        logger.error(
            "New predictions are refused until memory is free again: %s, and the platform ends a "
            "process that takes more. Serve a smaller model (`wherry shrink`), allow smaller "
            "batches (MAX_BATCH_SIZE), or choose a larger machine.",
            _said(usage),
        )

    def _end(self, usage: Usage) -> None:
        self.refusing = False
        logger.warning("Predictions are answered again: %s.", _said(usage))

    def _tell_models(self, usage: Usage) -> None:
        refusal = None
        if self.refusing:
            refusal = (
                f"The server is close to its memory limit ({_said(usage)}) and takes no new work "
                "until some of it is free. Ask again in a moment."
            )
        for model in self.repository.every_model:
            model.refusal = refusal


def _said(usage: Usage) -> str:
    used, quota = usage.used_bytes / MIB, usage.quota_bytes / MIB
    return f"{used:.0f} of {quota:.0f} MiB are in use, {usage.ratio:.0%}"
