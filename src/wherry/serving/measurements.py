"""What is measured while models are served: counted here, read by whoever serves the metrics.

A model's path takes a handle once, ``measurements.of(name, version)``, keeps it as long as the
version is served, and calls it for each request; a call costs half a microsecond, and no process
waits for another. Counts of workers that have died, and of versions that were retired, stay.
Standard library only, since ``wherry serve``'s supervisor counts crashes here.

    handle = measurements.of("digits", "3")
    handle.ran(queue_s, compute_s)                # one request was answered by a run ...
    handle.ran(queue_s, compute_s, items=1)       # ... which was its own
    handle.batched(items)                         # one run, of one or more requests' items
    handle.refused(Refusal.QUEUE_FULL)            # one request was sent away before any run
    handle.loaded(load_s, warmup_s)               # the version is in memory and warm
    handle.load_failed()

    server = measurements.begin_server()          # the supervisor, before it forks
    server.worker_started(); server.worker_crashed()

``answered(code, total_s)`` is called by ``wherry.django.observing``, which wraps the endpoints.
"""

import os
import threading
import weakref
from bisect import bisect_left
from collections import deque
from enum import StrEnum
from typing import Final

from wherry.serving.shared_cells import Claim, SharedCells

# Upper bounds in seconds: what one run of a small model takes, up to what no router waits for.
SECONDS: Final = (
    *(0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 100.0),
)
ITEMS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
CODES: Final = (
    *(200, 202, 303, 304, 400, 401, 403, 404, 405, 408, 409, 410, 411, 413, 415, 422, 429, 499),
    *(500, 501, 502, 503, 504, 507),
)


class Refusal(StrEnum):
    """Why a request was sent away without a run."""

    QUEUE_FULL = "queue_full"
    ROOM_FULL = "room_full"
    WOULD_BE_LATE = "would_be_late"
    EXPIRED = "expired"
    MEMORY = "memory"


REFUSALS: Final = tuple(Refusal)

# Where each number stands among a block's cells. A histogram has a cell for each bound, one for
# what is above them all, and one for the sum.
QUEUE: Final = 0
COMPUTE: Final = QUEUE + len(SECONDS) + 2
TOTAL: Final = COMPUTE + len(SECONDS) + 2
BATCH: Final = TOTAL + len(SECONDS) + 2
CODE: Final = BATCH + len(ITEMS) + 2
REFUSED: Final = CODE + len(CODES) + 1
LOADS: Final = REFUSED + len(REFUSALS)
LOAD_S: Final = LOADS + 1
WARMUP_S: Final = LOADS + 2
LOAD_FAILURES: Final = LOADS + 3
# The server's own block counts other things.
CRASHES: Final = 0
STARTS: Final = 1

_SHORTEST_S: Final = SECONDS[0]
_QUEUE_SUM: Final = QUEUE + len(SECONDS) + 1
_COMPUTE_SUM: Final = COMPUTE + len(SECONDS) + 1
_TOTAL_SUM: Final = TOTAL + len(SECONDS) + 1
_BATCH_SUM: Final = BATCH + len(ITEMS) + 1
_CODE_CELLS: Final = {code: CODE + place for place, code in enumerate(CODES)}
_OTHER_CODE: Final = CODE + len(CODES)
_REFUSAL_CELLS: Final = {reason: REFUSED + place for place, reason in enumerate(REFUSALS)}

# Between a block's model and version, neither of which can hold it.
SEPARATOR: Final = "\n"
EARLIER: Final = "earlier versions"
SERVER: Final = "\nserver"


# Whose a run was, and the two times of it in seconds: waiting, and running.
type Run = tuple["ModelMeasurements", float, float]

NO_RUN: Run | None = None


class LastRun(threading.local):
    """The run that this thread asked for last; ``of`` is None when there was none."""

    of: Run | None = NO_RUN


last_run = LastRun()


