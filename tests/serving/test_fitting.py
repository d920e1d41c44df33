"""Beside, after, or not at all: with the numbers that decided it."""

from wherry.platforms.usage import Usage
from wherry.serving.fitting import SPARE_RATIO, UNMEASURED_RATIO, Need, Way, expect, fit

MIB = 2**20
QUOTA = 512 * MIB


def usage(used_mib: int) -> Usage:
    return Usage(used_mib * MIB, QUOTA, "cgroup")


def need(peak_mib: int, held_mib: int) -> Need:
    return Need(peak_mib * MIB, held_mib * MIB, "measured")


def test_both_are_held_where_both_fit() -> None:
    """Nobody waits."""
    assert fit(need(160, 160), usage(210)).way is Way.BESIDE


def test_old_one_goes_first_where_both_do_not_fit() -> None:
    """And the sentence says why, with all numbers."""
    decided = fit(need(250, 240), usage(300))
    assert decided.way is Way.STAGED
    for number in ("250 MiB", "300 MiB", "512 MiB", "240 MiB"):
        assert number in decided.sentence


def test_what_fits_neither_way_is_refused_with_numbers_and_the_next_step() -> None:
    """Also after the old one is gone."""
    decided = fit(need(450, 100), usage(300))
    assert decided.way is Way.REFUSED
    for said in ("450 MiB", "300 MiB of 512 MiB", "486 MiB", "100 MiB", "wherry shrink"):
        assert said in decided.sentence


def test_model_that_replaces_none_cannot_be_staged() -> None:
    """There is nothing to let go."""
    assert fit(need(250, 0), usage(300)).way is Way.REFUSED


def test_the_edge_is_the_spare_part_of_the_quota() -> None:
    """One byte more does not fit."""
    free = int(QUOTA * (1 - SPARE_RATIO)) - 100 * MIB
    assert fit(Need(free, 0, ""), usage(100)).way is Way.BESIDE
    assert fit(Need(free + 1, 0, ""), usage(100)).way is Way.REFUSED


def test_without_a_known_limit_nothing_is_refused() -> None:
    """A machine that tells nothing is left to itself."""
    assert fit(need(10**6, 0), None).way is Way.BESIDE


def test_measured_need_goes_before_an_estimate() -> None:
    """And says where it is from."""
    measured = expect(100 * MIB, known_ratio=1.1, held_bytes=0, runtime="litert")
    assert measured.peak_bytes == int(110 * MIB)
    assert "measured with litert" in measured.source
    estimated = expect(100 * MIB, known_ratio=None, held_bytes=0, runtime="onnx")
    assert estimated.peak_bytes == UNMEASURED_RATIO * 100 * MIB
    assert "not measured" in estimated.source
