"""The drawings: areas that add up, scales that hold, and nothing where there is nothing."""

import math

import pytest

from tests.render.rehearsal.rehearsals import FULL
from wherry.rehearse.rehearsal import LoadPoint, SlugFacts
from wherry.render.rehearsal.plots.boot import draw_boot
from wherry.render.rehearsal.plots.latency import draw_latency
from wherry.render.rehearsal.plots.load import draw_load
from wherry.render.rehearsal.plots.memory import draw_memory
from wherry.render.rehearsal.plots.scales import Linear, Logarithmic, above, decades, time_ticks
from wherry.render.rehearsal.plots.svg import fitting
from wherry.render.rehearsal.plots.treemap import Box, draw_slug, squarify


@pytest.mark.parametrize("sizes", [[1.0], [6, 6, 4, 3, 2, 2, 1], [1000, 1, 1, 1], [5.0] * 40])
def test_a_treemap_fills_its_box_in_proportion(sizes: list[float]) -> None:
    boxes = squarify(sizes, Box(0, 0, 440, 290))
    whole = 440 * 290
    assert len(boxes) == len(sizes)
    for size, box in zip(sizes, boxes, strict=True):
        assert box.width * box.height == pytest.approx(whole * size / sum(sizes))
        assert box.x >= -1e-6
        assert box.y >= -1e-6
        assert box.x + box.width <= 440 + 1e-6
        assert box.y + box.height <= 290 + 1e-6
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = (
                one.x + one.width <= other.x + 1e-6
                or other.x + other.width <= one.x + 1e-6
                or one.y + one.height <= other.y + 1e-6
                or other.y + other.height <= one.y + 1e-6
            )
            assert apart


def test_a_treemap_of_nothing_has_no_size() -> None:
    assert squarify([0.0, 0.0], Box(0, 0, 10, 10)) == [Box(0, 0, 0, 0)] * 2
    assert draw_slug(SlugFacts(10, 10)) == ""


def test_nothing_measured_is_nothing_drawn() -> None:
    assert draw_memory((), FULL.limits, ()) == ""
    assert draw_boot((), FULL.limits) == ""
    assert draw_latency((), FULL.limits) == ""
    assert draw_load(()) == ""
    assert draw_load((LoadPoint(5, 5, 0.1, 0.1, 0.1),)) == ""


def test_the_kill_line_is_drawn_where_memory_comes_near_it() -> None:
    far = draw_memory(FULL.memory, FULL.limits, FULL.steps)
    assert "R14: the quota, 512 MB" in far
    assert "R15" not in far
    near = [curve for curve in FULL.memory if curve.dyno == "web.1"]
    from dataclasses import replace

    low = replace(FULL.limits, kill_bytes=700 * 1024 * 1024)
    assert "R15: killed, 700 MB" in draw_memory(near, low, ())


@pytest.mark.parametrize("top", [0.3, 1, 7, 42, 999, 65536])
def test_ticks_are_round_and_within(top: float) -> None:
    ticks = Linear(top, 0, 100).ticks()
    assert 3 <= len(ticks) <= 7
    assert ticks[0] == 0
    assert ticks[-1] <= top * 1.0001
    assert above(top) > top
    assert 2 <= len(time_ticks(top)) <= 20


def test_a_scale_of_powers_holds_what_lies_outside() -> None:
    low, high = decades([0.004, 3.0])
    assert (low, high) == (0.001, 10.0)
    scale = Logarithmic(low, high, 0, 100)
    assert scale.at(0.0) == 0
    assert scale.at(1e9) == pytest.approx(100)
    assert scale.at(math.sqrt(low * high)) == pytest.approx(50)


def test_a_name_is_cut_where_it_does_not_fit() -> None:
    assert fitting("tensorflow", 200) == "tensorflow"
    assert fitting("tensorflow", 40) == "tenso…"
    assert fitting("tensorflow", 10) == ""
