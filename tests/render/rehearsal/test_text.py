"""What a person reads in a terminal when it is over."""

from tests.render.rehearsal.rehearsals import FULL, HEALTHY, SECRET
from wherry.render.rehearsal.text import log, render, verdict_line
from wherry.render.style import Style


def test_the_verdict_is_the_last_line() -> None:
    assert (
        render(FULL, Style())
        .splitlines()[-1]
        .startswith("skin-lesion on heroku:basic: would run, but 2 workers each hold the model")
    )
    assert render(HEALTHY, Style()).splitlines()[-1] == "plain on heroku:basic: would run"


def test_a_healthy_one_is_short() -> None:
    assert len([line for line in render(HEALTHY, Style()).splitlines() if line]) == 1


def test_the_numbers_are_there() -> None:
    text = " ".join(render(FULL, Style(100)).split())
    for words in (
        "213 MB of 1 GB; the largest: tensorflow-cpu 131 MB",
        "web.1 up: first output 900 ms, bound 3.10 s, first answer 3.30 s",
        "web.1 332 MB before any request, 644 MB at its most, 126% of its 512 MB",
        "POST /predict/: 200 x 212, 503 x 2, H12 x 2",
        "of 148 requests 1 lost, 6 late",
        "media/mole.jpg, 184 kB by POST /upload/",
        "request_timeout_s 5: set for this run, not the platform's",
        "WebSockets: no address of one was found",
    ):
        assert words in text, words


def test_lines_fit_and_no_secret_is_told() -> None:
    text = render(FULL, Style(80))
    rows = [line for line in text.splitlines() if line.startswith(("slug", "memory", "traffic"))]
    assert rows
    assert all(len(line) <= 80 for line in rows)
    assert SECRET not in text + log(FULL)


def test_colour_only_where_it_is_understood() -> None:
    assert "\x1b" not in verdict_line(FULL, Style())
    assert "\x1b[1;33m" in verdict_line(FULL, Style(colour=True))
    assert "\x1b[32m" in verdict_line(HEALTHY, Style(colour=True))
