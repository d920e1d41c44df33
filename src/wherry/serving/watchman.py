"""The thread of a process that looks at its memory and writes down how its models are."""

import logging
import threading
import time
from typing import Any, Final

from wherry.platforms.usage import anonymous_bytes
from wherry.serving.changes.ledger import Ledger
from wherry.serving.memory_guard import MemoryGuard
from wherry.serving.model import ServedModel
from wherry.serving.repository import Repository
from wherry.serving.shelf import version_of
from wherry.serving.state import State

logger = logging.getLogger("wherry")

STATUS_EVERY_S: Final = 0.5


class Watchman:
    """Calls the memory guard, and writes the status file of this process when there is a ledger."""

    def __init__(self, repository: Repository, guard: MemoryGuard, ledger: Ledger | None) -> None:
        self._repository = repository
        self._guard = guard
        self._ledger = ledger
        self._written: dict[str, Any] = {}
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def start(self) -> None:
        """Begin; a second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="wherry-watchman", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        look_at = 0.0
        while not self._closed.is_set():
            now = time.monotonic()
            try:
                if now >= look_at:
                    look_at = now + self._guard.look(now)
                self._write_status()
            except Exception:
                logger.exception("The memory could not be looked at; it is tried again.")
                look_at = now + STATUS_EVERY_S
            self._closed.wait(max(0.05, min(STATUS_EVERY_S, look_at - now)))

    def _write_status(self) -> None:
        if self._ledger is None:
            return
        status = describe(self._repository)
        if status != self._written:
            self._written = status
            self._ledger.write_status({**status, "anonymous_bytes": anonymous_bytes()})


def describe(repository: Repository) -> dict[str, Any]:
    """Return how the models are, as JSON can hold it."""
    return {
        "models": [
            {
                **describe_model(model),
                "default": model is shelf.default,
                "labels": sorted(
                    label for label, version in shelf.labels.items() if version == version_of(model)
                ),
            }
            for shelf in repository.shelves.values()
            for model in shelf.models
        ]
    }


def describe_model(model: ServedModel) -> dict[str, Any]:
    """Return how one version of a model is."""
    found: dict[str, Any] = {
        "name": model.name,
        "version": version_of(model),
        "path": str(model.options.path),
        "state": said_state(model),
        "reason": model.refusal or model.reason,
    }
    if model.state is State.LOADING:
        found["progress_ratio"] = round(model.progress.ratio, 2)
    if model.state is State.READY:
        found["anonymous_bytes"] = model.anonymous_bytes
        found["load_s"] = model.load_s
        found["device"] = model.device
    return found


def said_state(model: ServedModel) -> str:
    """Return the state in a word: starting, loading, warming, ready, refusing, failed, closed."""
    if model.state is State.READY and model.refusal is not None:
        return "refusing"
    return "starting" if model.state is State.WAITING else str(model.state)
