"""The list of rules is whole: each has a name of its own, and names causes that there are."""

from collections import Counter

import pytest

from wherry.causes import catalogue as causes
from wherry.doctor.rule import Rule
from wherry.doctor.rules.catalogue import NEED_THE_INDEX, RULES

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def test_names_are_given_once() -> None:
    assert [name for name, n in Counter(rule.name for rule in RULES).items() if n > 1] == []


@each_rule
def test_a_rule_names_causes(rule: Rule) -> None:
    assert rule.causes
    assert len(set(rule.causes)) == len(rule.causes)
    assert [causes.cause(name).name for name in rule.causes] == list(rule.causes)


@each_rule
def test_a_rule_never_tells_of_noise(rule: Rule) -> None:
    assert not any(causes.cause(name).noise for name in rule.causes)


def test_those_that_need_the_index_are_among_them() -> None:
    assert set(NEED_THE_INDEX) <= set(RULES)