class ModelMeasurements:
    """Counts for one version of one model, in this process.

    Threads take turns. What they do within is a handful of additions without a call, so that
    none is ever made to wait there while it holds the interpreter.
    """

    __slots__ = ("__weakref__", "_cells", "_lock", "_place", "model", "version")

    def __init__(self, model: str, version: str) -> None:
        self.model = model
        self.version = version
        self._lock = threading.Lock()
        # What outlives this object, for the block to be given back.
        self._place: list[int] = []
        self._claim()
        weakref.finalize(self, _retired.append, self._place).atexit = False

    def ran(self, queue_s: float, compute_s: float, items: int = 0) -> None:
        """Count one request that a run has answered: how long it waited and how long it ran.

        ``items`` is given where that run was for this request alone, and counts it as well.
        """
        queue = QUEUE if queue_s <= _SHORTEST_S else QUEUE + bisect_left(SECONDS, queue_s)
        compute = COMPUTE + bisect_left(SECONDS, compute_s)
        size = BATCH + bisect_left(ITEMS, items) if items > 1 else BATCH
        cells = self._cells
        with self._lock:
            cells[queue] += 1.0
            cells[_QUEUE_SUM] += queue_s
            cells[compute] += 1.0
            cells[_COMPUTE_SUM] += compute_s
            if items:
                cells[size] += 1.0
                cells[_BATCH_SUM] += items
        last_run.of = (self, queue_s, compute_s)

    def answered(self, code: int, total_s: float) -> None:
        """Count one answer by its HTTP status, and the seconds from its request's arrival."""
        status = _CODE_CELLS.get(code, _OTHER_CODE)
        total = TOTAL + bisect_left(SECONDS, total_s)
        cells = self._cells
        with self._lock:
            cells[status] += 1.0
            cells[total] += 1.0
            cells[_TOTAL_SUM] += total_s

    def batched(self, items: int) -> None:
        """Count one execution, by the items that it was given."""
        size = BATCH + bisect_left(ITEMS, items)
        cells = self._cells
        with self._lock:
            cells[size] += 1.0
            cells[_BATCH_SUM] += items

    def refused(self, reason: Refusal) -> None:
        """Count one request that was sent away."""
        self._add(_REFUSAL_CELLS[reason], 1.0)

    def loaded(self, load_s: float, warmup_s: float) -> None:
        """Count one load: the seconds until the weights were in memory, and until it was warm."""
        with self._lock:
            self._cells[LOADS] += 1.0
            self._cells[LOAD_S] += load_s
            self._cells[WARMUP_S] += warmup_s

    def load_failed(self) -> None:
        """Count one load that ended without a model."""
        self._add(LOAD_FAILURES, 1.0)

    def _add(self, cell: int, amount: float) -> None:
        with self._lock:
            self._cells[cell] += amount

    def _claim(self) -> None:
        """Count in a block of this process's own from now on."""
        self._lock = threading.Lock()
        claim = _claim(self.model + SEPARATOR + self.version)
        self._place[:] = [] if claim.index is None else [claim.index]
        self._cells = claim.cells


class ServerMeasurements:
    """What the supervisor counts."""

    def __init__(self) -> None:
        self._cells = _claim(SERVER).cells

    def worker_started(self) -> None:
        """Count a worker that was started."""
        self._cells[STARTS] += 1.0

    def worker_crashed(self) -> None:
        """Count a worker that ended without being told to."""
        self._cells[CRASHES] += 1.0


_lock = threading.Lock()
_store: SharedCells | None = None
_handles: weakref.WeakValueDictionary[tuple[str, str], ModelMeasurements]
_handles = weakref.WeakValueDictionary()
# The blocks of handles that nobody has any more. A handle may vanish at any moment, in the middle
# of a claim too, so that its block is given back later.
_retired: deque[list[int]] = deque()
_server: ServerMeasurements | None = None


def of(model: str, version: str) -> ModelMeasurements:
    """Return the counts of one version of a model: the same object as long as anybody has it.

    Requests for what is not served count under ``""``.
    """
    handle = _handles.get((model, version))
    if handle is None:
        with _lock:
            handle = _handles.get((model, version))
            if handle is None:
                handle = _handles[model, version] = ModelMeasurements(model, version)
    return handle


def server() -> ServerMeasurements:
    """Return the supervisor's counts."""
    global _server
    if _server is None:
        _server = ServerMeasurements()
    return _server


def share(store: SharedCells) -> None:
    """Count in this memory from now on, here and in the processes that are forked from here."""
    global _store, _server
    with _lock:
        _give_back()
        _store = store
        _server = None
        for handle in list(_handles.values()):
            handle._claim()


def begin_server() -> ServerMeasurements:
    """Begin to count for a server whose workers will be forked from this process."""
    share(SharedCells.inherited())
    return server()


def shared() -> SharedCells:
    """Return the memory that all processes of this server count in."""
    with _lock:
        _give_back()
        return _shared()


def _shared() -> SharedCells:
    global _store
    if _store is None:
        from wherry.serving.rendezvous import open_cells

        _store = open_cells()
    return _store


def _claim(name: str) -> Claim:
    _give_back()
    return _shared().claim(name, _merged_name)


def _give_back() -> None:
    while _retired:
        for index in _retired.popleft():
            if _store is not None:
                _store.release(index)


def _merged_name(name: str) -> str:
    model, separator, _ = name.partition(SEPARATOR)
    return name if name == SERVER else model + separator + EARLIER


def _after_fork() -> None:
    global _lock, _server
    _lock = threading.Lock()
    _server = None
    # The blocks are the parent's.
    _retired.clear()
    if _store is not None:
        _store.after_fork()
    for handle in list(_handles.values()):
        handle._claim()


os.register_at_fork(after_in_child=_after_fork)
