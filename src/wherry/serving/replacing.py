"""That one model takes another's place: nobody who asks for either notices."""

import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self

from wherry.errors import ModelNotReady, WherryError
from wherry.serving.options import ModelOptions
from wherry.serving.ready import Ready
from wherry.serving.room import WaitingRoom
from wherry.tensors import Array, Signature


class Replaceable(ABC):
    """The part of a ``ServedModel`` that is about its successor.

    Attributes:
        successor: The model that has taken this one's place; whoever still holds this one is
            answered by that.
        awaited: Whether callers wait for it while it is loaded, since it takes another's place.
    """

    name: str
    options: ModelOptions
    _ready: Ready | None
    _failure: WherryError | None
    _loading: threading.Lock
    _room: WaitingRoom

    def __init__(self) -> None:
        self.successor: Self | None = None
        self.awaited = False

    @abstractmethod
    def close(self) -> None:
        """Give the memory back."""

    @abstractmethod
    def _load_once(self) -> None: ...

    @abstractmethod
    def signature(self, name: str | None) -> Signature:
        """Return the named signature, or the default one."""

    @abstractmethod
    def run(
        self, signature: Signature, inputs: dict[str, Array], *, deadline: float | None = None
    ) -> dict[str, Array]:
        """Run validated inputs."""

    def retire(self, successor: Self | None, *, timeout_s: float) -> bool:
        """Send new callers to ``successor``, let those inside finish, then give the memory back.

        Returns whether all were done in time. If not the memory is kept, new callers still go to
        the successor, and this can be called again, or ``resume``.
        """
        self.successor = successor
        ready = self._ready
        if ready is not None and ready.pid == os.getpid() and not ready.gate.shut(timeout_s):
            return False
        self.close()
        return True

    def resume(self) -> None:
        """Take callers again after a ``retire`` that was not done in time."""
        self.successor = None
        if self._ready is not None:
            self._ready.gate.open()

    def load_after(self, make_room: Callable[[], None]) -> None:
        """Call ``make_room``, then load; whoever asks for this model meanwhile waits for it.

        Raises:
            WherryError: as of ``load``, or what ``make_room`` raises.
        """
        self.awaited = True
        with self._loading:
            make_room()
            self._load_once()
        if self._failure is not None:
            raise self._failure

    def _wait_for_loading(self, deadline: float | None) -> bool:
        """Wait for a model that is being loaded in place of another, if the site can spare us."""
        if not self.awaited or not self._room.enter(self.name):
            return False
        try:
            left_s = self.options.timeout_s if deadline is None else deadline - time.monotonic()
            return self._loading.acquire(timeout=max(0.0, left_s))
        finally:
            self._room.leave(self.name)

    def _newest(self) -> Self:
        """Return the successor's successor and so on, or this one if it has none."""
        newest = self
        while newest.successor is not None:
            newest = newest.successor
        if newest is not self:
            # Whoever keeps a model for a thousand swaps goes one step, not a thousand.
            self.successor = newest
        return newest

    def _run_elsewhere(
        self, signature: Signature, inputs: dict[str, Array], deadline: float
    ) -> dict[str, Array]:
        """Answer a request that came for this model when it had just been replaced."""
        successor = self._newest()
        if successor is self:
            raise ModelNotReady(f"The model {self.name!r} is closed.")
        if successor.signature(signature.name) != signature:
            raise ModelNotReady(
                f"The model {self.name!r} was replaced by one with another signature while this "
                "request was on its way. Ask again."
            )
        return successor.run(signature, inputs, deadline=deadline)
