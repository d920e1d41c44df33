"""What waits for a quiet moment: one task after another, while no model is loaded or changed."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

# After a model is loaded its first callers come, and other models are loaded: what is measured
# then says little, and what is moved then is moved again.
QUIET_S: Final = 1.0
# Longer than a run that a trial would go on with; whoever loads a model does not wait for more.
WAY_S: Final = 2.0

type Task = Callable[[], object]

logger = logging.getLogger("wherry")
_tasks: deque[Task] = deque()
_changed = threading.Condition()
_running = False
_doing = False
_disturbing = 0
_added = 0.0


class Disturbed(Exception):
    """A task made way; it is done again, from its beginning, in the next quiet moment."""


def later(task: Task) -> None:
    """Do this when nothing has been added or disturbed for a moment, after what was added before.

    A task that waits already is done once, in its new place.
    """
    global _added, _running
    with _changed:
        if task in _tasks:
            _tasks.remove(task)
        _tasks.append(task)
        _added = time.monotonic()
        if _running:
            return
        _running = True
    threading.Thread(target=_work, name="wherry-quiet", daemon=True).start()


@contextmanager
def disturbed() -> Iterator[None]:
    """Load or change a model: no task is begun meanwhile, and the one that is being done makes way.

    What it holds is given back first, as the copy of a model that a trial runs on: that would
    count as what the loaded one needs, or, freed meanwhile, against it.
    """
    global _added, _disturbing
    with _changed:
        _disturbing += 1
        _changed.wait_for(lambda: not _doing, WAY_S)
    try:
        yield
    finally:
        with _changed:
            _disturbing -= 1
            _added = time.monotonic()
            _changed.notify_all()


def make_way() -> None:
    """Go on with a task, which calls this now and then.

    Raises:
        Disturbed: a model is to be loaded or changed.
    """
    if _disturbing:
        raise Disturbed


def _work() -> None:
    global _doing, _running
    while True:
        with _changed:
            while _tasks and (_disturbing or _left_s() > 0):
                _changed.wait(None if _disturbing else _left_s())
            if not _tasks:
                _running = False
                return
            task = _tasks.popleft()
            _doing = True
        try:
            task()
        except Disturbed:
            later(task)
        except Exception:
            # Whatever it was with this one, the others are still to be done.
            logger.exception("What waited for a quiet moment failed.")
        with _changed:
            _doing = False
            _changed.notify_all()


def _left_s() -> float:
    return _added + QUIET_S - time.monotonic()
