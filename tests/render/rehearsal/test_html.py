"""The page: it needs nothing but itself, says all of it, and runs nothing of a project's."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from tests.render.rehearsal.rehearsals import FULL, HEALTHY, SECRET
from wherry.rehearse.rehearsal import Rehearsal, Vanished, Verdict
from wherry.render.rehearsal.html import to_html

HOSTILE = "<script>alert(1)</script>\x1b]0;title\x07"


class Page(HTMLParser):
    """What a browser would load, and what it would show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "data"):
                self.addresses.append(f"{tag} {value}")
            if name == "id":
                self.ids.append(value or "")
            assert not name.startswith("on"), f"{tag} {name}"

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("rehearsal", [FULL, HEALTHY])
def test_it_loads_nothing_and_runs_nothing(rehearsal: Rehearsal) -> None:
    page = Page(to_html(rehearsal))
    assert not {"script", "iframe", "object", "embed", "img", "link", "form"} & set(page.tags)
    # Links are to be followed, and are all that leads elsewhere.
    assert all(address.startswith("a https://") for address in page.addresses)
    assert "default-src 'none'" in to_html(rehearsal)
    assert len(page.ids) == len(set(page.ids))


def test_it_says_what_happened() -> None:
    page = Page(to_html(FULL))
    for words in (
        "would run, but",
        "WH303 too-many-workers",
        "R14: the quota, 512 MB",
        "H12, 5 s",
        "This dyno holds 38 predictions a second",
        "media/mole.jpg",
        "POST /upload/",
        "tensorflow-cpu",
        "first answer 3.30 s",
        "of 148 requests 1 lost and 6 late",
        "The platform shows 8 CPUs",
        "request_timeout_s = 5",
    ):
        assert words in page.text, words


def test_a_healthy_one_shows_no_empty_sections() -> None:
    page = Page(to_html(HEALTHY))
    assert "would run" in page.text
    for words in ("Findings", "What vanishes", "Memory over time", "Logs"):
        assert words not in page.text


def test_no_secret_is_in_it() -> None:
    assert SECRET not in to_html(FULL)


def test_what_a_project_calls_its_things_is_only_text() -> None:
    hostile = replace(
        FULL,
        project=HOSTILE,
        verdict=Verdict(FULL.verdict.outcome, HOSTILE),
        log=(HOSTILE,),
        vanished=(Vanished(HOSTILE, 1, "new", "file", 1.0, "web.1", HOSTILE),),
    )
    text = to_html(hostile)
    assert "<script" not in text
    assert "\x1b" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_drawings_are_well_formed() -> None:
    drawings = re.findall(r"<svg class=\"plot\".*?</svg>", to_html(FULL), re.DOTALL)
    assert len(drawings) == 5
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)  # noqa: S314 - made here
        assert root.find("title") is not None
        assert root.find("desc") is not None
        assert "nan" not in drawing.lower().replace("dominant", "")


def test_equal_rehearsals_give_equal_pages() -> None:
    assert to_html(FULL) == to_html(FULL)
