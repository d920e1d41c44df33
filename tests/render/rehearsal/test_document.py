"""What programs read: as the schema beside it says, and free of secrets."""

import json

import jsonschema_rs
import pytest

from tests.render.rehearsal.rehearsals import FULL, HEALTHY, SECRET
from wherry.rehearse.rehearsal import Outcome, Rehearsal
from wherry.render.rehearsal.document import SCHEMA, SCHEMA_VERSION, render, to_dict


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("rehearsal", [FULL, HEALTHY])
def test_it_is_as_the_schema_says(
    rehearsal: Rehearsal, validator: jsonschema_rs.Draft202012Validator
) -> None:
    validator.validate(json.loads(render(rehearsal)))


def test_the_schema_knows_every_key() -> None:
    """A key that is added has to be described."""
    schema = json.loads(SCHEMA.read_text())
    document = to_dict(FULL)
    assert set(document) == set(schema["properties"]) == set(schema["required"])
    described = {*schema["$defs"]["finding"]["properties"], *schema["$defs"]["cause"]["properties"]}
    assert {key for finding in document["findings"] for key in finding} == described
    assert schema["properties"]["schema_version"]["const"] == SCHEMA_VERSION
    outcomes = schema["properties"]["verdict"]["properties"]["outcome"]["enum"]
    assert set(outcomes) == {outcome.value for outcome in Outcome}


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": 2},
        {"verdict": "would run"},
        {"memory": [{"dyno": "web.1"}]},
        {"traffic": {}},
        {"vanishes": [{"path": "a"}]},
    ],
)
def test_the_schema_refuses_other_things(
    change: dict[str, object], validator: jsonschema_rs.Draft202012Validator
) -> None:
    assert not validator.is_valid({**to_dict(HEALTHY), **change})


def test_no_secret_is_in_it() -> None:
    assert SECRET not in render(FULL)
    assert any("DATABASE_URL=postgres://u:****@db/x" in line for line in to_dict(FULL)["log"])


def test_a_healthy_project_has_no_finding() -> None:
    document = to_dict(HEALTHY)
    assert document["findings"] == []
    assert document["verdict"] == {"outcome": "would run", "text": "would run", "good": True}
    assert document["summary"] == {"error": 0, "warning": 0, "note": 0}
    assert document["slug"] is None
    assert document["traffic"] is None


def test_limits_are_those_that_were_held() -> None:
    document = to_dict(FULL)
    assert document["limits"]["request_timeout_s"] == 5
    assert document["limits"]["memory_bytes"] == 512 * 1024 * 1024
    assert document["overlay"] == {"request_timeout_s": 5.0}
