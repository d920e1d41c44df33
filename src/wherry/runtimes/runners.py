"""Threads that do nothing but run a model, one for each CPU."""

import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from wherry.errors import ExecutionFailed
from wherry.runtimes.devices import device_of
from wherry.runtimes.protocol import LoadedModel
from wherry.tensors import Array, Signature

# Who reads a request or writes an answer, or a page of the site, goes before who computes: that is
# soon done, and gives the next run its work (MobileNetV2, 2 CPUs: 1 to 9 % more requests/s than
# with none). Another program as busy as the runs leaves them a quarter of a CPU, so not more.
NICENESS: Final = 5


class _Call:
    """A run that somebody waits for."""

    __slots__ = ("_done", "error", "inputs", "outputs", "signature")

    def __init__(self, signature: str, inputs: Mapping[str, Array]) -> None:
        self.signature = signature
        self.inputs = inputs
        self.outputs: dict[str, Array] = {}
        self.error: Exception | None = None
        # A bare lock is the cheapest way to wait: all of it is C code.
        self._done = threading.Lock()
        self._done.acquire()

    def answer(self, model: LoadedModel) -> None:
        """Run it, and let go on who waits."""
        try:
            self.outputs = model.run(self.signature, self.inputs)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
            self.error = error
        finally:
            self._done.release()

    def wait(self) -> dict[str, Array]:
        """Return what came of it, when it is there."""
        self._done.acquire()
        if self.error is not None:
            raise self.error
        return self.outputs


class _Runner:
    """One thread and its model."""

    __slots__ = ("_next", "call", "model")

    def __init__(self, model: LoadedModel) -> None:
        self.model = model
        self.call: _Call | None = None
        self._next = threading.Lock()
        self._next.acquire()

    def give(self, call: _Call | None) -> None:
        """Go on with this one; None ends it."""
        self.call = call
        self._next.release()

    def wait(self) -> None:
        """Return when there is something to do."""
        self._next.acquire()


class Runners:
    """Runs each call on the next free of its threads, on that thread's model, in their order.

    Copies of a model on one thread each answer more callers than one copy on several threads, which
    wait for one another within every run. And a thread that only runs finds the next call at hand,
    while who has been answered writes its answer and reads a request in Python: where callers run
    the model themselves, a CPU waits for them, or more of them than there are CPUs take turns on
    it, each with a copy.
    """

    concurrent = True

    def __init__(self, models: Sequence[LoadedModel]) -> None:
        """Begin to run: copies of a model, or one that several may run at once, for each thread."""
        self._models = list({id(model): model for model in models}.values())
        self._lock = threading.Lock()
        self._waiting: deque[_Call] = deque()
        # The one that ran last runs next: its weights are in the CPU's caches still.
        self._idle: list[_Runner] = []
        self._closed = False
        self._threads: list[threading.Thread] = []
        for model in models:
            runner = _Runner(model)
            self._idle.append(runner)
            thread = threading.Thread(
                target=self._work, args=(runner,), name="wherry-run", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def __len__(self) -> int:
        return len(self._threads)

    @property
    def device(self) -> str:
        """What the models run on."""
        return device_of(self._models[0])

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """Those of the model."""
        return self._models[0].signatures

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run one signature when a thread is free; see ``LoadedModel.run``."""
        call = _Call(signature, inputs)
        with self._lock:
            if self._closed:
                raise ExecutionFailed("The model has been closed.")
            if self._idle:
                self._idle.pop().give(call)
            else:
                self._waiting.append(call)
        return call.wait()

    def _work(self, runner: _Runner) -> None:
        _give_way()
        runner.wait()
        while (call := runner.call) is not None:
            call.answer(runner.model)
            # What was asked and answered is not kept until the next call.
            del call
            with self._lock:
                busy = bool(self._waiting)
                runner.call = self._waiting.popleft() if busy else None
                if not busy:
                    if self._closed:
                        return
                    self._idle.append(runner)
            if not busy:
                runner.wait()

    def trim(self) -> None:
        """Trim every copy."""
        for model in self._models:
            model.trim()

    def close(self) -> None:
        """Close every copy, when what was asked before has been answered."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().give(None)
        for thread in self._threads:
            thread.join()
        for model in self._models:
            model.close()


def _give_way() -> None:
    """Let the process's other threads go first (Linux, where each thread has a niceness)."""
    if sys.platform.startswith("linux"):
        # What a sandbox does not allow is only a little slower without.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
