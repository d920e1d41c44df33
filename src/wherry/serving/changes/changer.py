"""Do one order in this process: load, put in place, let go; or leave everything as it was."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from wherry.bundle.folder import Bundle
from wherry.errors import ChangeFailed, DoesNotFit, RuntimeMissing, WherryError
from wherry.platforms.usage import Usage
from wherry.runtimes.pages import release_heap
from wherry.runtimes.presence import missing
from wherry.serving import quiet
from wherry.serving.changes.order import Order, Verb
from wherry.serving.changes.settling import options_for
from wherry.serving.fitting import Fit, Way, expect, fit
from wherry.serving.loading import open_named
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.progress import size_of
from wherry.serving.repository import Repository
from wherry.serving.shelf import Shelf, version_of
from wherry.serving.state import State

logger = logging.getLogger("wherry")

# Beyond the longest that a request of the old model may take: it ends by its own deadline.
DRAIN_SPARE_S: Final = 5.0
# Of a smaller model most of what it takes has nothing to do with its size.
TELLING_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence, and what was measured of it."""

    sentence: str
    details: dict[str, Any] = field(default_factory=dict)


class Changer:
    """Changes the models of one repository, one order after another."""

    def __init__(self, repository: Repository, usage: Callable[[], Usage | None]) -> None:
        self._repository = repository
        self._usage = usage
        # The most anonymous memory for each byte on disk that loading took, by runtime.
        self._ratios: dict[str, float] = {}
        self._one_at_a_time = threading.Lock()

    def do(self, order: Order) -> Done:
        """Do what is ordered; when it raises, what was served before is served still.

        Raises:
            WherryError: with why not.
        """
        # What a trial holds would count where it is decided whether both models fit.
        with self._one_at_a_time, quiet.disturbed():
            match order.verb:
                case Verb.ADD:
                    return self._add(order)
                case Verb.SWAP:
                    return self._swap(order)
                case Verb.PROMOTE:
                    return self._promote(order)
                case Verb.LABEL:
                    return self._label(order)
                case Verb.RETIRE:
                    return self._retire(order)

    def _add(self, order: Order) -> Done:
        shelf = self._repository.shelves.get(order.model)
        options = options_for(order, shelf)
        bundle = _check(options)
        if shelf is not None and any(version_of(each) == bundle.version for each in shelf.models):
            raise ChangeFailed(
                f"The model {order.model!r} has a version {bundle.version!r} already. Swap it, or "
                "name another with --as-version."
            )
        decided = self._fit(bundle, None)
        if decided.way is not Way.BESIDE:
            raise DoesNotFit(f"The model {order.model!r} is not added. {decided.sentence}")
        model = self._repository.make(order.model, options)
        _load(model)
        self._remember(model, bundle)
        fresh = Shelf(model) if shelf is None else shelf.with_other(model)
        if order.label is not None:
            fresh = fresh.labelling(order.label, bundle.version)
        self._repository.put(order.model, fresh)
        return Done(f"{order.model!r} has version {bundle.version!r} now.", _measured(model))

    def _swap(self, order: Order) -> Done:
        shelf = self._shelf(order.model)
        options = options_for(order, shelf)
        bundle = _check(options)
        old = shelf.default
        decided = self._fit(bundle, old)
        if decided.way is Way.REFUSED:
            raise DoesNotFit(f"The model {order.model!r} stays as it is. {decided.sentence}")
        started = time.monotonic()
        new = self._repository.make(order.model, options)
        if decided.way is Way.BESIDE:
            self._swap_beside(shelf, old, new)
        else:
            logger.warning("%s", decided.sentence)
            self._swap_staged(shelf, old, new)
        self._remember(new, bundle)
        details = {**_measured(new), "way": decided.way, "seconds": time.monotonic() - started}
        return Done(f"{order.model!r} is version {bundle.version!r} now.", details)

    def _swap_beside(self, shelf: Shelf, old: ServedModel, new: ServedModel) -> None:
        _load(new)
        self._repository.put(new.name, shelf.replacing_default(new))
        replaced = [old, *_gone(shelf, self._repository.shelves[new.name])]
        for model in replaced:
            _let_go(model, new)

    def _swap_staged(self, shelf: Shelf, old: ServedModel, new: ServedModel) -> None:
        """Free the old one first; should the new one fail, load the old one again."""

        def make_room() -> None:
            self._repository.put(new.name, shelf.replacing_default(new))
            if not old.retire(new, timeout_s=_drain_s(old)):
                self._repository.put(new.name, shelf)
                old.resume()
                raise ChangeFailed(
                    f"The model {old.name!r} stays as it is: requests still ran on it after "
                    f"{_drain_s(old):g} s, and both do not fit at once."
                )
            release_heap()

        try:
            new.load_after(make_room)
        except ChangeFailed:
            new.retire(old, timeout_s=0)
            raise
        except WherryError as error:
            again = self._repository.make(old.name, old.options)
            again.awaited = True
            self._repository.put(new.name, shelf.replacing_default(again))
            new.retire(again, timeout_s=0)
            old.successor = again
            again.load()
            raise ChangeFailed(f"{error} The version before it was loaded again.") from error

    def _promote(self, order: Order) -> Done:
        shelf = self._shelf(order.model)
        model = shelf.find(order.version or "")
        if model.state is not State.READY:
            raise ChangeFailed(
                f"Version {order.version!r} of {order.model!r} is {model.state}. {model.reason}"
            )
        self._repository.put(order.model, shelf.promoting(model))
        return Done(f"{order.model!r} is answered by version {order.version!r} now.")

    def _label(self, order: Order) -> Done:
        shelf = self._shelf(order.model)
        shelf.find(order.version or "")
        self._repository.put(order.model, shelf.labelling(order.label or "", order.version or ""))
        return Done(f"{order.label!r} of {order.model!r} is version {order.version!r} now.")

    def _retire(self, order: Order) -> Done:
        shelf = self._shelf(order.model)
        if order.version is None:
            self._repository.put(order.model, None)
            for model in shelf.models:
                _let_go(model, None)
            return Done(f"{order.model!r} is not served any more.")
        model = shelf.find(order.version)
        if model is shelf.default:
            raise ChangeFailed(
                f"Version {order.version!r} is what {order.model!r} answers with. Swap it, promote "
                "another version first, or retire the model without naming a version."
            )
        self._repository.put(order.model, shelf.without(model))
        _let_go(model, None)
        return Done(f"{order.model!r} has no version {order.version!r} any more.")

    def _shelf(self, name: str) -> Shelf:
        self._repository.get(name)
        return self._repository.shelves[name]

    def _fit(self, bundle: Bundle, old: ServedModel | None) -> Fit:
        held_bytes = (old.anonymous_bytes or 0) if old is not None else 0
        if old is not None and old.state is State.READY:
            self._remember(old, old.bundle)
        need = expect(
            size_of(bundle.model),
            known_ratio=self._ratios.get(bundle.runtime),
            held_bytes=held_bytes,
            runtime=bundle.runtime,
        )
        return fit(need, self._usage())

    def _remember(self, model: ServedModel, bundle: Bundle) -> None:
        try:
            size_bytes = size_of(bundle.model)
        except OSError:
            return  # Deleted since; what is known of others remains.
        if model.peak_bytes and size_bytes >= TELLING_BYTES:
            ratio = model.peak_bytes / size_bytes
            self._ratios[bundle.runtime] = max(ratio, self._ratios.get(bundle.runtime, 0.0))


