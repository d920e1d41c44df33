"""What programs read: as the schema beside it says, and free of secrets."""

import json

import jsonschema_rs
import pytest

from tests.render.diagnoses import CLEAN, FULL, SECRET
from wherry.doctor.diagnosis import Diagnosis
from wherry.findings import SCHEMA_VERSION
from wherry.render.diagnosis_json import SCHEMA, render, to_dict


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("diagnosis", [FULL, CLEAN])
def test_it_is_as_the_schema_says(
    diagnosis: Diagnosis, validator: jsonschema_rs.Draft202012Validator
) -> None:
    validator.validate(json.loads(render(diagnosis)))


def test_the_schema_knows_every_key() -> None:
    """A key that is added has to be described."""
    schema = json.loads(SCHEMA.read_text())
    document = to_dict(FULL)
    assert set(document) == set(schema["properties"])
    described = {*schema["$defs"]["finding"]["properties"], *schema["$defs"]["cause"]["properties"]}
    assert {key for finding in document["findings"] for key in finding} == described
    assert schema["properties"]["schema_version"]["const"] == SCHEMA_VERSION


@pytest.mark.parametrize(
    "change",
    [{"schema_version": 2}, {"python": "Python 3.12"}, {"skipped": ["index"]}, {"findings": [{}]}],
)
def test_the_schema_refuses_other_things(
    change: dict[str, object], validator: jsonschema_rs.Draft202012Validator
) -> None:
    assert not validator.is_valid({**to_dict(CLEAN), **change})


def test_no_secret_is_in_it() -> None:
    assert SECRET not in render(FULL)


def test_a_finding_says_what_to_do_on_this_platform() -> None:
    finding = next(item for item in to_dict(FULL)["findings"] if item["code"] == "WH410")
    assert any("heroku" in command for way in finding["remedies"] for command in way["commands"])
    assert finding["more"] == "wherry causes WH410"
    assert finding["alternatives"] == [{"code": "WH411", "name": "csrf-trusted-origins"}]


def test_nothing_found_is_an_empty_list() -> None:
    document = to_dict(CLEAN)
    assert document["findings"] == []
    assert document["summary"] == {"error": 0, "warning": 0, "note": 0}
