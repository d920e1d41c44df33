"""The page of overload and faults says what was measured, and is what stands in the docs."""

import json

from benchmarks.load import page

SWAPS = {
    "commit": "0123456789ab",
    "date": "2026-11-26",
    "machine": {"cpu": "a processor"},
    "runtime": "litert",
    "file_bytes": 147_000_000,
    "quota_bytes": 512 * 2**20,
    "swaps": 100,
    "ways": ["beside"],
    "swap_s": {"median": 0.41, "most": 0.9},
    "requests": {"outcomes": {"200": 12_345, "503": 1}, "slowest_s": 0.5},
    "ratio": 1.018,
    "peak_bytes": 351 * 2**20,
}


def test_the_page_is_that_of_the_kept_results() -> None:
    """Nobody has edited it by hand."""
    result, apart = json.loads(page.DATA.read_text()), json.loads(page.APART.read_text())
    assert page.PAGE.read_text() == page.page(result, apart)


def test_a_fault_is_told_with_its_command_and_its_numbers() -> None:
    """The command repeats it; refusals are counted apart from answers."""
    result = json.loads(page.DATA.read_text())
    text = page.page(result, {"scripts/bench load swaps": SWAPS})
    assert "`scripts/bench load swaps`, commit `0123456789ab`, 2026-11-26, a processor:" in text
    assert "- 100 swaps (beside) of a litert model of 147 MB within 512 MB" in text
    assert "- requests: 12,345 200, 1 503; the slowest took 0.50 s" in text
    assert "1.018 times that before the first; at most 351 MB" in text
