"""Causes are chosen by code, by the beginning of a code, or by name."""

import pytest

from wherry.causes.catalogue import CATALOGUE, cause
from wherry.doctor.selection import select
from wherry.errors import ConfigurationError


def names(chosen: tuple[str, ...] = (), left_out: tuple[str, ...] = ()) -> set[str]:
    selection = select(chosen, left_out)
    return {entry.name for entry in CATALOGUE if selection.holds(entry)}


def test_nothing_chosen_is_everything() -> None:
    assert len(names()) == len(CATALOGUE)


@pytest.mark.parametrize(
    "word", ["WH110", "wh110", "python-unpinned", "python_unpinned", "python-unpinned-default-3.14"]
)
def test_one_cause_by_its_words(word: str) -> None:
    assert names((word,)) == {"python-unpinned"}


def test_a_beginning_of_a_code_is_a_stage() -> None:
    chosen = names(("WH6",))
    assert "secret-key-hard-coded" in chosen
    assert chosen == {entry.name for entry in CATALOGUE if entry.code.startswith("WH6")}


def test_what_is_left_out_is_left_out_of_what_is_chosen() -> None:
    assert "debug-true" not in names(("WH6",), ("debug-true",))


def test_a_name_is_no_beginning() -> None:
    """`python` is the beginning of several names, and nobody's name."""
    with pytest.raises(ConfigurationError, match="no cause called 'python'"):
        select(("python",))


def test_a_misspelled_name_says_what_is_near() -> None:
    with pytest.raises(ConfigurationError, match="Did you mean python-unpinned"):
        select(("python-unpined",))


def test_an_unknown_code_is_a_mistake() -> None:
    with pytest.raises(ConfigurationError, match="WH999"):
        select((), ("WH999",))
    assert cause("WH110").name == "python-unpinned"
