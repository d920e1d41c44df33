"""The requests that are to be sent, as they are known before any of them is."""

from dataclasses import dataclass, field
from typing import Final

from wherry.findings import Skipped

# A plan is held in memory here and in the process that sends it.
MOST_REQUESTS: Final = 10_000
MOST_BODY_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request.

    Attributes:
        method: ``GET``.
        path: With its query, from the slash on.
        headers: Beside those that the sender writes: the host, the length, the request's id.
        source: Where it is from, for a person: ``urls.py:12``, ``requests.txt:3``.
        predicts: Whether it asks a model.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source: str = ""
    predicts: bool = False

    @property
    def name(self) -> str:
        """What requests of its kind are called in the report."""
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent.

    Attributes:
        requests: In the order in which they are sent, again and again.
        source: Where they are from, in words: ``found in the project``, or the file's name.
        host: What the Host header says: one of the hosts that the app answers to.
        skipped: What was left out, with the reason.
    """

    requests: tuple[PlannedRequest, ...]
    source: str
    host: str = "localhost"
    skipped: tuple[Skipped, ...] = field(default=())

    @property
    def noun(self) -> str:
        """What they are together: ``predictions`` where all of them ask a model."""
        predicts = bool(self.requests) and all(request.predicts for request in self.requests)
        return "predictions" if predicts else "requests"
