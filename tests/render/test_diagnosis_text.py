"""What a person reads: the whole text is compared, so that a rewording is a visible change."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.render.diagnoses import CLEAN, FULL, SECRET
from wherry.causes.cause import Severity
from wherry.doctor.rule import found
from wherry.findings import Change, FileSpan, Fix
from wherry.render.diagnosis_text import render
from wherry.render.style import Style, paint_diff

GOLDEN = Path(__file__).with_name("golden")


def golden(name: str) -> str:
    return (GOLDEN / name).read_text()


def test_whole_text() -> None:
    assert render(FULL) == golden("full.txt")


def test_brief_text() -> None:
    assert render(FULL, brief=True) == golden("brief.txt")


def test_clean_text() -> None:
    assert render(CLEAN) == (
        "shop for render:free, 512 MB, Python 3.13\n\n"
        "Nothing was found in 12 files that would keep it from running there.\n"
    )


def test_where_what_evidence_why_what_to_do_how_to_check_more() -> None:
    text = render(replace(FULL, findings=FULL.findings[:1]))
    order = ["requirements.txt", "error WH110", "Without a pin", "What to do", "To check:", "More:"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_sentences_keep_within_the_width(width: int) -> None:
    """Commands and lines of files are never broken: they are there to be copied."""
    for line in render(FULL, Style(width=width)).splitlines():
        copied = line.strip().startswith("$") or line.startswith(" " * 9) or "| " in line
        assert copied or len(line) <= width, line


def test_no_secret_is_shown() -> None:
    assert SECRET not in render(FULL)
    assert 'SECRET_KEY = "****"' in render(FULL)


def test_no_colour_in_a_log() -> None:
    assert "\x1b" not in render(FULL)
    assert "\x1b[1;31merror WH110\x1b[0m" in render(FULL, Style(colour=True))


def test_colour_changes_nothing_else() -> None:
    painted = render(FULL, Style(colour=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == render(FULL)


def test_paths_count_from_where_one_is() -> None:
    assert "\nsites/shop/shop/settings.py:2:1 " in render(FULL, prefix="sites/shop/")


def test_many_places_are_cut_short() -> None:
    spans = [FileSpan(f"a{number}.py", 1) for number in range(30)]
    text = render(replace(FULL, findings=(found("bare-except", *spans),)))
    assert "... and in 18 more places" in text
    assert "a29.py" not in text


def test_only_what_the_platform_allows_is_offered() -> None:
    finding = found("allowed-hosts", FileSpan("s.py", 1))
    assert "heroku config:set" in render(replace(FULL, findings=(finding,)))
    assert "heroku config:set" not in render(replace(CLEAN, findings=(finding,)))


def test_a_flask_app_is_told_what_was_left_out() -> None:
    text = render(replace(CLEAN, framework="flask"))
    assert "This is a Flask app." in text
    assert "Flask" not in render(CLEAN)


def test_no_django_at_all_is_told() -> None:
    assert "There is no Django project here" in render(replace(CLEAN, framework=""))


def test_notes_alone_are_no_alarm() -> None:
    finding = found("allowed-hosts", FileSpan("s.py", 1), severity=Severity.NOTE)
    text = render(replace(CLEAN, findings=(finding,)))
    assert "1 note. It should start there" in text
    assert "it will not run" not in text


def test_one_s_own_words_are_no_places() -> None:
    """A file may be called like a template of the catalogue."""
    finding = found("secret-key-hard-coded", values={"settings": "{pin|x}.py"})
    assert "SECRET_KEY is written in {pin|x}.py" in render(replace(CLEAN, findings=(finding,)))


def test_a_diff_is_coloured_on_a_terminal_only() -> None:
    diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-one\n+two\n"
    assert paint_diff(diff, Style()) == diff
    assert "\x1b[31m-one\x1b[0m\n\x1b[32m+two\x1b[0m\n" in paint_diff(diff, Style(colour=True))


def test_a_fix_of_several_findings_is_told_once() -> None:
    fix = Fix("Repair the pins: numpy to 2.1", (Change("r.txt", "a\n", "b\n"),), safe=False)
    two = (found("pins-not-installable", fix=fix), found("tf-no-wheel-for-python", fix=fix))
    text = render(replace(CLEAN, findings=two))
    assert text.count("Repair the pins") == 1
    assert " ".join(text.split()).count("the same as above.") == 1
