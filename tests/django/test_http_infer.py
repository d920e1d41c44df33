"""The Open Inference Protocol over HTTP, with real models."""

import json
from typing import Any

import numpy as np
import pytest
from django.http import HttpResponse
from django.test import Client

from tests.django.conftest import Ask, error
from wherry import __version__
from wherry.django import get_model

pytestmark = pytest.mark.usefixtures("served")

DENSE = "/v2/models/dense/infer"
BINARY = "application/octet-stream"
LENGTH = "Inference-Header-Content-Length"
X: dict[str, Any] = {"name": "x", "shape": [1, 4], "datatype": "FP32"}
GOOD = {"inputs": [{**X, "data": [1, 2, 3, 4]}]}


def send(ask: Ask, path: str, value: object, data: bytes, **changes: str) -> HttpResponse:
    """Send JSON with binary tensors behind it."""
    header = json.dumps(value).encode()
    headers = {LENGTH: str(len(header)), **changes}
    return ask(path, header + data, content_type=BINARY, **headers)


def read_binary(response: HttpResponse) -> tuple[dict[str, Any], bytes]:
    """Split an answer into its JSON and its binary tensors."""
    assert response["Content-Type"] == BINARY
    length = int(response[LENGTH])
    return json.loads(response.content[:length]), response.content[length:]


def test_the_server_and_its_models_describe_themselves(client: Client) -> None:
    """Live, ready, and metadata of server and model."""
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2").json() == {
        "name": "wherry",
        "version": __version__,
        "extensions": ["binary_tensor_data"],
    }
    assert client.get("/v2/").json() == client.get("/v2").json()
    assert client.get("/v2/models/two").json() == {
        "name": "two",
        "versions": ["1"],
        "platform": "onnx",
        "inputs": [
            {"name": "a", "datatype": "FP32", "shape": [-1, 2]},
            {"name": "b", "datatype": "FP32", "shape": [-1, 2]},
        ],
        "outputs": [
            {"name": "sum", "datatype": "FP32", "shape": [-1, 2]},
            {"name": "first", "datatype": "FP32", "shape": [-1]},
        ],
    }
    for path in ("/v2/models/two/ready", "/v2/models/two/versions/1/ready"):
        assert client.get(path).json() == {"name": "two", "ready": True}
    for path in ("/v2/models/two/versions/7/ready", "/v2/models/none", "/v2/models/none/ready"):
        assert client.get(path).status_code == 404


def test_json_and_binary_are_answered_as_from_python(ask: Ask) -> None:
    """The four ways in and out give the same numbers, bit for bit."""
    x = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    expected = get_model("dense").predict(x)["y"].tobytes()
    as_json = {**X, "shape": [3, 4], "data": x.tolist()}
    as_binary = {**X, "shape": [3, 4], "parameters": {"binary_data_size": x.nbytes}}
    wish = {"parameters": {"binary_data_output": True}}

    (output,) = json.loads(ask(DENSE, {"inputs": [as_json]}).content)["outputs"]
    assert output["shape"] == [3, 3]
    assert np.array(output["data"], np.float32).tobytes() == expected
    _, data = read_binary(ask(DENSE, {"inputs": [as_json], **wish}))
    assert data == expected
    (output,) = json.loads(send(ask, DENSE, {"inputs": [as_binary]}, x.tobytes()).content)[
        "outputs"
    ]
    assert np.array(output["data"], np.float32).tobytes() == expected
    answer, data = read_binary(send(ask, DENSE, {"inputs": [as_binary], **wish}, x.tobytes()))
    assert data == expected
    assert answer["outputs"][0]["parameters"] == {"binary_data_size": len(data)}


def test_the_id_is_echoed_and_outputs_can_be_chosen(ask: Ask) -> None:
    """Only those asked for, in that order."""
    pair = [{**X, "name": name, "shape": [1, 2], "data": [1, 2]} for name in "ab"]
    response = ask(
        "/v2/models/two/infer", {"id": "i", "inputs": pair, "outputs": [{"name": "first"}]}
    )
    found = json.loads(response.content)
    assert found["id"] == "i"
    assert found["outputs"] == [{"name": "first", "datatype": "FP32", "shape": [1], "data": [1]}]


def test_half_precision_and_strings_are_carried(ask: Ask) -> None:
    """FP16 as JSON numbers and as binary; BYTES both ways."""
    half = {"name": "x", "shape": [1, 2], "datatype": "FP16"}
    found = json.loads(
        ask("/v2/models/half/infer", {"inputs": [{**half, "data": [1, 0.5]}]}).content
    )
    assert found["outputs"][0]["data"] == [1, 0.5]
    data = np.array([1, 0.5], np.float16).tobytes()
    binary = {"inputs": [{**half, "parameters": {"binary_data_size": 4}}]}
    wish = {"parameters": {"binary_data_output": True}}
    assert read_binary(send(ask, "/v2/models/half/infer", {**binary, **wish}, data))[1] == data
    text = {"name": "x", "shape": [2], "datatype": "BYTES"}
    found = json.loads(
        ask("/v2/models/text/infer", {"inputs": [{**text, "data": ["a", "é"]}]}).content
    )
    assert found["outputs"][0]["data"] == ["a", "é"]
    data = b"\x01\0\0\0a\0\0\0\0"
    binary = {"inputs": [{**text, "parameters": {"binary_data_size": len(data)}}]}
    assert read_binary(send(ask, "/v2/models/text/infer", {**binary, **wish}, data))[1] == data


