"""``:predict`` over HTTP, with real models: answers, and each bad input of a request."""

import base64
import json

import numpy as np
import pytest
from django.test import Client

from tests.django.conftest import Ask, error
from wherry.django import get_model

pytestmark = pytest.mark.usefixtures("served")

DENSE = "/v1/models/dense:predict"
GOOD = {"instances": [[1.0, 2.0, 3.0, 4.0]]}


def test_rows_and_columns_are_answered_as_from_python(ask: Ask) -> None:
    """HTTP and get_model().predict give the same numbers, bit for bit."""
    rows = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    expected = get_model("dense").predict(rows)["y"]
    for sent, key in (("instances", "predictions"), ("inputs", "outputs")):
        response = ask(DENSE, {sent: rows.tolist()})
        assert response.status_code == 200
        assert response["Content-Type"] == "application/json"
        found = np.array(json.loads(response.content)[key], np.float32)
        assert found.tobytes() == expected.tobytes()


def test_a_version_in_the_path_must_be_the_models(ask: Ask) -> None:
    """The right one is answered, another is not found."""
    assert ask("/v1/models/dense/versions/1:predict", GOOD).status_code == 200
    response = ask("/v1/models/dense/versions/2:predict", GOOD)
    assert response.status_code == 404
    assert "'2'" in error(response)


def test_strings_go_in_and_out(ask: Ask) -> None:
    """As text and as base64."""
    encoded = base64.b64encode("é".encode()).decode()
    response = ask("/v1/models/text:predict", {"instances": ["a", {"b64": encoded}]})
    assert json.loads(response.content) == {"predictions": ["a", "é"]}


def test_several_outputs_come_by_name(ask: Ask) -> None:
    """Each row is an object of the outputs."""
    rows = [{"a": [1, 2], "b": [3, 4]}, {"a": [5, 6], "b": [7, 8]}]
    response = ask("/v1/models/two:predict", {"instances": rows})
    assert json.loads(response.content) == {
        "predictions": [{"sum": [4, 6], "first": 1}, {"sum": [12, 14], "first": 5}]
    }


def test_a_model_without_a_batch_axis_takes_columns(ask: Ask) -> None:
    """Rows cannot be split from it, and the refusal says what can."""
    response = ask("/v1/models/nobatch:predict", {"inputs": [1, 2, 3]})
    assert json.loads(response.content) == {"outputs": 6}
    response = ask("/v1/models/nobatch:predict", {"instances": [1, 2, 3]})
    assert response.status_code == 400
    assert "no batch axis" in error(response)


