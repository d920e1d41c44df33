"""The predicted slug: against slugs that were really built, and what its interval rests on."""

import json
from pathlib import Path
from typing import Any

import pytest

from wherry.estimate.slug import predict_slug
from wherry.estimate.slug_coefficients import coefficients
from wherry.estimate.wheels.contents import Contents, Kind, Member, Tally, contents
from wherry.estimate.wheels.known_wheels import known_wheels
from wherry.estimate.wheels.package import Knowledge, Package

BUILT = Path(__file__).parents[2] / "docs" / "benchmarks" / "slug.json"
SETS: list[dict[str, Any]] = json.loads(BUILT.read_text())["sets"]
PYTHON = (3, 13)


def listed(one: dict[str, Any]) -> Package:
    tallies = {Kind(kind): Tally(*numbers) for kind, numbers in one["contents"].items()}
    return Package(one["name"], one["version"], Knowledge.LISTED, Contents(tallies))


def packages(row: dict[str, Any]) -> list[Package]:
    return [listed(one) for one in row["packages"]]


def python(row: dict[str, Any]) -> tuple[int, int]:
    major, minor = row["python"].split(".")
    return int(major), int(minor)


@pytest.mark.parametrize("row", SETS, ids=lambda row: str(row["name"]))
def test_a_slug_that_was_built_is_predicted_within_a_twentieth(row: dict[str, Any]) -> None:
    told = predict_slug(packages(row), python(row)).prediction
    assert told.value == pytest.approx(row["slug_bytes"], rel=0.05)
    assert told.low <= row["slug_bytes"] <= told.high


@pytest.mark.parametrize("row", SETS, ids=lambda row: str(row["name"]))
def test_without_an_index_the_interval_is_wider_and_still_holds(row: dict[str, Any]) -> None:
    names = [(one["name"].lower().replace("_", "-"), one["version"]) for one in row["packages"]]
    told = predict_slug([known_wheels().package(*name) for name in names], python(row)).prediction
    exact = predict_slug(packages(row), python(row)).prediction
    assert told.low <= row["slug_bytes"] <= told.high
    assert told.high - told.low >= (exact.high - exact.low) * 0.9


def test_at_least_eight_sets_were_built() -> None:
    assert len(SETS) >= 8


def test_the_interpreter_is_counted_and_named() -> None:
    told = predict_slug([], PYTHON).prediction
    assert told.value == coefficients(PYTHON).interpreter_bytes
    assert [part.name for part in told.parts] == ["Python 3.13"]


def test_a_python_that_was_not_measured_is_like_the_nearest() -> None:
    assert coefficients((3, 14)).interpreter_bytes == coefficients((3, 13)).interpreter_bytes
    assert coefficients((3, 8)).bytecode_ratio == coefficients((3, 10)).bytecode_ratio


def test_bytecode_is_counted() -> None:
    tally = Tally(100, 1_000_000, 250_000)
    known = coefficients(PYTHON)
    source = Package("a", "1", Knowledge.LISTED, Contents({Kind.PYTHON: tally}))
    text = Package("a", "1", Knowledge.LISTED, Contents({Kind.TEXT: tally}))
    more = predict_slug([source], PYTHON).prediction.value
    less = predict_slug([text], PYTHON).prediction.value
    assert more - less > known.bytecode_ratio * 250_000 * 0.8


def test_other_levels_of_gzip_are_told() -> None:
    told = predict_slug([], PYTHON)
    assert told.smallest_bytes < told.prediction.value < told.fastest_bytes


def test_what_is_not_known_widens_the_interval_upwards() -> None:
    known = predict_slug([], PYTHON).prediction
    told = predict_slug([Package("nobody-knows-it", "1.0")], PYTHON)
    assert told.unknown == ("nobody-knows-it",)
    assert told.prediction.high > known.high + 4_000_000
    assert "its name" in told.prediction.basis


def test_the_size_of_a_wheel_alone_is_worth_less_than_its_list() -> None:
    inside = Contents({Kind.NATIVE: Tally(3, 300_000_000, 100_000_000)})
    by_list = Package("a", "1", Knowledge.LISTED, inside, 100_000_000)
    by_size = Package("a", "1", Knowledge.SIZED, None, 100_000_000)
    exact, rough = (predict_slug([one], PYTHON).prediction for one in (by_list, by_size))
    assert rough.high - rough.low > 3 * (exact.high - exact.low)
    assert rough.low < exact.value < rough.high


def test_many_tiny_files_are_never_less_than_nothing() -> None:
    inside = Contents({Kind.PYTHON: Tally(1000, 0, 2000)})
    told = predict_slug([Package("a", "1", Knowledge.LISTED, inside)], PYTHON).prediction
    assert told.value >= coefficients(PYTHON).interpreter_bytes


def test_the_project_itself_is_counted() -> None:
    app = contents([Member("model.h5", 50_000_000, 0), Member("app/views.py", 10_000, 0)])
    told = predict_slug([], PYTHON, app).prediction
    assert told.parts[0].name == "the project itself"
    assert 40_000_000 < told.parts[0].value < 55_000_000


def test_it_can_be_said_in_json() -> None:
    told = predict_slug(packages(SETS[0]), PYTHON).to_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["unit"] == "bytes"
    assert told["low"] < told["value"] < told["high"]