def _check(options: ModelOptions) -> Bundle:
    """Return the bundle that is to be loaded, after it was checked as far as files can be."""
    bundle = open_named(options, hashes=True)
    lacking = missing(bundle.runtime)
    if lacking is not None:
        raise RuntimeMissing(lacking)
    return bundle


def _load(model: ServedModel) -> None:
    try:
        model.load()
    except WherryError:
        model.close()
        release_heap()
        raise


def _drain_s(model: ServedModel) -> float:
    return model.options.timeout_s + DRAIN_SPARE_S


def _let_go(model: ServedModel, successor: ServedModel | None) -> None:
    """Free a model that nobody new is sent to, when the last of its requests is answered."""
    if model.retire(successor, timeout_s=_drain_s(model)):
        release_heap()
        return
    logger.warning(
        "Requests still run on the version of %r that was replaced; its memory is kept until "
        "they are done.",
        model.name,
    )

    def wait() -> None:
        while not model.retire(successor, timeout_s=_drain_s(model)):
            pass
        release_heap()

    threading.Thread(target=wait, name="wherry-drain", daemon=True).start()


def _gone(before: Shelf, after: Shelf) -> list[ServedModel]:
    kept = set(map(id, after.models))
    return [model for model in before.others if id(model) not in kept]


def _measured(model: ServedModel) -> dict[str, Any]:
    return {
        "load_s": model.load_s,
        "warmup_s": model.warmup_s,
        "anonymous_bytes": model.anonymous_bytes,
        "peak_bytes": model.peak_bytes,
    }
