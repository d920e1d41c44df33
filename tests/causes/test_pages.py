"""The pages under docs/causes are those of the catalogue."""

import re
from pathlib import Path

import pytest

from wherry.causes.catalogue import CATALOGUE
from wherry.causes.pages import pages, write

FOLDER = Path(__file__).parents[2] / "docs/causes"
PAGES = pages()


def test_they_are_up_to_date() -> None:
    """Write them anew with: python -m wherry.causes.pages docs/causes."""
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)
    stale = [name for name, text in PAGES.items() if (FOLDER / name).read_text("utf-8") != text]
    assert stale == []


def test_every_cause_has_one_with_all_its_parts() -> None:
    for entry in CATALOGUE:
        page = PAGES[f"{entry.code}.md"]
        for heading in ("## What to do", "## How to check", "## Sources"):
            assert heading in page
        assert ("## In a log" in page) == bool(entry.looks_like)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    prose = re.sub(r"^ *```.*?^ *```$", "", PAGES[name], flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)]+)\)", prose):
        assert target in PAGES or target.startswith("https://")


def test_fences_are_closed() -> None:
    for page in PAGES.values():
        assert len(re.findall(r"^ *```", page, re.MULTILINE)) % 2 == 0


def test_writing_removes_what_is_no_more(tmp_path: Path) -> None:
    (tmp_path / "WH999.md").write_text("old")
    (tmp_path / "notes.txt").write_text("somebody's")
    write(tmp_path)
    assert not (tmp_path / "WH999.md").exists()
    assert (tmp_path / "notes.txt").exists()
    assert (tmp_path / "WH110.md").read_text("utf-8") == PAGES["WH110.md"]
