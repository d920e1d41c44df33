"""Every cause has something that sees it, a rule, a signature or a rehearsal, and a case."""

import tomllib
from pathlib import Path

from tests.cases.projects.cases import read_cases
from wherry.causes.catalogue import CATALOGUE
from wherry.doctor.rules.catalogue import RULES
from wherry.explain.story.telling import explainable

LOGS = Path(__file__).parents[1] / "cases" / "logs"
BEFORE = {name for rule in RULES for name in rule.causes}
AFTER = set(explainable())
NAMES = {cause.name for cause in CATALOGUE}


def test_every_cause_is_seen_by_something() -> None:
    """Nothing stands in the catalogue that nobody would ever be told."""
    assert BEFORE | AFTER >= NAMES


def test_every_cause_has_a_case() -> None:
    """A project or a log, made from a failure, shows each of them."""
    labelled = _in_projects() | _in_logs()
    assert labelled >= NAMES


def test_nothing_is_told_that_is_not_in_the_catalogue() -> None:
    """Rules and signatures speak of causes that have a page."""
    assert BEFORE | AFTER <= NAMES


def test_there_are_enough_rules() -> None:
    """At least 110 causes can be told, many of them before a push."""
    assert len(BEFORE | AFTER) >= 110
    assert len(BEFORE) >= 110


def _in_projects() -> set[str]:
    demanded = {item.cause for case in read_cases() for item in case.findings}
    others = {name for case in read_cases() for name in case.also_acceptable}
    instead = {
        name for case in read_cases() for item in case.findings for name in item.alternatives
    }
    return demanded | others | instead


def _in_logs() -> set[str]:
    keys = ("expected", "consequences", "noise", "also_acceptable")
    return {name for label in _labels() for key in keys for name in label.get(key, [])}


def _labels() -> list[dict[str, list[str]]]:
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in LOGS.glob("*.toml")]
