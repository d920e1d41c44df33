"""The thread of a process that does what is ordered, one order after another."""

import logging
import os
import threading
import time
from typing import IO, Final

from wherry.errors import ConfigurationError, WherryError
from wherry.serving.changes.changer import Changer
from wherry.serving.changes.ledger import Ledger, lives, try_lock
from wherry.serving.changes.order import Order, Outcome, Result, Verb
from wherry.serving.changes.settling import settle
from wherry.serving.changes.watching import FolderWatch
from wherry.serving.repository import Repository
from wherry.serving.shelf import Shelf, version_of

logger = logging.getLogger("wherry")

# A person waits for an order; to look costs a few microseconds.
LOOK_S: Final = 0.2
FOLDERS_LOOK_S: Final = 1.0
# How long one process may take before the next one begins all the same: longer than the largest
# model takes to load from a slow disk.
TURN_S: Final = 300.0


class Follower:
    """Follows the orders of a ledger, and the folders of models that are to be watched.

    Without a ledger the folders are watched for this process alone.
    """

    def __init__(self, ledger: Ledger | None, repository: Repository, changer: Changer) -> None:
        self._ledger = ledger
        self._watcher = _Watcher(ledger)
        self._repository = repository
        self._changer = changer
        self._followed = 0
        self._failed_here: set[int | None] = set()
        self._watches: dict[str, FolderWatch] = {}
        self._folders_at = 0.0
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def catch_up(self) -> None:
        """Bring models that are not loaded yet to where the other processes are.

        What no process has finished yet is left to ``start``.
        """
        if self._ledger is None:
            return
        for serial in self._ledger.serials():
            results = self._ledger.results(serial).values()
            outcomes = {result.outcome for result in results}
            if not outcomes & {Outcome.DONE, Outcome.FAILED}:
                return
            self._followed = serial
            if Outcome.FAILED not in outcomes:
                try:
                    settle(self._repository, [self._ledger.order(serial)])
                except ConfigurationError as error:
                    logger.warning("An order cannot be followed: %s", error)

    def watch_folders(self) -> None:
        """Remember what stands in the folders that are watched; before anything is loaded."""
        for name, model in self._repository.models.items():
            if model.options.watch:
                self._watches[name] = FolderWatch(model.options.path)

    def start(self, after: threading.Thread | None = None) -> None:
        """Follow from now on, once the thread ``after`` has ended; a second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, args=(after,), name="wherry-orders", daemon=True
            )
            self._thread.start()

    def _run(self, after: threading.Thread | None) -> None:
        if after is not None:
            after.join()
        while not self._closed.wait(LOOK_S):
            try:
                self.look()
            except Exception:
                logger.exception("The orders could not be followed; they are looked at again.")

    def close(self) -> None:
        """Follow no more; another process may watch the folders."""
        self._closed.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._watcher.close()

    def look(self) -> None:
        """Do what is new."""
        if self._ledger is not None:
            for serial in self._ledger.serials():
                if serial > self._followed:
                    self._followed = serial
                    self._follow(self._ledger, serial)
        now = time.monotonic()
        if self._watches and now - self._folders_at >= FOLDERS_LOOK_S:
            self._folders_at = now
            self._look_at_folders()

    def _look_at_folders(self) -> None:
        # One process asks for the change, and the others look as well, to know what it has seen
        # when they take its place.
        mine = self._ledger is None or self._watcher.is_mine()
        for name, watch in self._watches.items():
            if watch.look() and mine:
                self._swap_changed(Order(Verb.SWAP, name, path=watch.path, asked_by="folder"))

    def _swap_changed(self, order: Order) -> None:
        try:
            if self._ledger is not None:
                self._ledger.append(order)
            else:
                logger.warning("%s", self._changer.do(order).sentence)
        except WherryError as error:
            logger.error("The changed folder of %r is left alone: %s", order.model, error)

    def _follow(self, ledger: Ledger, serial: int) -> None:
        try:
            order = ledger.order(serial)
        except ConfigurationError as error:
            self._report(serial, Outcome.FAILED, str(error))
            return
        # One process at a time: the memory for a second copy is needed once only, and what the
        # first one cannot load the others need not try.
        with ledger.turn(TURN_S):
            trouble = self._trouble_elsewhere(ledger, order)
            if trouble is not None:
                self._report(serial, Outcome.SKIPPED, trouble)
                return
            if order.undoes in self._failed_here or _is_overtaken(ledger, order):
                self._report(serial, Outcome.DONE, "There was nothing to take back here.")
                return
            self._try(ledger, order)

    def _try(self, ledger: Ledger, order: Order) -> None:
        before = self._repository.shelves.get(order.model)
        self._report(order.serial, Outcome.WORKING, f"Doing it: {order.sentence()}.")
        try:
            done = self._changer.do(order)
        except WherryError as error:
            logger.error("Not done, to %s: %s", order.sentence(), error)
            self._fail(ledger, order, before, str(error))
        except Exception as error:
            logger.exception("Not done, to %s.", order.sentence())
            self._fail(ledger, order, before, f"{type(error).__name__}: {error}")
        else:
            # A warning, since that is what a log without any configuration shows.
            logger.warning("%s (asked by %s)", done.sentence, order.asked_by)
            self._report(order.serial, Outcome.DONE, done.sentence, done.details)

    def _fail(self, ledger: Ledger, order: Order, before: Shelf | None, sentence: str) -> None:
        self._failed_here.add(order.serial)
        done = any(each.outcome is Outcome.DONE for each in ledger.results(order.serial).values())
        # Before anybody learns that it failed: what they order then comes after the way back.
        if done:
            self._take_back(ledger, order, before)
        self._report(order.serial, Outcome.FAILED, sentence)

    def _trouble_elsewhere(self, ledger: Ledger, order: Order) -> str | None:
        """Return why other processes say that an order is not to be tried; None if they do not."""
        others = {
            pid: each for pid, each in ledger.results(order.serial).items() if pid != os.getpid()
        }
        for pid, result in others.items():
            if result.outcome is Outcome.FAILED:
                return f"Process {pid} could not: {result.sentence}"
        died = [
            pid
            for pid, each in others.items()
            if each.outcome is Outcome.WORKING and not lives(pid)
        ]
        done = any(each.outcome is Outcome.DONE for each in others.values())
        # Where it went well elsewhere, one death has another cause as likely as this.
        if len(died) < (2 if done else 1):
            return None
        sentence = f"Process {died[0]} died while it did this."
        ledger.report(Result(order.serial, died[0], Outcome.FAILED, sentence, {}))
        if done:
            self._take_back(ledger, order, self._repository.shelves.get(order.model))
        return sentence

    def _take_back(self, ledger: Ledger, order: Order, before: Shelf | None) -> None:
        """Let processes that have done it go back: all answer with one version or none does."""
        self._failed_here.add(order.serial)
        back = _undoing(order, before)
        if back is not None and order.undoes is None:
            ledger.append(back)

    def _report(
        self,
        serial: int,
        outcome: Outcome,
        sentence: str,
        details: dict[str, object] | None = None,
    ) -> None:
        if self._ledger is not None:
            self._ledger.report(Result(serial, os.getpid(), outcome, sentence, details or {}))


def _is_overtaken(ledger: Ledger, order: Order) -> bool:
    """Whether this process has swapped the model again since what an order takes back."""
    if order.undoes is None:
        return False
    for serial in range(order.undoes + 1, order.serial):
        mine = ledger.results(serial).get(os.getpid())
        if mine is not None and mine.outcome is Outcome.DONE:
            other = ledger.order(serial)
            if other.verb is Verb.SWAP and other.model == order.model:
                return True
    return False


def _undoing(order: Order, before: Shelf | None) -> Order | None:
    """Return the order that brings back what was there before one; None where none can."""
    if order.verb is Verb.SWAP and before is not None:
        old = before.default
        return Order(
            Verb.SWAP,
            order.model,
            path=old.options.path,
            version=version_of(old),
            asked_by="undo",
            undoes=order.serial,
        )
    if order.verb is Verb.ADD:
        version = order.version if before is not None else None
        if before is not None and version is None:
            return None
        return Order(
            Verb.RETIRE, order.model, version=version, asked_by="undo", undoes=order.serial
        )
    return None


class _Watcher:
    """Whether this process is the one that acts on changed folders; it stays so while it lives."""

    def __init__(self, ledger: Ledger | None) -> None:
        self._ledger = ledger
        self._file: IO[bytes] | None = None

    def is_mine(self) -> bool:
        """Take the part if nobody has it."""
        if self._ledger is None:
            return True
        if self._file is None:
            self._file = self._ledger.open_lock("watch")
        return try_lock(self._file)

    def close(self) -> None:
        """Leave the part to others."""
        if self._file is not None:
            self._file.close()
            self._file = None
