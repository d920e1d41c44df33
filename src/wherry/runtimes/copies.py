"""Several copies of a model, each run by one caller at a time, as one model."""

import queue
from collections.abc import Mapping, Sequence

from wherry.runtimes.devices import device_of
from wherry.runtimes.protocol import LoadedModel
from wherry.tensors import Array, Signature


class Copies:
    """Runs each call on a copy that is free.

    Copies on one thread each answer more callers than one copy on several threads, which wait for
    one another within every run.
    """

    concurrent = True

    def __init__(self, copies: Sequence[LoadedModel]) -> None:
        self._copies = copies
        # The copy that ran last runs next: its weights are in the CPU's caches still.
        self._free: queue.LifoQueue[LoadedModel] = queue.LifoQueue()
        for copy in copies:
            self._free.put(copy)

    @property
    def device(self) -> str:
        """What the copies run on."""
        return device_of(self._copies[0])

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """Those of the model."""
        return self._copies[0].signatures

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run one signature when a copy is free; see ``LoadedModel.run``."""
        copy = self._free.get()
        try:
            return copy.run(signature, inputs)
        finally:
            self._free.put(copy)

    def __len__(self) -> int:
        return len(self._copies)

    def keep(self, count: int) -> None:
        """Close all but so many copies, each when it does not run any more."""
        surplus = [self._free.get() for _ in range(len(self) - count)]
        self._copies = [copy for copy in self._copies if copy not in surplus]
        for copy in surplus:
            copy.close()

    def trim(self) -> None:
        """Trim every copy."""
        for copy in self._copies:
            copy.trim()

    def close(self) -> None:
        """Close every copy."""
        for copy in self._copies:
            copy.close()
