"""Numbers as people write them."""

import pytest

from wherry.findings import Evidence, FileSpan, How
from wherry.render import words

QUOTA = 512 * 1024 * 1024


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_200_000_000, "bytes", "1.2 GB"),
        (21_800_000, "bytes", "21.8 MB"),
        (0, "bytes", "0 B"),
        (999, "bytes", "999 B"),
        (QUOTA, "memory bytes", "512 MB"),
        (512, "MiB", "512 MB"),
        (4, "workers", "4 workers"),
        (30, "s", "30 s"),
        (6.25, "s", "6.2 s"),
        (1234567, "", "1,234,567"),
    ],
)
def test_numbers(value: float, unit: str, text: str) -> None:
    assert words.number(value, unit) == text


def test_memory_counts_as_its_seller_counts() -> None:
    item = Evidence("anonymous memory at boot", 2 * QUOTA, How.ESTIMATED, "bytes", QUOTA)
    assert words.evidence(item) == (
        "anonymous memory at boot: 1 GB (estimated); the limit is 512 MB"
    )


def test_a_slug_counts_as_its_builder_counts() -> None:
    item = Evidence("compressed slug", 606e6, How.ESTIMATED, "bytes", 1e9, 563e6, 649e6)
    assert words.evidence(item) == (
        "compressed slug: 606 MB (estimated, 563 MB to 649 MB); the limit is 1 GB"
    )


def test_a_secret_in_what_was_read_is_masked() -> None:
    item = Evidence("the address", "postgres://u:hunter2hunter2@db/x", How.READ)
    assert "hunter2" not in words.evidence(item)
    assert words.quotes(FileSpan("a", 1, quote="SECRET_KEY = 'hunter2hunter2'")) == [
        "SECRET_KEY = '****'"
    ]


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0 fixes"), (1, "1 fix"), (2, "2 fixes"), (1200, "1,200 fixes")]
)
def test_plurals(amount: int, text: str) -> None:
    assert words.count(amount, "fix", "fixes") == text


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")]
)
def test_lists(items: list[str], text: str) -> None:
    assert words.listed(items) == text
