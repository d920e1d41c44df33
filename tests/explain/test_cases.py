"""The captured logs: their causes are named, and nothing else is."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from wherry.explain.explain import explain
from wherry.explain.explanation import Explanation
from wherry.findings import LogSpan

FOLDER = Path(__file__).parents[1] / "cases" / "logs"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))
# What Wherry names and cannot judge further: the project's own error, another language, a service.
BEYOND = {
    "application-error",
    "another-language",
    "third-party-service",
    "platform-incident",
    "account-or-billing",
}


def label(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def explained(name: str) -> Explanation:
    with (FOLDER / f"{name}.log").open("rb") as stream:
        return explain(stream)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_cause_is_named(name: str) -> None:
    told = label(name)
    first = {finding.cause.name for finding in explained(name).first}
    accepted = set(told.get("also_acceptable", ()))
    missing = set(told["expected"]) - first
    assert not missing or first & accepted, (missing, first)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_else_is_named(name: str) -> None:
    told = label(name)
    first = {finding.cause.name for finding in explained(name).first}
    allowed = {
        name
        for key in ("expected", "also_acceptable", "consequences")
        for name in told.get(key, ())
    }
    assert first <= allowed | (BEYOND if "outside" in told else set())


@pytest.mark.parametrize("name", [name for name in NAMES if "outside" in label(name)])
def test_the_decisive_line_of_what_is_outside_is_quoted(name: str) -> None:
    explanation = explained(name)
    spans = [
        *explanation.outside,
        *(span for finding in explanation.first for span in finding.where),
    ]
    quotes = " ".join(
        " ".join(quote.split())
        for span in spans
        if isinstance(span, LogSpan)
        for quote in span.quotes
    )
    assert " ".join(label(name)["outside"].split()) in quotes


@pytest.mark.parametrize(
    "name", [name for name in NAMES if not label(name)["expected"] and "outside" not in label(name)]
)
def test_where_nothing_is_wrong_it_says_so(name: str) -> None:
    explanation = explained(name)
    accepted = set(label(name).get("also_acceptable", ()))
    assert {finding.cause.name for finding in explanation.first} <= accepted
    assert not explanation.outside
