"""Clients that ask one after another, each on a connection that it keeps while it lasts."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

# A request that has neither an answer nor a closed connection by then hangs.
HANGS_AFTER_S = 30.0
_JSON = {"Content-Type": "application/json"}
_PAUSE_S = 0.02


@dataclass(slots=True)
class Tally:
    """What became of the requests.

    ``outcomes`` counts statuses, ``"closed"`` (the connection ended without an answer) and
    ``"hangs"``; ``slowest_s`` is the longest that one took to any of these.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    bodies: Counter[bytes] = field(default_factory=Counter)
    slowest_s: float = 0.0
    closed_after_s: float = 0.0
    answered_at: dict[int, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, client: int, outcome: str, took_s: float, body: bytes) -> None:
        """Count one request."""
        with self.lock:
            self.outcomes[outcome] += 1
            self.slowest_s = max(self.slowest_s, took_s)
            if outcome == "200":
                self.answered_at[client] = time.monotonic()
            elif outcome == "closed":
                self.closed_after_s = max(self.closed_after_s, took_s)
            else:
                self.bodies[body[:200]] += 1

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "outcomes": dict(self.outcomes),
            "slowest_s": round(self.slowest_s, 3),
            "closed_after_s": round(self.closed_after_s, 3),
            "said": {body.decode(errors="replace"): n for body, n in self.bodies.most_common(5)},
        }


@contextmanager
def asking(port: int, path: str, body: bytes, *, clients: int, pause_s: float) -> Iterator[Tally]:
    """Let clients ask while the block runs; each waits ``pause_s`` between two requests."""
    tally, stop = Tally(), threading.Event()
    threads = [
        threading.Thread(target=_ask, args=(index, port, path, body, pause_s, tally, stop))
        for index in range(clients)
    ]
    for thread in threads:
        thread.start()
    try:
        yield tally
    finally:
        stop.set()
        for thread in threads:
            thread.join(HANGS_AFTER_S + 5)


def _ask(
    index: int, port: int, path: str, body: bytes, pause_s: float, tally: Tally, stop: Any
) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=HANGS_AFTER_S)
    while not stop.is_set():
        started = time.monotonic()
        said = b""
        try:
            connection.request("POST", path, body, _JSON)
            with connection.getresponse() as response:
                said = response.read()
                outcome = str(response.status)
        except TimeoutError:
            outcome = "hangs"
        except (OSError, HTTPException):
            outcome = "closed"
        tally.add(index, outcome, time.monotonic() - started, said)
        if outcome in ("closed", "hangs"):
            connection.close()
        stop.wait(pause_s)
    connection.close()
