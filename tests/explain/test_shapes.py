"""A prefix that nobody is known for is read off the log, and only where a traceback shows it."""

import pytest

from wherry.explain.shapes import shape_of, without

FRAME = '  File "/app/views.py", line 3, in index'


@pytest.mark.parametrize(
    "prefix",
    [
        "[pod/shop-5d9f7/web] ",
        "0|shop  | ",
        "shop-5d9f7 stderr 2024-01-01T00:00:00.1Z ",
        "web 2024-01-01T00:00:00.123Z ",
        '"2024-01-01","',
    ],
)
def test_what_stands_before_a_traceback_is_taken_off(prefix: str) -> None:
    lines = [f"{prefix}Traceback (most recent call last):", f"{prefix}{FRAME}"]
    shape = shape_of(lines)
    assert shape is not None
    assert without(shape, lines[1]) == FRAME


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["Traceback (most recent call last):", FRAME],
        ["ERROR: Traceback (most recent call last):", FRAME],
        ["somebody said: Traceback (most recent call last)", "somebody said: hello"],
        # Known prefixes tell who spoke; those stay.
        [
            "2024-01-01T00:00:00+00:00 app[web.1]: Traceback (most recent call last):",
            f"2024-01-01T00:00:00+00:00 app[web.1]: {FRAME}",
        ],
    ],
)
def test_nothing_else_is(lines: list[str]) -> None:
    assert shape_of(lines) is None


def test_a_line_without_it_stays_as_it_is() -> None:
    shape = shape_of(["a-1 > Traceback (most recent call last):", f"a-1 > {FRAME}"])
    assert shape is not None
    assert without(shape, "ValueError: 3") == "ValueError: 3"
