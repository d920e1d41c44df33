"""Which requests ask to be answered later."""

import pytest

from wherry.django.deferring import _asks_for_later


@pytest.mark.parametrize(
    "header",
    [
        "respond-async",
        "Respond-Async",
        "respond-async, wait=10",
        "return=minimal,respond-async",
        'respond-async; foo="bar"',
    ],
)
def test_the_preference_is_heard(header: str) -> None:
    """However RFC 7240 lets it be written."""
    assert _asks_for_later(header)


@pytest.mark.parametrize("header", ["", "wait=10", "return=respond-async", "x-respond-async", ","])
def test_other_preferences_are_not_it(header: str) -> None:
    """They are for somebody else."""
    assert not _asks_for_later(header)
