"""One served model: loaded once, warmed up, run by many callers."""

import asyncio
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from wherry.bundle.folder import Bundle
from wherry.errors import (
    BundleError,
    ConfigurationError,
    InvalidInput,
    LoadedBeforeFork,
    ModelNotReady,
    Overloaded,
    WherryError,
)
from wherry.platforms.limits import read_limits
from wherry.runtimes.devices import CPU, device_of
from wherry.runtimes.huge_pages import use_huge_pages
from wherry.runtimes.lanes import FAST_RUN_S
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.serving import measurements, quiet, trials
from wherry.serving.loading import in_memory, open_for_serving
from wherry.serving.measurements import Refusal
from wherry.serving.options import Hook, Hooks, ModelOptions
from wherry.serving.progress import Progress
from wherry.serving.ready import Ready, admit
from wherry.serving.replacing import Replaceable
from wherry.serving.room import WaitingRoom
from wherry.serving.sizing import run_threads
from wherry.serving.state import State
from wherry.serving.trial import Verdict
from wherry.serving.trials import Subject
from wherry.tensors import Array, Signature, validate_inputs

logger = logging.getLogger("wherry")

# Enough to tell a typical answer from a slow one; older answers say little about now.
LATENCIES_KEPT = 256
# Memory comes back when requests end, which takes seconds rather than minutes.
REFUSAL_RETRY_S = 2.0
# What is closed at once, with no other model to go to, waits so long for those inside.
CLOSE_WAIT_S = 5.0


