"""The last word, in one line."""

import pytest

from wherry.rehearse.judging.situation import finding
from wherry.rehearse.rehearsal import Outcome, RequestKind, Traffic
from wherry.rehearse.verdict import reach_verdict

PORT = finding("port-not-bound", values={"address": "127.0.0.1:8000"})
SQLITE = finding("sqlite-ephemeral")
WORKERS = finding("too-many-workers", values={"workers": "2", "memory": "634 MB"})
NOTE = finding("logs-dropped")


def traffic(**statuses: int) -> Traffic:
    counts = {int(name[1:]): count for name, count in statuses.items()}
    kind = RequestKind("GET", "/", sum(counts.values()), counts, {}, 0.1, 0.1, 0.1, 0.1)
    return Traffic("found in the project", 1.0, (kind,))


def test_nothing_to_say() -> None:
    verdict = reach_verdict([], traffic=traffic(s200=9, s404=1))
    assert verdict.text == "would run"
    assert verdict.good


def test_a_note_is_no_but() -> None:
    assert reach_verdict([NOTE]).text == "would run"


def test_but() -> None:
    assert reach_verdict([SQLITE]).text == (
        "would run, but the database is a SQLite file on a disk that does not last "
        "(WH620 sqlite-ephemeral)"
    )
    assert reach_verdict([WORKERS, SQLITE, PORT]).text == (
        "would run, but 2 workers each hold the model: 634 MB (WH303 too-many-workers); the "
        "database is a SQLite file on a disk that does not last (WH620 sqlite-ephemeral); 1 more"
    )


def test_lost_requests_that_nothing_explains() -> None:
    verdict = reach_verdict([], traffic=traffic(s200=138, s503=2))
    assert verdict.text == "would run, but 2 of 140 requests were not answered well"


@pytest.mark.parametrize(
    ("failed", "text"),
    [
        ("push", "would not be taken"),
        ("build", "would not build"),
        ("release", "would not release"),
        ("boot", "would not boot"),
    ],
)
def test_where_it_ends(failed: str, text: str) -> None:
    verdict = reach_verdict([PORT, SQLITE], failed=failed)
    assert verdict.text == (
        f"{text}: the server does not listen where the host looks for it: it is on "
        "127.0.0.1:8000 (WH220 port-not-bound)"
    )
    assert not verdict.good
    assert reach_verdict([], failed=failed, words="its own words").text == f"{text}: its own words"


@pytest.mark.parametrize(
    ("only", "outcome"),
    [
        ("push", Outcome.PUSHES),
        ("build", Outcome.BUILDS),
        ("boot", Outcome.BOOTS),
        ("load", Outcome.RUNS),
    ],
)
def test_a_run_that_was_to_end_early_says_no_more_than_it_saw(only: str, outcome: Outcome) -> None:
    verdict = reach_verdict([], only=only)
    assert verdict.outcome is outcome
    assert verdict.good


def test_a_name_keeps_its_capitals() -> None:
    debug = finding("debug-true")
    assert reach_verdict([debug]).text == "would run, but DEBUG is on (WH604 debug-true)"
    hosts = finding("allowed-hosts")
    assert "ALLOWED_HOSTS does not hold" in reach_verdict([hosts]).text
