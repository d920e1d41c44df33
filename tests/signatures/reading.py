"""Read a short log as the tests do."""

import io

from wherry.explain.explain import explain
from wherry.explain.explanation import Explanation
from wherry.findings import Role


def read(text: str) -> Explanation:
    """Return what a log tells."""
    return explain(io.BytesIO(text.encode()))


def first_causes(text: str) -> list[str]:
    """Return the names of the first causes."""
    return [finding.cause.name for finding in read(text).first]


def possible_causes(text: str) -> set[str]:
    """Return the names of the first causes and of what fits as well."""
    return {
        cause.name
        for finding in read(text).first
        for cause in (finding.cause, *finding.alternatives)
    }


def noise(text: str) -> list[str]:
    """Return the names of what only looks like a failure."""
    return [finding.cause.name for finding in read(text).findings if finding.role is Role.NOISE]


def trace(*frames: str, error: str) -> str:
    """Return a traceback; a frame is written ``path:function:code``."""
    lines = ["Traceback (most recent call last):"]
    for frame in frames:
        path, function, code = (*frame.split(":", 2), "")[:3]
        lines.append(f'  File "{path}", line 12, in {function}')
        if code:
            lines.append(f"    {code}")
    return "\n".join([*lines, error, ""])
