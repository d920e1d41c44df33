"""What the process that sends is told, and what it tells."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wherry.rehearse.traffic.planned import PlannedRequest


@dataclass(frozen=True, slots=True)
class Job:
    """What to send.

    Attributes:
        requests: Sent in this order, again and again.
        rate: A second, evenly spaced; 0 to send each one when the one before has been answered.
        count: How many in all, at most.
        seconds: For how long, at most.
        timeout_s: After so long without an answer, a request is given up.
        run: What all its request ids begin with.
    """

    host: str
    port: int
    requests: tuple[PlannedRequest, ...]
    rate: float
    count: int
    seconds: float
    timeout_s: float
    run: str
    host_header: str

    def to_json(self) -> str:
        """Return one line."""
        fields: dict[str, Any] = {
            name: getattr(self, name) for name in self.__slots__ if name != "requests"
        }
        fields["requests"] = [
            [
                request.method,
                request.path,
                [list(pair) for pair in request.headers],
                base64.b64encode(request.body).decode("ascii"),
            ]
            for request in self.requests
        ]
        return json.dumps(fields)

    @classmethod
    def from_json(cls, line: str) -> "Job":
        """Read what ``to_json`` wrote."""
        fields: Mapping[str, Any] = json.loads(line)
        requests = tuple(
            PlannedRequest(
                method,
                path,
                tuple((name, value) for name, value in headers),
                base64.b64decode(body),
            )
            for method, path, headers, body in fields["requests"]
        )
        return cls(**{**fields, "requests": requests})

    def request_id(self, number: int) -> str:
        """Return the id of a request, in a form that the platform's router keeps."""
        return f"{self.run}-{number:010d}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request.

    Attributes:
        number: Counted from 0.
        kind: Which of the plan's requests it is.
        due_s: When it was to be sent, from the beginning of the sending.
        lag_s: How much later it really was.
        latency_s: From the moment it was due to the answer's last byte, so that a request which
            waited for its turn is not told to be quick.
        status: 0 where no answer came.
        error: Why none came.
    """

    number: int
    kind: int
    due_s: float
    lag_s: float
    latency_s: float
    status: int
    error: str = ""

    def to_json(self) -> str:
        """Return one line."""
        return json.dumps([getattr(self, name) for name in self.__slots__])

    @classmethod
    def from_json(cls, line: str | bytes) -> "Outcome":
        """Read what ``to_json`` wrote."""
        return cls(*json.loads(line))
