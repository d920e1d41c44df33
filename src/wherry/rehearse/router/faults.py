"""What the router refuses or gives up, with the words of the platform's log.

Source: https://devcenter.heroku.com/articles/error-codes, and published logs of 2023 to 2026.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Fault:
    """A code of the router's.

    Attributes:
        code: ``H12``.
        desc: The platform's words.
        status: What the client gets, or what the log says where it is gone.
        level: ``error`` or ``warning``.
        sock: Which side's connection broke: ``client``, ``backend`` or "".
        cause: What follows the words, where a code has several causes.
    """

    code: str
    desc: str
    status: int = 503
    level: str = "error"
    sock: str = ""
    cause: str = ""


# What the log says where the client is not there any more to get a status.
GONE: Final = 499

H10: Final = Fault("H10", "App crashed")
H11: Final = Fault("H11", "Backlog too deep")
H12: Final = Fault("H12", "Request timeout")
H13: Final = Fault("H13", "Connection closed without response")
H14: Final = Fault("H14", "No web processes running")
H15: Final = Fault("H15", "Idle connection")
H17: Final = Fault("H17", "Poorly formatted HTTP response")
H18: Final = Fault("H18", "Server Request Interrupted", sock="backend")
H19: Final = Fault("H19", "Backend connection timeout")
H20: Final = Fault("H20", "App boot timeout")
H21: Final = Fault("H21", "Backend connection refused")
H22: Final = Fault("H22", "Connection limit reached")
H23: Final = Fault("H23", "Endpoint misconfigured")
H24: Final = Fault("H24", "Forced close")
H27: Final = Fault("H27", "Client Request Interrupted", GONE, "warning", "client")
H28: Final = Fault("H28", "Client Connection Idle", GONE, "warning")
H99: Final = Fault("H99", "Platform error")


def restricted(what: str) -> Fault:
    """Return H25 for what a response has too much of, or wrong: ``oversized cookie``."""
    return Fault("H25", f"HTTP restriction: {what}", 502)


def request_error(cause: str, status: int) -> Fault:
    """Return H26, which the legacy router alone logs: ``bad header``, ``bad chunk``."""
    return Fault("H26", "Request Error", status, cause=cause)