def test_binary_carries_what_json_cannot(ask: Ask) -> None:
    """NaN and infinity go in and come out as binary tensors."""
    inputs = {"inputs": [{**X, "shape": [2, 1], "parameters": {"binary_data_size": 8}}]}
    data = np.array([0, np.nan], np.float32).tobytes()
    wish = {"parameters": {"binary_data_output": True}}
    _, found = read_binary(send(ask, "/v2/models/log/infer", {**inputs, **wish}, data))
    values = np.frombuffer(found, np.float32)
    assert values[0] == -np.inf
    assert np.isnan(values[1])
    response = send(ask, "/v2/models/log/infer", inputs, data)
    assert response.status_code == 500
    assert "binary_data" in error(response)


SIXTEEN = bytes(16)
SENT = {"inputs": [{**X, "parameters": {"binary_data_size": 16}}]}
HUGE = {"inputs": [{**X, "shape": [2**60, 4], "parameters": {"binary_data_size": 16}}]}


@pytest.mark.parametrize(
    ("value", "data", "headers"),
    [
        (SENT, SIXTEEN[:-1], {}),
        (SENT, SIXTEEN + b"\0", {}),
        (SENT, b"", {}),
        (HUGE, SIXTEEN, {}),
        ({"inputs": [{**X, "parameters": {"binary_data_size": 15}}]}, SIXTEEN, {}),
        ({"inputs": [{**X, "parameters": {"binary_data_size": -1}}]}, SIXTEEN, {}),
        ({"inputs": [{**X, "parameters": {"binary_data_size": 2**63}}]}, SIXTEEN, {}),
        (SENT, SIXTEEN, {LENGTH: "0"}),
        (SENT, SIXTEEN, {LENGTH: "5"}),
        (SENT, SIXTEEN, {LENGTH: "100000"}),
        (SENT, SIXTEEN, {LENGTH: "-1"}),
        (SENT, SIXTEEN, {LENGTH: "1e3"}),
        (SENT, SIXTEEN, {LENGTH: "٣"}),
        (SENT, SIXTEEN, {LENGTH: "9" * 5000}),
        (SENT, SIXTEEN, {LENGTH: ""}),
        (GOOD, SIXTEEN, {}),
    ],
)
def test_sizes_that_lie_are_refused_and_change_no_later_answer(
    ask: Ask, value: object, data: bytes, headers: dict[str, str]
) -> None:
    """Neither header nor sizes are believed."""
    before = ask(DENSE, GOOD).content
    response = send(ask, DENSE, value, data, **headers)
    assert response.status_code == 400
    assert error(response)
    assert ask(DENSE, GOOD).content == before


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"inputs": []},
        {"inputs": [{**X, "name": "z", "data": [1, 2, 3, 4]}]},
        {"inputs": [{**X, "datatype": "FP64", "data": [1, 2, 3, 4]}]},
        {"inputs": [{**X, "shape": [1, 5], "data": [1, 2, 3, 4, 5]}]},
        {"inputs": [{**X, "shape": [-1, 4], "data": [1, 2, 3, 4]}]},
        {"inputs": [{**X, "data": [1, 2, 3]}]},
        {"inputs": [{**X, "shape": [2, 4], "data": [[1, 2, 3, 4], [1]]}]},
        {"inputs": [{**X, "shape": [0, 4], "data": []}]},
        {"inputs": [{**X, "data": ["1", "2", "3", "4"]}]},
        {"inputs": [{**X, "parameters": {"shared_memory_region": "a"}}]},
        {**GOOD, "outputs": [{"name": "z"}]},
        {**GOOD, "outputs": [{"name": "y", "parameters": {"classification": 2}}]},
        {**GOOD, "parameters": {"signature": "z"}},
    ],
)
def test_requests_that_do_not_fit_are_refused(ask: Ask, value: object) -> None:
    """With a sentence, as 400."""
    response = ask(DENSE, value)
    assert response.status_code == 400
    assert error(response)


def test_a_batch_over_the_limit_is_answered_as_one(ask: Ask) -> None:
    """It is run in parts of ``MAX_BATCH_SIZE``, and nobody sees where they meet."""
    whole = [[row, 1, 2, 3] for row in range(65)]
    response = ask(DENSE, {"inputs": [{**X, "shape": [65, 4], "data": whole}]})
    (output,) = json.loads(response.content)["outputs"]
    assert output["shape"] == [65, 3]
    last = ask(DENSE, {"inputs": [{**X, "data": whole[-1]}]})
    np.testing.assert_allclose(
        output["data"][-3:], json.loads(last.content)["outputs"][0]["data"], rtol=1e-6
    )


def test_a_binary_body_without_its_header_is_refused(ask: Ask) -> None:
    """The sentence names the header."""
    response = ask(DENSE, b"\0" * 16, content_type=BINARY)
    assert response.status_code == 400
    assert LENGTH in error(response)


@pytest.mark.parametrize(
    "path",
    [
        "/v2/models/none/infer",
        "/v2/models/dense/versions/9/infer",
        "/v2/models/dense/config",
        "/v2/models/dense/stats",
        "/v2/models/dense/infer/",
        "/v2/repository/index",
        "/v2/models/..%2f/infer",
    ],
)
def test_what_is_not_there_is_not_found_as_json(ask: Ask, path: str) -> None:
    """Triton's extensions that are not offered included."""
    response = ask(path, GOOD)
    assert response.status_code == 404
    assert error(response)
