"""SARIF that validates against the standard's own schema."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.render.diagnoses import CLEAN, FULL, SECRET
from wherry.doctor.diagnosis import Diagnosis
from wherry.render.sarif import render, to_dict

SCHEMA = Path(__file__).parents[1] / "fixtures" / "sarif" / "sarif-schema-2.1.0.json"


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Draft7Validator:
    # One pattern of it ends in a bracket that strict engines refuse; a bracket is never meant.
    return jsonschema_rs.Draft7Validator(json.loads(SCHEMA.read_text().replace("{2}]?$", "{2}?$")))


def results(diagnosis: Diagnosis = FULL, prefix: str = "") -> dict[str, dict[str, Any]]:
    (run,) = to_dict(diagnosis, prefix=prefix)["runs"]
    return {result["ruleId"]: result for result in run["results"]}


@pytest.mark.parametrize("diagnosis", [FULL, CLEAN])
def test_it_validates(diagnosis: Diagnosis, validator: jsonschema_rs.Draft7Validator) -> None:
    validator.validate(json.loads(render(diagnosis)))


def test_the_validator_is_one(validator: jsonschema_rs.Draft7Validator) -> None:
    assert not validator.is_valid({"version": "2.1.0", "runs": [{}]})


def test_no_secret_is_in_it() -> None:
    assert SECRET not in render(FULL)


def test_a_result_points_at_its_rule_and_its_place() -> None:
    (run,) = to_dict(FULL)["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    place = results()["WH601"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "shop/settings.py"
    assert place["region"]["startLine"] == 2


def test_addresses_are_addresses() -> None:
    related = results(prefix="my site/")["WH601"]["relatedLocations"]
    place = related[0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "my%20site/shop/old%20settings.py"


def test_a_fix_is_there_to_be_applied() -> None:
    (fix,) = results()["WH110"]["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == ".python-version"
    assert change["replacements"][0]["insertedContent"]["text"] == "3.12\n"


def test_an_unsafe_fix_says_so() -> None:
    (fix,) = results()["WH601"]["fixes"]
    assert "look at the result" in fix["description"]["text"]


def test_a_rule_is_there_once_for_several_results() -> None:
    (run,) = to_dict(FULL)["runs"]
    codes = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(codes) == len(set(codes)) < len(run["results"])


def test_what_was_not_inspected_is_a_notification() -> None:
    (run,) = to_dict(FULL)["runs"]
    (invocation,) = run["invocations"]
    assert "package index" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert invocation["toolConfigurationNotifications"][0]["level"] == "note"


def test_nothing_found_has_no_results() -> None:
    assert results(CLEAN) == {}


def test_the_same_finding_has_the_same_fingerprint() -> None:
    prints = [result["partialFingerprints"]["wherry/v1"] for result in results().values()]
    again = [result["partialFingerprints"]["wherry/v1"] for result in results().values()]
    assert prints == again
    assert len(set(prints)) == len(prints)
