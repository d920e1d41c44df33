"""Whether a result reaches what was asked."""

import pytest
from benchmarks.serving.bars import Bar, bars

from tests.benchmarks.results import peer, result, start


def found(seen: dict[str, object], words: str) -> Bar:
    """Return the one bar whose name ends in these words."""
    (bar,) = (bar for bar in bars(seen) if bar.name.endswith(words))
    return bar


def test_wherry_is_compared_with_ok_round_by_round() -> None:
    """Half of "ok" in every round is a half, whatever the rounds were like."""
    seen = result(
        "digits",
        {
            "wherry": peer(start(0, requests_per_s=500.0), start(1, requests_per_s=60.0)),
            "ok": peer(start(0, requests_per_s=1000.0), start(1, requests_per_s=100.0)),
        },
        [],
    )

    bar = found(seen, 'requests/s, of "ok" on granian itself')

    assert bar.value == pytest.approx(0.55)
    assert bar.reached


def test_memory_is_what_wherry_has_above_the_site_without_a_model() -> None:
    """50 MB more than "ok" with as many processes is more than the 45 that are allowed."""
    seen = result(
        "digits",
        {
            "wherry": peer(start(0, pss_bytes=110_000_000)),
            "ok": peer(start(0, pss_bytes=60_000_000)),
        },
        [],
    )

    bar = found(seen, 'PSS above "ok" likewise')

    assert bar.value == pytest.approx(50.0)
    assert bar.reached is False


def test_starts_without_load_count_for_first_answers_alone() -> None:
    """The median of all starts is taken for the first answer; rates are those of rounds."""
    slow, quick = start(0, first_answer_s=2.0), start(None, first_answer_s=0.8)
    seen = result(
        "digits",
        {"wherry": peer(slow, quick, quick), "ok": peer(start(0, first_answer_s=0.5))},
        [],
    )

    assert found(seen, 'first answer after that of "ok"').value == pytest.approx(0.3)
    assert found(seen, 'requests/s, of "ok" on granian itself').value == 1.0


def test_large_models_are_held_against_the_best_bare_loop_and_ok_in_series() -> None:
    """100/s bare and 900/s "ok" allow 90/s together, of which 81 are nine tenths."""
    seen = result(
        "mobilenet",
        {
            "wherry": peer(start(0, requests_per_s=81.0)),
            "ok": peer(start(0, requests_per_s=900.0)),
        },
        [{"1 process, all cores": 80.0, "a caller per core": 100.0}],
    )

    (bar,) = bars(seen)

    assert bar.value == pytest.approx(0.9)


def test_a_peer_that_was_not_measured_reaches_and_misses_nothing() -> None:
    """An unmeasured bar says so instead of passing."""
    seen = result("digits", {"wherry": peer(start(0))}, [])

    assert found(seen, "of MLServer").reached is None


def test_a_work_that_was_not_done_has_no_bars() -> None:
    """Only what was asked for is judged."""
    assert bars({"works": {}}) == []
