"""Results made by hand, for the tests of what is said about results."""

from typing import Any


def start(number: int | None = 0, **numbers: float) -> dict[str, Any]:
    """Return what one start of a peer showed; without a number, of its first answer alone."""
    if number is None:
        return {"first_answer_s": 0.7, **numbers}
    return {
        "first_answer_s": 0.7,
        "round": number,
        "requests_per_s": 1000.0,
        "p50_ms": 1.0,
        "p99_ms": 4.0,
        "failed": 0,
        "socket_errors": 0,
        "pss_bytes": 90_000_000,
        "anonymous_bytes": 60_000_000,
        "processes": 3,
        **numbers,
    }


def peer(*starts: dict[str, Any], failures: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what was seen of a peer."""
    return {
        "title": "A peer",
        "runtime": "litert",
        "plan": None,
        "starts": list(starts),
        "failures": list(failures),
    }


def result(work: str, peers: dict[str, Any], bare: list[dict[str, float]]) -> dict[str, Any]:
    """Return a result with one work."""
    return {
        "works": {
            work: {
                "title": f"{work}: a work",
                "runtime": "litert",
                "connections": 16,
                "peers": peers,
                "bare_loops": bare,
                "other_bare_loops": {},
            }
        }
    }
