"""A log with the newest line first is read from its oldest on, and quoted with its own numbers."""

import io
import json

from wherry.explain.explain import explain
from wherry.explain.ordering import oldest_first
from wherry.findings import LogSpan

LINES = [
    "Starting gunicorn 23.0.0",
    "Traceback (most recent call last):",
    '  File "/app/shop/wsgi.py", line 3, in <module>',
    "    import cv2",
    "ModuleNotFoundError: No module named 'cv2'",
    "Worker exiting (pid: 7)",
]
STAMPED = [f"2026-01-01T00:00:0{n}.1Z {line}".encode() for n, line in enumerate(LINES)]


def test_a_traceback_upside_down_is_understood() -> None:
    explanation = explain(io.BytesIO(b"\n".join(STAMPED[::-1])))
    (finding,) = explanation.first
    assert finding.cause.name == "dependency-not-in-requirements"
    (span,) = finding.where
    assert isinstance(span, LogSpan)
    assert span.lines == (4, 2)


def test_so_are_lines_of_json() -> None:
    log = "\n".join(
        json.dumps({"textPayload": line, "timestamp": f"2026-01-01T00:00:0{n}Z"})
        for n, line in reversed(list(enumerate(LINES)))
    )
    names = [finding.cause.name for finding in explain(io.BytesIO(log.encode())).first]
    assert names == ["dependency-not-in-requirements"]


def test_what_has_no_time_stays_behind_what_has_one() -> None:
    times = [b"2026-01-01T00:00:0%d x" % n for n in (5, 4, 3, 2, 1)]
    assert oldest_first([*times[:4], b"  more", times[4]]) == [5, 3, 4, 2, 1, 0]


def test_a_log_in_order_is_left_as_it_is() -> None:
    assert oldest_first(STAMPED) is None
    assert oldest_first([]) is None
    assert oldest_first([b"a", b"b", b"c"]) is None


def test_two_machines_whose_clocks_differ_are_no_reason_to_turn_it() -> None:
    times = [b"2026-01-01T00:00:0%d x" % n for n in (5, 1, 6, 2, 7, 3)]
    assert oldest_first(times) is None


def test_neither_are_lines_of_one_second() -> None:
    assert oldest_first([b"2026-01-01T00:00:01 x"] * 9) is None
