import io
import re

import pytest
from rich.console import Console

from wherry.shrink.report.progress import Lines, Live, Progress, Silent, progress_on
from wherry.shrink.report.terminal import plain_console


class Clock:
    """Stands still until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_log_gets_one_line_as_each_stage_begins(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Lines(plain_console(stream, 80), clock)
    with progress.stage("converting to LiteRT"):
        assert stream.getvalue() == "[    0.0 s] converting to LiteRT\n"
        clock.now += 12.34
        with progress.stage("installing"):
            progress.note("Python 3.12 is taken.")
    with progress.stage("measuring"):
        pass
    assert stream.getvalue().splitlines()[1:] == [
        "[   12.3 s]   installing",
        "[   12.3 s]     Python 3.12 is taken.",
        "[   12.3 s] measuring",
    ]


def terminal(stream: io.StringIO) -> Console:
    return Console(file=stream, width=80, force_terminal=True, color_system=None)


def seen(stream: io.StringIO) -> list[str]:
    return [
        line
        for line in re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", stream.getvalue()).splitlines()
        if line.startswith(("+", "x"))
    ]


def test_a_terminal_keeps_a_line_of_each_stage_with_its_time(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Live(terminal(stream), clock)
    with progress.stage("converting to LiteRT"):
        clock.now += 12.34
    assert seen(stream) == ["+ converting to LiteRT  12.3 s"]


def test_a_stage_that_fails_is_marked_and_its_error_goes_on(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Live(terminal(stream), clock)
    with pytest.raises(KeyboardInterrupt), progress.stage("converting [red]"):
        with progress.stage("installing"):
            raise KeyboardInterrupt
    assert seen(stream) == ["x   installing  0.0 s", "x converting [red]  0.0 s"]
    assert stream.getvalue().count("\x1b[?25l") == stream.getvalue().count("\x1b[?25h")


@pytest.mark.parametrize("kind", [Lines, Live])
def test_titles_cannot_steer_the_terminal(kind: type[Lines | Live], clock: Clock) -> None:
    stream = io.StringIO()
    progress = kind(plain_console(stream, 80), clock)
    with progress.stage("a\x1b[2Jb"):
        progress.note("c\x1b[2Jd")
    assert "\x1b[2J" not in stream.getvalue()
    assert "c\\x1b[2Jd" in stream.getvalue()


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    progress: Progress = Silent()
    with progress.stage("converting"):
        progress.note("something")
    assert capsys.readouterr() == ("", "")


def test_a_stream_that_is_no_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    assert isinstance(progress_on(io.StringIO()), Lines)
