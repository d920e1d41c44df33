"""What waits for a quiet moment: one task after another, when no model has just been loaded."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

# After a model is loaded its first callers come, and other models are loaded: what is measured
# then says little, and what is moved then is moved again.
QUIET_S: Final = 1.0

type Task = Callable[[], object]

logger = logging.getLogger("wherry")
_tasks: deque[Task] = deque()
_lock = threading.Lock()
_running = False
_added = 0.0


def later(task: Task) -> None:
    """Do this when nothing has been added for a moment, after what was added before.

    A task that waits already is done once, in its new place.
    """
    global _added, _running
    with _lock:
        if task in _tasks:
            _tasks.remove(task)
        _tasks.append(task)
        _added = time.monotonic()
        if _running:
            return
        _running = True
    threading.Thread(target=_work, name="wherry-quiet", daemon=True).start()


def _work() -> None:
    global _running
    while True:
        with _lock:
            if not _tasks:
                _running = False
                return
            wait_s = _added + QUIET_S - time.monotonic()
            task = _tasks.popleft() if wait_s <= 0 else None
        if task is None:
            time.sleep(wait_s)
            continue
        try:
            task()
        except Exception:
            # Whatever it was with this one, the others are still to be done.
            logger.exception("What waited for a quiet moment failed.")
