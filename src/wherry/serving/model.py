"""One served model: loaded once, warmed up, run by many callers."""

import asyncio
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wherry.bundle.folder import Bundle
from wherry.errors import (
    BundleError,
    InputTooLarge,
    InvalidInput,
    LoadedBeforeFork,
    ModelNotReady,
    WherryError,
)
from wherry.platforms.limits import read_limits
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.serving.admission import Admission, WaitingRoom
from wherry.serving.loading import Opened, in_memory, open_for_serving
from wherry.serving.options import Hook, Hooks, ModelOptions
from wherry.serving.sizing import run_threads
from wherry.tensors import Array, Signature, validate_inputs

logger = logging.getLogger("wherry")

# Enough to tell a typical answer from a slow one; older answers say little about now.
LATENCIES_KEPT = 256


class State(StrEnum):
    """Where a model is in its life."""

    WAITING = "waiting"
    LOADING = "loading"
    WARMING = "warming"
    READY = "ready"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class _Ready:
    """All that a request needs of a loaded model, replaced as a whole."""

    bundle: Bundle
    loaded: LoadedModel
    signatures: Mapping[str, Signature]
    default_signature: str
    admission: Admission
    preprocess: Hook | None
    postprocess: Hook | None
    pid: int


class ServedModel:
    """A model as the rest of the program sees it: ask it to predict, ask how it is.

    Nothing is loaded before ``load``, ``ensure_loaded`` or a first prediction.

    Attributes:
        name: The name it is served under.
        options: How it is served.
        state: Where it is in its life.
        load_s: Seconds from the start of loading until the weights were in memory.
        warmup_s: Seconds that the warm-up took.
        run_s: Seconds that one warm run took, measured at warm-up.
        anonymous_bytes: How much the process's anonymous memory grew while it was loaded.
        requests: Runs answered since then.
    """

    def __init__(self, name: str, options: ModelOptions) -> None:
        self.name = name
        self.options = options
        self.state = State.WAITING
        self.load_s: float | None = None
        self.warmup_s: float | None = None
        self.run_s: float | None = None
        self.anonymous_bytes: int | None = None
        self.requests = 0
        self._latencies: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self._room = WaitingRoom(options.max_queued_requests)
        self._load_options = LoadOptions(threads=options.threads or run_threads(read_limits(), 1))
        self._ready: _Ready | None = None
        self._failure: WherryError | None = None
        self._loading = threading.Lock()

    def configure(self, load_options: LoadOptions | None, room: WaitingRoom | None) -> None:
        """Set what the server decides for all of its models; before loading only."""
        if load_options is not None:
            self._load_options = LoadOptions(
                threads=self.options.threads or load_options.threads,
                weight_cache=load_options.weight_cache,
            )
        if room is not None:
            self._room = room

    @property
    def reason(self) -> str:
        """The state as a sentence for a person."""
        if self._failure is not None:
            return str(self._failure)
        return _REASONS[self.state]

    @property
    def version(self) -> str:
        """The bundle's version."""
        return self._require().bundle.version

    @property
    def bundle(self) -> Bundle:
        """The bundle that was loaded."""
        return self._require().bundle

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The model's signatures by name."""
        return self._require().signatures

    @property
    def default_signature(self) -> str:
        """The name of the signature that is meant when a caller names none."""
        return self._require().default_signature

    @property
    def labels(self) -> Mapping[str, tuple[str, ...]]:
        """The label of each index of an output's last axis, by output name."""
        return self._require().bundle.labels

    @property
    def latency(self) -> tuple[float, ...]:
        """Seconds that recent runs took, waiting included, oldest first."""
        return tuple(self._latencies)

    def _require(self) -> _Ready:
        ready = self._ready
        if ready is None:
            self.ensure_loaded(wait=False)
            ready = self._ready
            if ready is None:
                raise ModelNotReady(f"The model {self.name!r} is closed.")
        return ready

    def ensure_loaded(self, *, wait: bool) -> None:
        """Load the model unless it is loaded.

        With ``wait=False`` a caller who finds another thread loading it does not wait for that.

        Raises:
            ModelNotReady: another thread is loading it, or it is closed.
            WherryError: loading failed, now or earlier; the same error each time.
        """
        if self._ready is not None:
            return
        if not self._loading.acquire(blocking=wait):
            raise ModelNotReady(f"The model {self.name!r} is {self.state}. {self.reason}")
        try:
            self._load_once()
        finally:
            self._loading.release()
        if self._failure is not None:
            raise self._failure

    def load(self) -> None:
        """Load and warm up, waiting for another thread that does so already.

        Raises:
            WherryError: it cannot be loaded; remembered, and raised to every later caller.
        """
        self.ensure_loaded(wait=True)

    def _load_once(self) -> None:
        if self.state is not State.WAITING:
            return
        self.state = State.LOADING
        try:
            hooks = Hooks.of(self.options)
            opened = open_for_serving(self.options, self._load_options, warming=self._set_warming)
        except WherryError as error:
            self._fail(error)
            return
        except Exception as error:
            logger.exception("The model %r could not be loaded.", self.name)
            self._fail(BundleError(f"The model {self.name!r} could not be loaded: {error}"))
            return
        self.load_s, self.warmup_s, self.run_s = opened.load_s, opened.warmup_s, opened.run_s
        self.anonymous_bytes = opened.anonymous_bytes
        self._ready = self._admit(opened, hooks)
        self.state = State.READY

    def _set_warming(self) -> None:
        self.state = State.WARMING

    def _fail(self, error: WherryError) -> None:
        logger.error("The model %r cannot be served: %s", self.name, error)
        self._failure = error
        self.state = State.FAILED

    def _admit(self, opened: Opened, hooks: Hooks) -> _Ready:
        return _Ready(
            bundle=opened.bundle,
            loaded=opened.loaded,
            signatures=opened.signatures,
            default_signature=opened.default_signature,
            admission=Admission(
                self.name,
                lanes=opened.lanes,
                max_queued=self.options.max_queued_requests,
                room=self._room,
            ),
            preprocess=hooks.preprocess,
            postprocess=hooks.postprocess,
            pid=os.getpid(),
        )

    def adopt(self, bundle: Bundle, loaded: LoadedModel) -> None:
        """Serve a model that is in memory already, in place of the one on disk."""
        opened = in_memory(bundle, loaded, lanes=self._load_options.threads)
        self._ready = self._admit(opened, Hooks.of(self.options))
        self.state = State.READY

    def close(self) -> None:
        """Give the memory back; later predictions are refused."""
        with self._loading:
            ready, self._ready = self._ready, None
            self.state = State.CLOSED
            if ready is not None and ready.pid == os.getpid():
                ready.loaded.close()

    def run(
        self,
        signature: Signature,
        inputs: dict[str, Array],
        *,
        timeout_s: float | None = None,
    ) -> dict[str, Array]:
        """Run validated inputs (see ``tensors.validate_inputs``) through one signature.

        Raises:
            InputTooLarge: more items than ``max_batch_size`` on the batch axis.
            Overloaded: too many requests wait already.
            DeadlineExceeded: no place to run came free in time.
            LoadedBeforeFork: the model was loaded in the parent of this process.
        """
        ready = self._require()
        if ready.pid != os.getpid():
            raise LoadedBeforeFork(
                f"The model {self.name!r} was loaded in process {ready.pid}, before this one was "
                "forked from it, and would hang here. Load models after the fork: drop gunicorn's "
                "--preload, or do not predict while a module is imported."
            )
        if signature.batched and inputs:
            self._check_batch(inputs)
        started = time.monotonic()
        deadline = started + (self.options.timeout_s if timeout_s is None else timeout_s)
        ready.admission.enter(deadline, self.run_s)
        try:
            outputs = ready.loaded.run(signature.name, inputs)
        finally:
            ready.admission.leave()
        self._latencies.append(time.monotonic() - started)
        self.requests += 1
        return outputs

    def _check_batch(self, inputs: Mapping[str, Array]) -> None:
        # Validation has made sure that all inputs hold the same number of items, and one at least.
        size = next(iter(inputs.values())).shape[0]
        if size > self.options.max_batch_size:
            raise InputTooLarge(
                f"The batch has {size} items; the model {self.name!r} takes at most "
                f"{self.options.max_batch_size} at once. Send it in parts."
            )

    def predict(
        self, inputs: Any, *, signature: str | None = None, timeout_s: float | None = None
    ) -> Any:
        """Answer for inputs given as arrays or plain lists, loading the model if needed.

        ``inputs`` is a mapping from input name to values, or the values alone where the signature
        has one input; with a ``preprocess`` option it is whatever that takes. Returns the outputs
        by name as arrays of the signature's dtypes and shapes, or what ``postprocess`` makes of
        them.

        Raises:
            InvalidInput: names, datatypes or shapes do not fit, with what would.
            WherryError: as of ``ensure_loaded`` and ``run``.
        """
        self.ensure_loaded(wait=True)
        ready = self._require()
        chosen = self.signature(signature)
        if ready.preprocess is not None:
            inputs = _preprocess(ready.preprocess, inputs)
        outputs = self.run(chosen, validate_inputs(chosen, inputs), timeout_s=timeout_s)
        return outputs if ready.postprocess is None else ready.postprocess(outputs)

    async def apredict(
        self, inputs: Any, *, signature: str | None = None, timeout_s: float | None = None
    ) -> Any:
        """Answer as ``predict`` does, without blocking the event loop."""
        return await asyncio.to_thread(
            self.predict, inputs, signature=signature, timeout_s=timeout_s
        )

    def signature(self, name: str | None) -> Signature:
        """Return the named signature, or the default one.

        Raises:
            InvalidInput: there is none of that name, with those there are.
        """
        ready = self._require()
        try:
            return ready.signatures[name or ready.default_signature]
        except KeyError:
            raise InvalidInput(
                f"The model {self.name!r} has no signature {name!r}; it has "
                f"{', '.join(map(repr, sorted(ready.signatures)))}."
            ) from None


_REASONS = {
    State.WAITING: "It has not been asked for yet.",
    State.LOADING: "Its weights are being read into memory.",
    State.WARMING: "It is answering its warm-up samples.",
    State.READY: "It answers.",
    State.FAILED: "It could not be loaded.",
    State.CLOSED: "It was closed.",
}


def _preprocess(hook: Hook, inputs: Any) -> Any:
    try:
        return hook(inputs)
    except ValueError as error:
        raise InvalidInput(str(error) or "The input could not be read.") from error
