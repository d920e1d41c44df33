"""The trials of models that have just been loaded: one after another, in a quiet moment."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from wherry import runtimes
from wherry.errors import DeadlineExceeded, WherryError
from wherry.runtimes.pages import release_heap
from wherry.runtimes.protocol import LoadOptions
from wherry.serving import quiet, trial
from wherry.serving.fitting import Way, expect, fit
from wherry.serving.options import ModelOptions
from wherry.serving.progress import size_of
from wherry.serving.quota import find_quota
from wherry.serving.ready import Ready
from wherry.serving.specimens import Rows
from wherry.serving.timings import Timings
from wherry.serving.waiting import Waiter
from wherry.serving.warmup import made_up_inputs
from wherry.tensors import Array, Signature, validate_inputs

# A trial's run waits so long for its turn; on a server this busy there will be no quiet moment.
TURN_S: Final = 10.0
# LiteRT plans its memory and packs its weights anew for each size, and ONNX Runtime keeps what its
# largest batch needed: trials on what is served left 50 to 170 MB (MobileNetV2, Basic Pitch).
_REMEMBERING: Final = ("litert", "onnx")

type Run = Callable[[str, dict[str, Array]], dict[str, Array]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A loaded model to be tried; ``told`` is given each signature's name and verdict."""

    name: str
    ready: Ready
    options: ModelOptions
    cpus: int
    told: Callable[[str, trial.Verdict], None]


logger = logging.getLogger("wherry")
_announce: Callable[[str], None] = logger.info


def announce_to(say: Callable[[str], None]) -> None:
    """Have the verdicts of trials said so, which are logged as information otherwise."""
    global _announce
    _announce = say


def later(subject: Subject) -> None:
    """Try a model in a quiet moment, unless that would be of no use."""
    if subject.options.batching is False:
        return
    for signature in _signatures(subject):
        quiet.later(partial(_try, subject, signature))


def _signatures(subject: Subject) -> list[Signature]:
    """Return the signatures whose requests could be run together, if their runs take any time."""
    ready = subject.ready
    found = [signature for signature in ready.signatures.values() if signature.batched]
    if not any(signature.inputs for signature in found):
        return []
    least_s = ready.execution.costs[ready.default_signature].least_s(1)
    if least_s is not None and least_s < trial.HANDOVER_S and subject.options.batching is None:
        for signature in found:
            subject.told(signature.name, trial.too_fast(least_s))
        return []
    return [signature for signature in found if signature.inputs]


def _try(subject: Subject, signature: Signature) -> None:
    try:
        _apply(subject, signature, _verdict(subject, signature))
    except _Gone:
        return
    except quiet.Disturbed:
        raise
    except Exception:
        logger.exception("The trial of model %r failed.", subject.name)


def _verdict(subject: Subject, signature: Signature) -> trial.Verdict:
    try:
        return _judge(subject, signature)
    except (WherryError, ValueError) as error:
        return trial.Verdict(1, f"it could not be tried: {error}")
    except OSError as error:
        return trial.Verdict(1, f"its files could not be read for a trial: {error.strerror}")


def _judge(subject: Subject, signature: Signature) -> trial.Verdict:
    ready, anyway = subject.ready, subject.options.batching is True
    own = ready.bundle.runtime in _REMEMBERING
    if own and not _has_room(ready):
        if not anyway:
            return trial.Verdict(1, "there is no memory for a copy to try it on")
        own = False
    with _copy(ready) if own else _itself(ready) as run:
        rows, run_one = _rows(ready, signature), partial(run, signature.name)
        most = subject.options.max_batch_size
        times = Timings(run_one, rows)
        return trial.judge(times, run_one, rows, most_items=most, anyway=anyway)


def _has_room(ready: Ready) -> bool:
    bundle = ready.bundle
    need = expect(size_of(bundle.model), known_ratio=None, held_bytes=0, runtime=bundle.runtime)
    return fit(need, find_quota(None).enforced()).way is Way.BESIDE


@contextmanager
def _copy(ready: Ready) -> Iterator[Run]:
    """Give a model's trial a copy of its own to run, as long as the model itself is there."""
    bundle = ready.bundle
    with _still_there(ready):
        copy = runtimes.load(bundle.runtime, bundle.model, LoadOptions(threads=1))

    def run(signature: str, inputs: dict[str, Array]) -> dict[str, Array]:
        quiet.make_way()
        with _still_there(ready):
            return copy.run(signature, inputs)

    try:
        yield run
    finally:
        copy.close()
        release_heap()


@contextmanager
def _still_there(ready: Ready) -> Iterator[None]:
    """Keep a model from being closed meanwhile.

    Raises:
        _Gone: it has been closed or replaced already.
    """
    if not ready.gate.enter():
        raise _Gone
    try:
        yield
    finally:
        ready.gate.leave()


@contextmanager
def _itself(ready: Ready) -> Iterator[Run]:
    """Let a trial run what answers requests, in its turn."""
    try:
        yield partial(_run, ready)
    finally:
        # Runs of sizes that may not come again have touched heap, and code of the runtime's.
        with _still_there(ready):
            ready.loaded.trim()


def _apply(subject: Subject, signature: Signature, verdict: trial.Verdict) -> None:
    execution = subject.ready.execution
    costs = execution.costs[signature.name]
    for items, run_s in verdict.run_s.items():
        costs.learn(items, run_s)
    if verdict.size > 1:
        execution.batch(signature.name, verdict.size, lanes=subject.cpus)
    subject.told(signature.name, verdict)
    several = len(subject.ready.signatures) > 1
    which = f", signature {signature.name!r}" if several else ""
    _announce(f"{subject.name!r}{which}: {verdict.reason}.")


class _Gone(Exception):
    """The model has been closed or replaced, or is too busy to be tried."""


def _run(ready: Ready, signature: str, inputs: dict[str, Array]) -> dict[str, Array]:
    """Run a trial as if it were a request, in its turn."""
    quiet.make_way()
    admission = ready.execution.admission
    with _still_there(ready):
        if not admission.take_free_lane():
            try:
                admission.wait(Waiter(time.monotonic() + TURN_S, begun=True), None)
            except DeadlineExceeded:
                raise _Gone from None
        try:
            return ready.loaded.run(signature, inputs)
        finally:
            admission.leave()


def _rows(ready: Ready, signature: Signature) -> Rows:
    samples = [
        validate_inputs(signature, sample.inputs)
        for sample in ready.bundle.warmup
        if sample.signature == signature.name
    ]
    return Rows(samples, made_up_inputs(signature))
