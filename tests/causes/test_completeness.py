"""Every cause has something that sees it: a rule, a log's signature, or a rehearsal."""

from wherry.causes.catalogue import CATALOGUE
from wherry.doctor.rules.catalogue import RULES
from wherry.explain.story.telling import explainable

# Only a run under load shows it.
REHEARSED = {"threads-oversubscribed"}
BEFORE = {name for rule in RULES for name in rule.causes}
AFTER = set(explainable())
NAMES = {cause.name for cause in CATALOGUE}


def test_every_cause_is_seen_by_something() -> None:
    """Nothing stands in the catalogue that nobody would ever be told."""
    assert NAMES - BEFORE - AFTER == REHEARSED


def test_nothing_is_told_that_is_not_in_the_catalogue() -> None:
    """Rules and signatures speak of causes that have a page."""
    assert BEFORE | AFTER <= NAMES


def test_there_are_enough_rules() -> None:
    """At least 110 causes can be told, many of them before a push."""
    assert len(BEFORE | AFTER) >= 110
    assert len(BEFORE) >= 110
