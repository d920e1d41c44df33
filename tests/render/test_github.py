"""Annotations as GitHub's runner reads them, one for each place."""

from dataclasses import replace

from tests.render.diagnoses import CLEAN, FULL, SECRET
from wherry.doctor.rule import found
from wherry.findings import FileSpan
from wherry.render.github import render


def test_one_line_for_each_place() -> None:
    lines = render(FULL).splitlines()
    keys = [line for line in lines if "WH601" in line]
    assert keys[0].startswith(
        "::warning file=shop/settings.py,line=2,endLine=2,col=1,title=WH601 SECRET_KEY is written"
    )
    assert keys[1].startswith("::warning file=shop/old settings.py,line=7,title=WH601")


def test_a_finding_without_a_place_has_no_file() -> None:
    assert "::error title=WH410 " in render(FULL)


def test_every_line_is_a_command() -> None:
    assert all(line.startswith("::") for line in render(FULL).splitlines())


def test_a_project_s_text_is_no_command() -> None:
    """A line break in a file's name would end the command and begin another."""
    finding = found("bare-except", FileSpan("a\n::error::b,c:d%.py", 1))
    (line,) = render(replace(CLEAN, findings=(finding,))).splitlines()
    assert "file=a%0A%3A%3Aerror%3A%3Ab%2Cc%3Ad%25.py,line=1" in line


def test_no_secret_is_in_it() -> None:
    assert SECRET not in render(FULL)


def test_paths_count_from_the_repository() -> None:
    assert "file=sites/shop/requirements.txt" in render(FULL, prefix="sites/shop/")


def test_nothing_found_prints_nothing() -> None:
    assert render(CLEAN) == ""


def test_what_was_not_inspected_is_a_notice() -> None:
    assert "::notice title=Not inspected%3A the package index::--offline" in render(FULL)
