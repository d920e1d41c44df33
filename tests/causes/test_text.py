"""What ``wherry causes`` prints, and the same as JSON."""

import json
from pathlib import Path

import pytest

from wherry.causes.catalogue import CATALOGUE, SYMPTOMS, find
from wherry.causes.cause import Stage
from wherry.causes.filling import COMMON_PLACES, fill, places
from wherry.causes.text import SCHEMA_VERSION, index_dict, render, render_index, to_dict
from wherry.platforms import hosts

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_text(path: Path) -> None:
    """The whole of it, so that a change of wording is seen."""
    assert render(find(path.stem)) == path.read_text("utf-8")


def test_only_what_can_be_done_there_is_offered() -> None:
    entry = find("too-many-workers")
    assert "heroku config:set" in render(entry)
    assert "heroku config:set" in render(entry, hosts.get("heroku:eco"))
    assert "heroku config:set" not in render(entry, hosts.get("render"))
    assert "\n  1. " in render(entry, hosts.get("render"))


def test_the_index_names_every_cause_and_symptom() -> None:
    index = render_index()
    for entry in CATALOGUE:
        assert f"  {entry.code}  {entry.name}" in index
    for symptom in SYMPTOMS:
        assert f"  {symptom.code} " in index
    for stage in Stage:
        assert stage.value[1:] in index


def test_json() -> None:
    told = index_dict()
    assert told["schema_version"] == SCHEMA_VERSION == 1
    assert len(told["causes"]) == len(CATALOGUE)
    assert len(told["symptoms"]) == len(SYMPTOMS)
    assert json.loads(json.dumps(told)) == told


def test_json_of_one_cause() -> None:
    told = to_dict(find("gunicorn-missing"))
    assert (told["code"], told["name"], told["aliases"]) == (
        "WH201",
        "gunicorn-not-installed",
        ["gunicorn-missing"],
    )
    (change,) = told["remedies"][0]["edits"]
    assert change == {"file": "requirements.txt", "text": "gunicorn==23.0.0"}
    assert told["related"][0] == {"code": "WH213", "name": "start-command-not-found"}


def test_json_of_a_symptom() -> None:
    told = to_dict(find("R10"))
    assert told["candidates"][0]["name"] == "port-not-bound"
    assert told["candidates"][0]["code"] == "WH220"


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("{pin|a pin} fails", {"pin": "numpy==1.19.5"}, "numpy==1.19.5 fails"),
        ("{pin|a pin} fails", {}, "a pin fails"),
        ("on {python:Python *|the host}", {"python": "3.14"}, "on Python 3.14"),
        ("on {python:Python *|the host}", {}, "on the host"),
        ("too large{size:: *|}", {"size": "2 GB"}, "too large: 2 GB"),
        ("too large{size:: *|}", {}, "too large"),
        ("within {heroku.request_timeout_s}", {}, "within 30 s"),
        ("of {heroku:standard-2x.memory_mib}", {}, "of 1 GB"),
        ("{render.request_timeout_s}", {}, "100 min (unconfirmed)"),
        ('DATABASES = {"default": {}}', {}, 'DATABASES = {"default": {}}'),
        ("curl -w '%{http_code}'", {}, "curl -w '%{http_code}'"),
        ("{% static 'a.css' %}", {}, "{% static 'a.css' %}"),
    ],
)
def test_filling(text: str, values: dict[str, str], filled: str) -> None:
    assert fill(text, values) == filled


def test_a_value_is_not_filled_again() -> None:
    """What a project's file is called cannot reach into the catalogue."""
    for name in ("{pin|x}", "{heroku.request_timeout_s}", "{heroku.no_such_fact}", "{azure.x}"):
        assert fill("{file|a file}", {"file": name}) == name


def test_the_places_of_a_text() -> None:
    assert places("{pin|a pin} on {python:Python *|the host}") == ["pin", "python"]
    assert places("within {heroku.request_timeout_s}") == []


def test_common_places_are_used() -> None:
    used = set()
    for entry in CATALOGUE:
        used.update(places(entry.title), places(entry.why))
        for remedy in entry.remedies:
            texts = [part for item in remedy.edits for part in (item.file, item.text)]
            used.update(name for text in (*remedy.commands, *texts) for name in places(text))
    assert set(COMMON_PLACES) <= used
