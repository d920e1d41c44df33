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


def later(task: Task) -> None:
    """Do this when nothing has been added for a moment, after what was added before.

    A task that waits already is done once, in its new place.
    """
    global _running
    with _lock:
        if task in _tasks:
            _tasks.remove(task)
        _tasks.append(task)
        if _running:
            return
        _running = True
    threading.Thread(target=_work, name="wherry-quiet", daemon=True).start()


def _work() -> None:
    global _running
    seen = 0
    while True:
        with _lock:
            quiet = len(_tasks) == seen
            seen = len(_tasks)
            if not seen:
                _running = False
                return
        if quiet:
            with _lock:
                task = _tasks.popleft()
                seen -= 1
            try:
                task()
            except Exception:
                # Whatever it was with this one, the others are still to be done.
                logger.exception("What waited for a quiet moment failed.")
        else:
            time.sleep(QUIET_S)
