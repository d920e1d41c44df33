"""Fixes of one file go in together where they can, and wait for the next round where not."""

import pytest

from wherry.doctor.combining import combine, three_way
from wherry.findings import Change, Fix

LINES = "one\ntwo\nthree\nfour\n"


def fix(after: str | None, before: str | None = LINES, path: str = "a.txt") -> Fix:
    return Fix(f"Make it {after!r}.", (Change(path, before, after),), safe=True)


def test_different_lines_go_together() -> None:
    done = combine([fix("ONE\ntwo\nthree\nfour\n"), fix("one\ntwo\nthree\nFOUR\n")])
    assert done.changes == (Change("a.txt", LINES, "ONE\ntwo\nthree\nFOUR\n"),)
    assert not done.left


def test_neighbours_go_together() -> None:
    assert three_way(LINES, "ONE\ntwo\nthree\nfour\n", "one\nTWO\nthree\nfour\n") == (
        "ONE\nTWO\nthree\nfour\n"
    )


def test_the_same_line_waits() -> None:
    first, second = fix("1\ntwo\nthree\nfour\n"), fix("I\ntwo\nthree\nfour\n")
    done = combine([first, second])
    assert done.taken == (first,)
    assert done.left == (second,)


def test_two_insertions_at_one_place_wait() -> None:
    """Nobody can tell which of them is to come first."""
    assert three_way("a\n", "a\nb\n", "a\nc\n") is None


def test_the_same_edit_twice_is_made_once() -> None:
    assert three_way("a\n", "a\nb\n", "a\nb\n") == "a\nb\n"


def test_a_new_file_written_in_two_ways_waits() -> None:
    done = combine([fix("3.12\n", None), fix("3.13\n", None)])
    assert done.changes == (Change("a.txt", None, "3.12\n"),)
    assert len(done.left) == 1


def test_a_file_that_goes_and_is_edited_waits() -> None:
    assert len(combine([fix(None), fix("one\n")]).left) == 1


def test_a_fix_goes_in_as_a_whole_or_not_at_all() -> None:
    both = Fix(
        "Two files.", (Change("b.txt", None, "b\n"), Change("a.txt", LINES, "1\n")), safe=True
    )
    done = combine([fix("ONE\ntwo\nthree\nfour\n"), both])
    assert [change.path for change in done.changes] == ["a.txt"]


@pytest.mark.parametrize("text", ["", "a", "a\r\nb\r\n", "a\n\n\n"])
def test_nothing_changes_where_nothing_is_to(text: str) -> None:
    assert three_way(text, text, text) == text


def test_line_ends_stay() -> None:
    assert three_way("a\r\nb\r\n", "A\r\nb\r\n", "a\r\nB\r\n") == "A\r\nB\r\n"