BAD = {
    "nothing": (b"", 400),
    "malformed": (b'{"instances": [[1, 2, 3, 4]]', 400),
    "truncated in a number": (b'{"instances": [[1, 2, 3, 4.', 400),
    "not UTF-8": (b'{"instances": ["\xff"]}', 400),
    "NaN": (b'{"instances": [[NaN, 2, 3, 4]]}', 400),
    "infinity": (b'{"instances": [[Infinity, 2, 3, 4]]}', 400),
    "infinity by exponent": (b'{"instances": [[1e999, 2, 3, 4]]}', 400),
    "infinity in float32": (b'{"instances": [[1e39, 2, 3, 4]]}', 400),
    "huge integer": (b'{"instances": [[' + b"9" * 5000 + b", 2, 3, 4]]}", 400),
    "deep nesting": (b'{"instances": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "deep objects": (b'{"instances": ' + b'{"a":' * 1000 + b"1" + b"}" * 1001, 400),
    "nested to a parser's limit": (b'{"instances": ' + b"[" * 1000 + b"]" * 1000 + b"}", 400),
    "a key twice": (b'{"instances": [[1, 2, 3, 4]], "instances": [[1, 2, 3, 4]]}', 400),
    "an array": (b"[[1, 2, 3, 4]]", 400),
    "wrong name": (b'{"instances": [{"z": [1, 2, 3, 4]}]}', 400),
    "wrong shape": (b'{"instances": [[1, 2, 3]]}', 400),
    "wrong rank": (b'{"instances": [1, 2, 3, 4]}', 400),
    "ragged rows": (b'{"instances": [[1, 2, 3, 4], [1]]}', 400),
    "strings": (b'{"instances": [["1", "2", "3", "4"]]}', 400),
    "a boolean": (b'{"instances": [[true, 2, 3, 4]]}', 400),
    "null": (b'{"instances": [[null, 2, 3, 4]]}', 400),
    "empty batch": (b'{"instances": []}', 400),
    "empty rows": (b'{"instances": [[]]}', 400),
    "no format": (b"{}", 400),
    "unknown signature": (b'{"signature_name": "z", "instances": [[1, 2, 3, 4]]}', 400),
}


@pytest.mark.parametrize(("body", "status"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_and_changes_no_later_answer(
    ask: Ask, body: bytes, status: int
) -> None:
    """A status, a sentence, and the model answers as before."""
    before = ask(DENSE, GOOD).content
    response = ask(DENSE, body)
    assert response.status_code == status
    assert error(response)
    after = ask(DENSE, GOOD)
    assert after.status_code == 200
    assert after.content == before


@pytest.mark.parametrize(
    ("model", "instances"),
    [
        ("byte", [[256]]),
        ("byte", [[-1]]),
        ("byte", [[1.0]]),
        ("long", [[2**63]]),
        ("long", [[10**40]]),
        ("long", [[1.5]]),
        ("half", [[70000]]),
        ("text", [1]),
        ("text", [{"b64": "***"}]),
        ("text", [{"b64": "AAA"}]),
    ],
)
def test_values_that_a_datatype_cannot_hold_are_refused(
    ask: Ask, model: str, instances: object
) -> None:
    """Nothing is wrapped around, truncated or guessed."""
    response = ask(f"/v1/models/{model}:predict", {"instances": instances})
    assert response.status_code == 400
    assert error(response)


def test_the_last_values_that_a_datatype_holds_are_answered(ask: Ask) -> None:
    """The refusals begin exactly beyond them."""
    for model, row in (("byte", [0, 255]), ("long", [-(2**63), 2**63 - 1]), ("half", [65504.0])):
        response = ask(f"/v1/models/{model}:predict", {"instances": [row]})
        assert json.loads(response.content) == {"predictions": [row]}


def test_an_output_that_json_cannot_express_is_a_failure_with_a_way_out(ask: Ask) -> None:
    """The logarithm of 0 is not null, and not 200."""
    response = ask("/v1/models/log:predict", {"instances": [[0.0]]})
    assert response.status_code == 500
    assert "'y'" in error(response)
    assert "binary" in error(response)
    assert ask("/v1/models/log:predict", {"instances": [[1.0]]}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/none:predict",
        "/v1/models/..:predict",
        "/v1/models/%2e%2e:predict",
        "/v1/models/..%2f..%2fetc%2fpasswd:predict",
        "/v1/models/dense%00:predict",
        "/v1/models/dense%0a:predict",
        "/v1/models/dense/versions/..:predict",
        "/v1/models/dense/versions/1/2:predict",
        "/v1/models/dense/labels/stable:predict",
        "/v1/models/" + "a" * 5000 + ":predict",
        "/v1/models/d%C3%A9nse:predict",
        "/v1/models//dense:predict",
        "/v1/models/:predict",
        "/v1/models/dense:predict/",
        "/v1/models/dense:explain",
        "/v1/models/dense:predict%0a",
        "/v1/models",
        "/v1/models/",
    ],
)
def test_names_that_are_no_model_are_not_found(ask: Ask, path: str) -> None:
    """Path tricks reach no file: a name is looked up among the served ones, and nothing else."""
    response = ask(path, GOOD)
    assert response.status_code == 404
    assert len(error(response)) < 1000


def test_paths_of_the_project_are_left_alone(client: Client) -> None:
    """The endpoints answer for their own paths only."""
    assert client.get("/site/").content == b"ok"
    response = client.get("/v1/users/")
    assert response.status_code == 404
    assert "json" not in response["Content-Type"]


def test_classify_and_regress_are_said_not_to_be_offered(ask: Ask) -> None:
    """The sentence says what is."""
    for verb in ("classify", "regress"):
        response = ask(f"/v1/models/dense:{verb}", GOOD)
        assert response.status_code == 400
        assert "':predict'" in error(response)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "head"])
def test_another_method_is_refused_with_those_that_are_possible(
    client: Client, method: str
) -> None:
    """405 with Allow."""
    response = getattr(client, method)(DENSE)
    assert response.status_code == 405
    assert response["Allow"] == "POST"


def test_status_and_metadata_are_tensorflow_servings(client: Client) -> None:
    """What its clients poll and read."""
    assert client.get("/v1/models/dense").json() == {
        "model_version_status": [
            {
                "version": "1",
                "state": "AVAILABLE",
                "status": {"error_code": "OK", "error_message": ""},
            }
        ]
    }
    assert client.get("/v1/models/dense/versions/2").status_code == 404
    assert client.get("/v1/models/none").status_code == 404
    found = client.get("/v1/models/dense/metadata").json()
    (definition,) = found["metadata"]["signature_def"]["signature_def"].values()
    assert definition["inputs"]["x"]["dtype"] == "DT_FLOAT"
    assert client.post("/v1/models/dense/metadata").status_code == 405
