"""One thread runs the site's Python; the others stand by until it is held up.

Threads that all want Python's lock hand it around at every call that releases it, which costs a
quarter to half of the throughput of a site that answers in microseconds. One thread alone has
nobody to hand it to, but a client that is slow to send its body would hold everybody up. So there
are several, and a thread that finds another at work leaves its request to that one and stands by,
with nothing in its hands.

This rests on granian sending an answer whenever ``proto`` is given one, from whichever thread, also
after the call that brought the request has returned. What granian does when that call returns is to
drop the request's body, or to wait for whoever reads it; so a body is read before its request is
left to somebody else.
"""

import logging
import threading
from collections import deque
from queue import Empty, SimpleQueue
from typing import Any

from wherry.django.server.bodies import SmallBody
from wherry.django.server.handover import Answerer

logger = logging.getLogger("wherry")

# Requests that only compute are done within this; one that takes longer waits for something
# itself, its client or a database, and others may pass.
PATIENCE_S = 0.02


type _Request = tuple[Any, dict[str, Any]]


class OneAtATime:
    """An answerer that many threads may call, and of which one at a time does the work."""

    def __init__(self, answer: Answerer, *, patience_s: float = PATIENCE_S) -> None:
        self._answer = answer
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._left: deque[_Request] = deque()
        # Counts the turns; the thread whose turn it is not any more has been overtaken.
        self._turn = 0
        self._busy = False
        self._done = 0
        # Who stands by waits for this; the one who has it watches the one who works.
        self._watch = threading.Lock()
        self._nudges: SimpleQueue[None] = SimpleQueue()

    def __call__(self, proto: Any, scope: dict[str, Any]) -> None:
        """Answer the request, or leave it to the thread that works and stand by."""
        body = scope["wsgi.input"]
        if not isinstance(body, SmallBody):
            # The site will wait for the rest of this body: somebody else has to work meanwhile.
            if self._watch.locked() and self._nudges.empty():
                self._nudges.put(None)
            self._answer(proto, scope)
            return
        turn = self._begin()
        if turn is None:
            try:
                body.arrive()
            except TimeoutError:
                # The site is told so as well where it reads the body, and answers for it.
                self._answer(proto, scope)
                return
            turn = self._begin(or_leave=(proto, scope))
            if turn is None:
                turn = self._stand_by()
                if turn is not None:
                    self._answer_what_is_left(turn)
                return
        self._answer_safely(proto, scope)
        self._answer_what_is_left(turn)

    def _begin(self, *, or_leave: _Request | None = None) -> int | None:
        """Return a turn; where another has it, leave that one the request and return None."""
        with self._lock:
            if not self._busy:
                return self._next_turn()
            if or_leave is not None:
                self._left.append(or_leave)
            return None

    def _next_turn(self) -> int:
        self._busy = True
        self._turn += 1
        return self._turn

    def _answer_what_is_left(self, turn: int) -> None:
        while True:
            with self._lock:
                if self._turn != turn:
                    return
                self._done += 1
                if not self._left:
                    self._busy = False
                    return
                proto, scope = self._left.popleft()
            self._answer_safely(proto, scope)

    def _stand_by(self) -> int | None:
        """Wait until the thread that works is held up, and return a turn; or None when all rest."""
        with self._watch:
            while True:
                seen = self._done
                nudged = self._wait()
                with self._lock:
                    if not self._busy and (nudged or self._done == seen):
                        return None
                    if self._busy and self._done == seen and not nudged:
                        return self._next_turn()

    def _wait(self) -> bool:
        try:
            self._nudges.get(timeout=self._patience_s)
        except Empty:
            return False
        return True

    def _answer_safely(self, proto: Any, scope: dict[str, Any]) -> None:
        # Granian answers for what its own call raises; this request may be another call's.
        try:
            self._answer(proto, scope)
        except Exception:
            logger.exception("%s %s failed.", scope.get("REQUEST_METHOD"), scope.get("PATH_INFO"))
            proto.response_bytes(500, [("content-type", "text/plain")], b"Internal Server Error")
