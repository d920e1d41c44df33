import math

import pytest

from wherry.shrink.report import quantities
from wherry.shrink.report.quantities import BYTES, SECONDS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0123, "0.012"),
        (0.9, "0.90"),
        (1.5, "1.50"),
        (9.996, "10.0"),
        (54.46, "54.5"),
        (99.96, "100"),
        (1310.4, "1,310"),
        (-2.5, "-2.50"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        (math.nan, "?"),
    ],
)
def test_a_number_has_about_three_digits(value: float, text: str) -> None:
    assert quantities.significant(value) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.0, "0"),
        (3.14e-7, "3.1e-07"),
        (9.9e-5, "9.9e-05"),
        (1e-4, "0.010 %"),
        (4.2e-4, "0.042 %"),
        (0.019, "1.9 %"),
        (0.0996, "10 %"),
        (25.0, "2,500 %"),
        (math.inf, "∞"),
    ],
)
def test_an_error_under_the_bar_is_a_power_and_above_it_percent(ratio: float, text: str) -> None:
    assert quantities.error(ratio) == text


def test_only_all_is_a_hundred_percent() -> None:
    """One wrong answer in a million is not rounded away."""
    assert quantities.percent(1.0) == "100.00"
    assert quantities.percent(0.999999) == "99.99"
    assert quantities.percent(0.9940) == "99.40"


def test_nothing_is_minus_zero() -> None:
    assert quantities.points(-0.00001) == "0.00"
    assert quantities.points(-0.0011) == "-0.11"


def test_a_columns_unit_leaves_its_smallest_value_at_one_or_more() -> None:
    assert quantities.unit_for([900 * 2**10, 4 * 2**20], BYTES).name == "KiB"
    assert quantities.unit_for([0, 9e-6, 2.0], SECONDS).name == "µs"
    assert quantities.unit_for([0.3, math.inf], SECONDS).name == "ms"
    assert quantities.unit_for([0], BYTES).name == "B"
    assert quantities.with_unit(14.21 * 2**20, BYTES) == "14.2 MiB"


def test_a_column_has_one_number_of_decimals() -> None:
    assert quantities.aligned([6.72, 13.4, 172]) == ("6.72", "13.40", "172.00")
    assert quantities.aligned([44.0, 172.0, 0]) == ("44.0", "172.0", "0.0")
    assert quantities.aligned([240, 1310, math.inf]) == ("240", "1,310", "∞")


@pytest.mark.parametrize("text", ["models/né.keras", "日本語 model", "a  b", "[bold]", "50 % $x$"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert quantities.printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("one\ntwo\r\nthree", "one two three"),
        ("gnp.\u202ekeras", "gnp.\\u202ekeras"),
        ("caf\udce9", "caf\\udce9"),
        ("a\x00b", "a\\x00b"),
    ],
)
def test_text_that_steers_a_terminal_is_spelled_out(text: str, shown: str) -> None:
    assert quantities.printable(text) == shown
