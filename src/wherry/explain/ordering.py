"""Logs with the newest line first, as dashboards and ``gcloud logging read`` print them."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from wherry.findings import Finding, LogSpan

_STAMP: Final = re.compile(
    rb'(?:[\[\s"]{0,2}|\{.{0,4000}?"(?:timestamp|time|@timestamp|dt)": ?")'
    rb"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)"
)
_ENTRIES: Final = 5
_FALLS: Final = 2


def oldest_first(lines: Sequence[bytes]) -> list[int] | None:
    """Return the places of the lines from the oldest on; None where they stand so already.

    A line without a time belongs to the one before it, and stays behind it.
    """
    entries: list[tuple[bytes, list[int]]] = []
    for place, line in enumerate(lines):
        found = _STAMP.match(line)
        if found:
            entries.append((found[1].replace(b" ", b"T"), [place]))
        elif entries:
            entries[-1][1].append(place)
        elif line.strip():
            return None
    times = [time for time, _ in entries]
    steps = list(itertools.pairwise(times))
    falls = sum(before > after for before, after in steps)
    if len(times) < _ENTRIES or falls < _FALLS or any(before < after for before, after in steps):
        return None
    return [place for _, places in reversed(entries) for place in places]


def renumbered(finding: Finding, order: Sequence[int]) -> Finding:
    """Return a finding whose lines are counted as they stand in the log."""
    return replace(
        finding,
        where=tuple(
            span_renumbered(span, order) if isinstance(span, LogSpan) else span
            for span in finding.where
        ),
    )


def span_renumbered(span: LogSpan, order: Sequence[int]) -> LogSpan:
    """Return a span with the numbers that its lines have in the log."""
    return replace(span, lines=tuple(order[number - 1] + 1 for number in span.lines))
