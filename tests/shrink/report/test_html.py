import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.shrink.report.reports import (
    REFUSED_INT8,
    WHY,
    classifier,
    hostile,
    nothing_worked,
)
from wherry.shrink.candidates import TENSORFLOW
from wherry.shrink.records import OutputParity, ShrinkReport
from wherry.shrink.report.html import MOST_ERROR_PLOTS, to_html

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Elements, text and ids of a page; refuses tags that do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(key, value or "") for key, value in attrs]
        self.ids += [value or "" for key, value in attrs if key == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


REPORTS = {
    "labelled": classifier(),
    "synthetic": classifier(labelled=False, synthetic=True),
    "nothing": nothing_worked(),
    "hostile": hostile(),
}


@pytest.fixture(scope="module", params=REPORTS)
def html(request: pytest.FixtureRequest) -> str:
    return to_html(REPORTS[request.param])


def test_the_page_is_whole(html: str) -> None:
    """Every tag closes, and no id stands twice."""
    page = Page(html)
    assert len(page.ids) == len(set(page.ids))
    known = set(page.ids)
    for key, value in page.attributes:
        if key == "aria-labelledby":
            assert set(value.split()) <= known
        if key == "href":
            assert value.startswith("#")
            assert value[1:] in known
    for reference in re.findall(r"url\(#([^)]*)\)", html):
        assert reference in known


def test_the_page_needs_nothing_else(html: str) -> None:
    """No script, no address, no file."""
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "image"} & set(page.tags)
    assert not {key for key, _ in page.attributes} & {"src", "srcset", "action", "onload"}
    assert "://" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_equal_reports_give_equal_pages() -> None:
    assert to_html(classifier()) == to_html(classifier())


def test_a_labelled_classifier() -> None:
    """The decision first, each candidate, the reasons, and a plot for each question."""
    page = Page(to_html(classifier()))
    assert page.tags.count("h1") == 1
    text = page.text
    assert "litert float16: 6.72 MiB instead of 14.2 MiB" in text
    assert WHY in text
    assert f"Refused: {REFUSED_INT8}" in text
    assert "3 layers are kept in float: conv_1, conv_2, dense." in text
    plots = [value for key, value in page.attributes if (key, value) == ("class", "plot")]
    assert len(plots) == 6
    assert "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" in text
    assert "max_drop 0.005" in text
    assert "tensorflow 2.21.0" in text


def test_real_samples_and_no_failures_are_not_warned_of() -> None:
    page = Page(to_html(classifier()))
    assert "synthetic" not in page.text
    assert "Not made" not in page.text
    assert ("role", "note") not in page.attributes


def test_synthetic_samples_are_said_loudly_and_nothing_of_accuracy() -> None:
    text = Page(to_html(REPORTS["synthetic"])).text
    assert "The samples are synthetic: drawn from the signature" in text
    assert text.index("The samples are synthetic") < text.index("Candidates")
    assert "Drop of accuracy" not in text
    assert "labelled samples" not in text


def test_nothing_chosen() -> None:
    page = Page(to_html(nothing_worked()))
    assert "Nothing could be chosen" in page.text
    assert "litert float32: The operator Lgamma is not one that LiteRT has." in page.text
    assert "svg" not in page.tags
    assert "table" not in page.tags


def test_text_from_outside_is_never_markup() -> None:
    html = to_html(hostile())
    page = Page(html)
    assert "script" not in page.tags
    assert "<script" not in html
    assert "\x1b" not in html
    assert "</title><script>alert(1)</script>$x^2$ \\x1b[31m& \"'" in page.text


def test_text_that_utf_8_cannot_express_is_written() -> None:
    """A path may hold any bytes."""
    html = to_html(replace(classifier(), model="caf\udce9.keras", options={"a\ud800": "b\x00"}))
    assert "caf\\udce9.keras" in html.encode().decode()


def test_tensorflow_chosen_is_the_model_as_it_is() -> None:
    text = Page(to_html(replace(classifier(), chosen=TENSORFLOW))).text
    assert "tensorflow original: the model as it is, 14.0 MiB" in text


def many_outputs(count: int) -> ShrinkReport:
    first = classifier(labelled=False).outcomes[0]
    template = first.parity.outputs[0]
    outputs: tuple[OutputParity, ...] = tuple(
        replace(template, output=f"out_{i:02}", max_abs_error=1e-7 * (i + 1)) for i in range(count)
    )
    errors = {output.output: first.errors["probabilities"] for output in outputs}
    outcome = replace(first, parity=replace(first.parity, outputs=outputs), errors=errors)
    return replace(classifier(labelled=False), outcomes=(outcome,))


def test_of_many_outputs_those_are_drawn_that_stray_most() -> None:
    page = Page(to_html(many_outputs(20)))
    drawn = [i for i in page.ids if re.fullmatch(r"errors-\d+-title", i)]
    assert len(drawn) == MOST_ERROR_PLOTS
    assert "Error distributions of output out_19" in page.text
    assert "Error distributions of output out_00" not in page.text
    assert "8 more outputs, which stray less, are in the tables below." in page.text


def test_few_outputs_are_all_drawn() -> None:
    assert "more outputs" not in Page(to_html(many_outputs(3))).text
