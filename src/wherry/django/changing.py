"""Changes of the models of this process while it serves: who follows orders, who watches memory.

``wherry serve`` starts this in each worker before it loads; under other servers the first request
does.
"""

import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.core.signals import request_started

from wherry.django import registry
from wherry.errors import ConfigurationError
from wherry.serving.changes import ledger as ledgers
from wherry.serving.changes import places
from wherry.serving.changes.changer import Changer
from wherry.serving.changes.follower import Follower
from wherry.serving.changes.ledger import Ledger
from wherry.serving.changes.order import Order, Verb
from wherry.serving.loading import open_named
from wherry.serving.memory_guard import MemoryGuard
from wherry.serving.options import ModelOptions
from wherry.serving.quota import find_quota
from wherry.serving.repository import Repository
from wherry.serving.watchman import Watchman

logger = logging.getLogger("wherry")


@dataclass(frozen=True, slots=True)
class Changing:
    """What changes the models of this process.

    ``ledger`` is None where only this process would hear of a change.
    """

    repository: Repository
    pid: int
    ledger: Ledger | None
    changer: Changer
    follower: Follower
    watchman: Watchman

    def begin(self, loader: threading.Thread | None = None) -> None:
        """Start the threads; orders are followed once ``loader`` has ended."""
        self.watchman.start()
        self.follower.start(loader)


_current: Changing | None = None
_lock = threading.Lock()
_beginning = threading.Lock()


def changing() -> Changing:
    """Return what changes this process's models; a new one after a fork or other settings.

    Raises:
        ConfigurationError: ``WHERRY``, or the state folder that was named, is not usable.
    """
    global _current
    repository = registry.repository()
    with _lock:
        if _current is None or _current.repository is not repository or _current.pid != os.getpid():
            _current = _made(repository)
        return _current


def _made(repository: Repository) -> Changing:
    quota = find_quota(registry.conf().memory_quota_bytes)
    ledger = ledgers.own()
    changer = Changer(repository, quota.available)
    follower = Follower(ledger, repository, changer)
    guard = MemoryGuard(repository, quota.enforced)
    watchman = Watchman(repository, guard, ledger)
    follower.watch_folders()
    return Changing(repository, os.getpid(), ledger, changer, follower, watchman)


def begin_with_first_request() -> None:
    """Start with the first request: a process that answers none, as ``migrate``, has no part."""
    request_started.connect(_begin, dispatch_uid="wherry.changing")


def _begin(sender: type, **_: Any) -> None:
    if sender.__module__.startswith("django.test"):
        return  # A project's tests want no threads behind their back.
    # Who comes second waits: no request may meet a model before it is settled which it is.
    with _beginning:
        if request_started.disconnect(dispatch_uid="wherry.changing"):
            try:
                current = changing()
                if not current.repository.started:
                    current.follower.catch_up()
                current.begin()
            except ConfigurationError as error:
                logger.error("Models cannot be changed while they are served: %s", error)


def complete(order: Order) -> Order:
    """Return an order with its path in full and the version that its bundle says.

    Raises:
        BundleError: there is no model at its path.
    """
    if order.verb not in (Verb.ADD, Verb.SWAP) or order.path is None:
        return order
    path = order.path.expanduser().absolute()
    bundle = open_named(ModelOptions(path=path, version=order.version), hashes=False)
    return replace(order, path=path, version=bundle.version)


def servers() -> Iterable[places.Server]:
    """Return the running servers that a command of this user can reach."""
    named = os.environ.get(places.VARIABLE)
    if named:
        ledger = ledgers.own()
        if ledger is not None and ledger.statuses():
            return [places.Server(ledger.folder, {"folder": str(ledger.folder)})]
    return places.running()