class ServedModel(Replaceable):
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
        peak_bytes: The most that it had grown at any moment of that.
        progress: How far loading is.
        requests: Runs answered since then.
        batching: Whether requests are run together and why, by signature, once it was tried.
        refusal: Why no new work is taken although the model is ready; None when it is.

    That one model takes another's place is in ``Replaceable``.
    """

    # Set by the app of jobs; nothing here knows of a database.
    enqueuer: ClassVar[Callable[..., Any] | None] = None

    def __init__(self, name: str, options: ModelOptions) -> None:
        super().__init__()
        self.name = name
        self.options = options
        self.state = State.WAITING
        self.load_s: float | None = None
        self.warmup_s: float | None = None
        self.run_s: float | None = None
        self.anonymous_bytes: int | None = None
        self.peak_bytes: int | None = None
        self.progress = Progress()
        self.requests = 0
        self.batching: Mapping[str, str] = {}
        self.refusal: str | None = None
        self._latencies: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self._room = WaitingRoom(options.max_queued_requests)
        self._load_options = LoadOptions(threads=options.threads or run_threads(read_limits(), 1))
        self._ready: Ready | None = None
        self._failure: WherryError | None = None
        self._loading = threading.Lock()

    def configure(self, load_options: LoadOptions | None, room: WaitingRoom | None) -> None:
        """Set what the server decides for all of its models; before loading only."""
        if load_options is not None:
            threads = self.options.threads or load_options.threads
            self._load_options = replace(load_options, threads=threads)
        if room is not None:
            self._room = room

    @property
    def reason(self) -> str:
        """The state as a sentence for a person."""
        if self._failure is not None:
            return str(self._failure)
        return self.state.reason

    @property
    def version(self) -> str:
        """The bundle's version."""
        return self._require().bundle.version

    @property
    def device(self) -> str:
        """What it runs on once it is loaded: ``cpu``, or ``cuda`` with the card's name."""
        ready = self._ready
        return CPU if ready is None else device_of(ready.loaded)

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

    def _require(self) -> Ready:
        ready = self._ready
        if ready is None:
            if self.successor is not None:
                return self._newest()._require()
            self.ensure_loaded(wait=False)
            ready = self._ready
            if ready is None:
                raise ModelNotReady(f"The model {self.name!r} is closed.")
        return ready

    def ensure_loaded(self, *, wait: bool, deadline: float | None = None) -> None:
        """Load the model unless it is loaded.

        With ``wait=False`` a caller who finds another thread loading it does not wait for that,
        unless it takes another's place: then until ``deadline``.

        Raises:
            ModelNotReady: another thread is loading it, or it is closed.
            WherryError: loading failed, now or earlier; the same error each time.
        """
        if self._ready is not None:
            return
        if self.successor is not None:
            self._newest().ensure_loaded(wait=wait, deadline=deadline)
            return
        if not self._loading.acquire(blocking=wait) and not self._wait_for_loading(deadline):
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
            with quiet.disturbed():
                opened = open_for_serving(
                    self.options,
                    self._load_options,
                    warming=self._set_warming,
                    progress=self.progress,
                )
        except WherryError as error:
            self._fail(error)
            return
        except Exception as error:
            logger.exception("The model %r could not be loaded.", self.name)
            self._fail(BundleError(f"The model {self.name!r} could not be loaded: {error}"))
            return
        self.load_s, self.warmup_s, self.run_s = opened.load_s, opened.warmup_s, opened.run_s
        self.anonymous_bytes, self.peak_bytes = opened.anonymous_bytes, opened.peak_bytes
        self._ready = ready = admit(self.name, self.options, opened, hooks, self._room)
        self.state = State.READY
        counts = measurements.of(self.name, opened.bundle.version)
        counts.loaded(opened.load_s or 0.0, opened.warmup_s or 0.0)
        trials.later(
            Subject(self.name, ready, self.options, self._load_options.threads, self._judged)
        )
        if opened.run_s is not None and opened.run_s >= FAST_RUN_S:
            quiet.later(use_huge_pages)

    def _judged(self, signature: str, verdict: Verdict) -> None:
        self.batching = {**self.batching, signature: verdict.reason}

    def _set_warming(self) -> None:
        self.state = State.WARMING

    def _fail(self, error: WherryError) -> None:
        logger.error("The model %r cannot be served: %s", self.name, error)
        self._failure = error
        self.state = State.FAILED
        measurements.of(self.name, self.options.version or "").load_failed()

    def adopt(self, bundle: Bundle, loaded: LoadedModel) -> None:
        """Serve a model that is in memory already, in place of the one on disk."""
        opened = in_memory(bundle, loaded, lanes=self._load_options.threads)
        self._ready = admit(self.name, self.options, opened, Hooks.of(self.options), self._room)
        self.state = State.READY

    def close(self) -> None:
        """Give the memory back; later predictions are refused."""
        with self._loading:
            ready, self._ready = self._ready, None
            self.state = State.CLOSED
            # What somebody still runs would crash under them: it is kept instead.
            if ready is not None and ready.pid == os.getpid() and ready.gate.shut(CLOSE_WAIT_S):
                ready.gate.forget()
                ready.loaded.close()

    def _refuse(self, ready: Ready, refusal: str) -> Overloaded:
        measurements.of(self.name, ready.bundle.version).refused(Refusal.MEMORY)
        return Overloaded(refusal, retry_after_s=REFUSAL_RETRY_S)

    def check(self, deadline: float, signature: str | None = None) -> None:
        """Raise at once where a request has no chance, before anything is done for it.

        Raises:
            Overloaded: it could not be answered in time, too many wait already, or no new work
                is taken.
        """
        ready = self._require()
        if self.refusal is not None:
            raise self._refuse(ready, self.refusal)
        ready.execution.check(signature or ready.default_signature, deadline)

    def run(
        self,
        signature: Signature,
        inputs: dict[str, Array],
        *,
        deadline: float | None = None,
    ) -> dict[str, Array]:
        """Run validated inputs (see ``tensors.validate_inputs``) through one signature.

        ``deadline`` is on the clock of ``time.monotonic``; None gives it the model's own time.

        Raises:
            InputTooLarge: the answer to all of its items would be too large.
            Overloaded: too many requests wait already, or it could not be answered in time.
            DeadlineExceeded: its time was over before it could run.
            LoadedBeforeFork: the model was loaded in the parent of this process.
        """
        ready = self._require()
        if ready.pid != os.getpid():
            raise LoadedBeforeFork(
                f"The model {self.name!r} was loaded in process {ready.pid}, before this one was "
                "forked from it, and would hang here. Load models after the fork: drop gunicorn's "
                "--preload, or do not predict while a module is imported."
            )
        if self.refusal is not None:
            raise self._refuse(ready, self.refusal)
        started = time.monotonic()
        if deadline is None:
            deadline = started + self.options.timeout_s
        # Whoever was checked for a model that is gone, or goes, has to fit the one that came.
        if ready is not self._ready or not ready.gate.enter():
            return self._run_elsewhere(signature, inputs, deadline)
        try:
            outputs = ready.execution.run(signature, inputs, deadline)
        finally:
            ready.gate.leave()
        self._latencies.append(time.monotonic() - started)
        self.requests += 1
        return outputs

    def predict(
        self,
        inputs: Any,
        *,
        signature: str | None = None,
        timeout_s: float | None = None,
        deadline: float | None = None,
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
        if deadline is None and timeout_s is not None:
            deadline = time.monotonic() + timeout_s
        outputs = self.run(chosen, validate_inputs(chosen, inputs), deadline=deadline)
        return outputs if ready.postprocess is None else ready.postprocess(outputs)

    async def apredict(
        self, inputs: Any, *, signature: str | None = None, timeout_s: float | None = None
    ) -> Any:
        """Answer as ``predict`` does, without blocking the event loop."""
        return await asyncio.to_thread(
            self.predict, inputs, signature=signature, timeout_s=timeout_s
        )

    def enqueue(self, inputs: Any, *, signature: str | None = None) -> Any:
        """Let a worker predict later; return the job (see ``wherry.django.jobs``).

        Raises:
            ConfigurationError: the app of jobs is not installed.
            WherryError: the job is not taken.
        """
        if self.enqueuer is None:
            raise ConfigurationError(
                "Jobs need 'wherry.django.jobs' in INSTALLED_APPS, and a backend in TASKS that "
                "keeps tasks in a database: see docs/jobs.md."
            )
        return self.enqueuer(self, inputs, signature=signature)

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


def _preprocess(hook: Hook, inputs: Any) -> Any:
    try:
        return hook(inputs)
    except ValueError as error:
        raise InvalidInput(str(error) or "The input could not be read.") from error
