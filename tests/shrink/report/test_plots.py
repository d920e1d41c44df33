import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from tests.shrink.report.reports import HOSTILE, classifier, hostile
from wherry.shrink.candidates import KINDS
from wherry.shrink.records import ShrinkReport
from wherry.shrink.report.plots.accuracy import draw_accuracy
from wherry.shrink.report.plots.bars import draw_latency, draw_memory
from wherry.shrink.report.plots.drawing import Colour, looks
from wherry.shrink.report.plots.errors import draw_errors
from wherry.shrink.report.plots.kinds import look_of
from wherry.shrink.report.plots.labels import Box, place
from wherry.shrink.report.plots.tradeoff import draw_tradeoff, error_colour, front
from wherry.shrink.report.table import Row, build_table


@pytest.fixture(autouse=True)
def in_the_reports_looks() -> Iterator[None]:
    with looks():
        yield


def rows(report: ShrinkReport) -> tuple[Row, ...]:
    return build_table(report).rows


def tree(svg: str | None) -> ElementTree.Element:
    assert svg is not None
    return ElementTree.fromstring(svg)  # noqa: S314  our own drawing


def ids(svg: ElementTree.Element, prefix: str) -> list[str]:
    return [i for e in svg.iter() if (i := e.get("id", "")).startswith(prefix)]


def texts(svg: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in svg.iter("text")]


def test_each_candidate_is_a_point_and_a_label() -> None:
    svg = tree(draw_tradeoff(rows(classifier()), 1))
    assert len(ids(svg, "tradeoff-point-")) == 7
    assert len(ids(svg, "tradeoff-front")) == 1
    assert len(ids(svg, "tradeoff-chosen")) == 1
    assert {kind.name for kind in KINDS} <= set(texts(svg))


def test_nothing_chosen_is_not_ringed() -> None:
    report = replace(classifier(), chosen=None)
    assert ids(tree(draw_tradeoff(rows(report), 1)), "tradeoff-chosen") == []


def test_the_front_holds_what_none_beats() -> None:
    points = [(3.0, 13.0), (2.9, 6.7), (3.9, 3.8), (6.5, 3.6), (19.0, 14.0), (3.9, 4.0)]
    assert front(points) == [(2.9, 6.7), (3.9, 3.8), (6.5, 3.6)]
    assert front([]) == []


def test_an_errors_colour_gets_stronger() -> None:
    found = [error_colour(ratio) for ratio in (0.0, 3e-7, 5e-4, 5e-3, 0.5, math.inf, math.nan)]
    assert found == [
        Colour.ERROR_1, Colour.ERROR_1, Colour.ERROR_2, Colour.ERROR_3,
        Colour.ERROR_4, Colour.ERROR_4, Colour.ERROR_4,
    ]  # fmt: skip


def test_labels_keep_off_points_lines_and_one_another() -> None:
    frame = Box(0, 0, 400, 300)
    points = [(100.0, 200.0), (104.0, 203.0), (120.0, 200.0), (390.0, 20.0)]
    names = ["litert float32", "litert float16", "onnx float32", "onnx int8"]
    labels = place(points, names, frame, 9, 6, [(0, 230), (200, 230)])
    boxes = [
        Box(label.x - len(name) * 2.6, label.y - 5, label.x + len(name) * 2.6, label.y + 5)
        for label, name in zip(labels, names, strict=True)
    ]
    for i, box in enumerate(boxes):
        assert box.covers(frame) == pytest.approx(box.area)
        assert all(box.covers(other) == 0 for other in boxes[i + 1 :])
        assert all(box.covers(Box(x - 6, y - 6, x + 6, y + 6)) == 0 for x, y in points)
        assert box.covers(Box(0, 229, 200, 231)) == 0


def test_a_label_with_room_stands_beside_its_point() -> None:
    (label,) = place([(100.0, 100.0)], ["onnx"], Box(0, 0, 400, 300), 9, 6)
    assert label.y == 100
    assert label.x > 100
    assert not label.far


def test_no_two_candidates_look_alike() -> None:
    found = {(look.colour, look.dashes, look.marker) for look in map(look_of, KINDS)}
    assert len(found) == len(KINDS)


def test_each_candidate_has_its_curve_of_errors() -> None:
    outcomes = classifier().outcomes
    svg = tree(draw_errors(outcomes, "probabilities", "errors-0"))
    assert len(ids(svg, "errors-0-curve-")) == 7
    assert "error, part of the output's range" in texts(svg)


def test_errors_of_a_constant_output_are_absolute() -> None:
    outcomes = tuple(
        replace(
            one,
            parity=replace(one.parity, outputs=(replace(one.parity.outputs[0], range=0.0),)),
        )
        for one in classifier().outcomes
    )
    assert "absolute error" in texts(tree(draw_errors(outcomes, "probabilities", "e")))


