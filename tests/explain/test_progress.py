"""A long log tells how far it is; a short one does not."""

import io

from wherry.explain.progress import with_progress


class Terminal(io.StringIO):
    """A terminal that remembers."""

    def isatty(self) -> bool:
        return True


def told(size: int, to: io.StringIO) -> str:
    chunks = (bytes(1_000_000) for _ in range(size))
    assert sum(map(len, with_progress(chunks, size * 1_000_000, to))) == size * 1_000_000
    return to.getvalue()


def test_a_short_log_is_quiet() -> None:
    assert told(10, io.StringIO()) == ""
    assert told(10, Terminal()) == ""


def test_a_long_one_tells_in_tenths() -> None:
    lines = told(300, io.StringIO()).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "wherry: 300 of 300 MB read"


def test_on_a_terminal_it_is_one_line_that_goes_away() -> None:
    text = told(100, Terminal())
    assert "\n" not in text
    assert text.endswith("\r\x1b[K")