def test_an_output_of_text_has_no_plot_of_errors() -> None:
    assert draw_errors(classifier().outcomes, "words", "e") is None
    empty = tuple(
        replace(one, errors={"probabilities": np.array([np.nan], np.float32)})
        for one in classifier().outcomes
    )
    assert draw_errors(empty, "probabilities", "e") is None


def test_answers_that_are_all_equal_are_drawn() -> None:
    outcomes = tuple(
        replace(one, errors={"probabilities": np.zeros(5, np.float32)})
        for one in classifier().outcomes
    )
    assert len(ids(tree(draw_errors(outcomes, "probabilities", "e")), "e-curve-")) == 7


def test_accuracy_has_an_interval_each_and_the_gate() -> None:
    svg = tree(draw_accuracy(rows(classifier()), 0.005))
    assert len(ids(svg, "accuracy-interval-")) == 7
    assert len(ids(svg, "accuracy-gate")) == 1
    assert ids(tree(draw_accuracy(rows(classifier()), None)), "accuracy-gate") == []


def test_no_labels_no_plot_of_accuracy() -> None:
    assert draw_accuracy(rows(classifier(labelled=False)), 0.005) is None


def test_bars_have_their_numbers() -> None:
    assert {"54.5", "402"} <= set(texts(tree(draw_memory(rows(classifier())))))
    # 88 ms for a batch of 8 are 11 for each.
    assert {"19.2", "11.0"} <= set(texts(tree(draw_latency(rows(classifier()), (1, 8)))))


def test_nothing_measured_is_not_drawn() -> None:
    assert draw_memory(()) is None
    assert draw_latency((), ()) is None
    assert draw_tradeoff((), 1) is None
    assert draw_tradeoff(rows(classifier()), 32) is None


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e3])
def test_models_of_any_size_and_speed(scale: float) -> None:
    """Axes keep ticks that can be told apart."""
    report = classifier()
    outcomes = tuple(
        replace(
            one,
            measurement=replace(
                one.measurement,
                file_bytes=round(one.measurement.file_bytes * scale),
                latency_s={n: s * scale for n, s in one.measurement.latency_s.items()},
            ),
        )
        for one in report.outcomes
    )
    svg = tree(draw_tradeoff(rows(replace(report, outcomes=outcomes)), 1))
    for axis in ("xtick", "ytick"):
        numbers = [
            float("".join(text.itertext()).replace(",", ""))
            for group in svg.iter("g")
            if re.fullmatch(rf"tradeoff-{axis}_\d+", group.get("id", ""))
            for text in group.iter("text")
        ]
        assert len(numbers) >= 3
        assert all(a < b for a, b in pairwise(numbers))


def test_colours_are_those_of_the_style_sheet() -> None:
    for svg in (
        draw_tradeoff(rows(classifier()), 1),
        draw_errors(classifier().outcomes, "probabilities", "e"),
        draw_accuracy(rows(classifier()), 0.005),
        draw_memory(rows(classifier())),
    ):
        assert svg is not None
        assert re.findall(r"#[0-9a-f]{6}", svg) == []
        assert "var(--soft)" in svg
        # Nothing is black by default, which dark paper would hide.
        for text in tree(svg).iter("text"):
            assert "fill: var(--" in text.get("style", "")


def test_a_drawing_says_in_words_what_it_shows() -> None:
    svg = tree(draw_memory(rows(classifier())))
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "memory-title memory-description"
    title, description = svg[0], svg[1]
    assert (title.tag, title.text) == ("title", "Memory")
    assert "litert float16: anonymous, added 54.5 MiB, PSS of the process 84.9 MiB" in (
        description.text or ""
    )


def test_names_in_a_drawing_are_text_only() -> None:
    svg = draw_errors(hostile().outcomes, HOSTILE + "probabilities", "e")
    assert svg is not None
    assert "<script" not in svg
    assert "&lt;script&gt;alert(1)&lt;/script&gt;$x^2$ \\x1b[31m" in svg
    svg = draw_tradeoff(rows(hostile()), 1)
    assert svg is not None
    assert "<script" not in svg


@pytest.mark.filterwarnings("error")
def test_names_in_any_script_are_drawn() -> None:
    """The font that measures text lacks these letters, and dollars are no formula."""
    report = hostile()
    outcomes = tuple(
        replace(
            one,
            candidate=replace(
                one.candidate, kind=replace(one.candidate.kind, runtime="日本語\U0001f6a2 $x^2$")
            ),
        )
        for one in report.outcomes
    )
    svg = draw_memory(rows(replace(report, outcomes=outcomes)))
    assert "日本語\U0001f6a2 $x^2$ float32" in texts(tree(svg))


def test_the_machines_own_settings_change_nothing() -> None:
    drawn = draw_memory(rows(classifier()))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        with looks():
            assert draw_memory(rows(classifier())) == drawn
        assert mpl.rcParams["font.size"] == 30
