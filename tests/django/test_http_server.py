"""A real server: the unmodified tritonclient, and clients that break off, lie and stall."""

import gzip
import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from tests.django.live import MAX_BODY_BYTES, Server, serve

DENSE = "/v1/models/dense:predict"
GOOD = json.dumps({"instances": [[1, 2, 3, 4]]}).encode()
JSON = {"Content-Type": "application/json"}
# What the process may grow by while it answers a thousand requests: allocators keep some pages.
SLACK_BYTES = 12 * 2**20


@pytest.fixture(scope="module")
def server(models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of this module."""
    with serve(models, tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[triton.InferenceServerClient]:
    """The unmodified client."""
    with triton.InferenceServerClient(server.address) as made:
        yield made


def answers(server: Server) -> bytes:
    """Return the answer to a good request, which there must be."""
    status, body = server.request("POST", DENSE, GOOD, JSON)
    assert status == 200
    return body


def test_tritonclient_reads_health_and_metadata(client: triton.InferenceServerClient) -> None:
    """Its own calls, its own reading of the answers."""
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("dense")
    assert client.is_model_ready("dense", "1")
    assert not client.is_model_ready("dense", "2")
    assert not client.is_model_ready("none")
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    assert client.get_model_metadata("dense")["inputs"][0]["shape"] == [-1, 4]


@pytest.mark.parametrize("packed_request", [None, "gzip", "deflate"])
@pytest.mark.parametrize("packed_answer", [None, "gzip", "deflate"])
def test_tritonclient_infers_in_json_and_binary(
    client: triton.InferenceServerClient, packed_request: str | None, packed_answer: str | None
) -> None:
    """All ways in and out give the same bits, packed or not."""
    x = np.random.default_rng(0).standard_normal((2, 4)).astype(np.float32)
    found = set()
    for binary_in in (True, False):
        given = triton.InferInput("x", [2, 4], "FP32")
        given.set_data_from_numpy(x, binary_data=binary_in)
        for wanted in (
            None,
            [triton.InferRequestedOutput("y", binary_data=True)],
            [triton.InferRequestedOutput("y", binary_data=False)],
        ):
            result = client.infer(
                "dense",
                [given],
                outputs=wanted,
                request_id="seven",
                request_compression_algorithm=packed_request,
                response_compression_algorithm=packed_answer,
            )
            assert result.get_response()["id"] == "seven"
            assert result.as_numpy("y").shape == (2, 3)
            found.add(result.as_numpy("y").tobytes())
    assert len(found) == 1


@pytest.mark.parametrize(
    ("model", "array", "datatype"),
    [
        ("text", np.array([b"a", "é".encode()], object), "BYTES"),
        ("half", np.array([[1, np.nan, -0.0]], np.float16), "FP16"),
        ("byte", np.array([[0, 255]], np.uint8), "UINT8"),
        ("long", np.array([[-(2**63), 2**63 - 1]], np.int64), "INT64"),
    ],
)
def test_tritonclient_gets_back_what_it_sends(
    client: triton.InferenceServerClient, model: str, array: np.ndarray, datatype: str
) -> None:
    """Through models that change nothing."""
    given = triton.InferInput("x", array.shape, datatype)
    given.set_data_from_numpy(array)
    found = client.infer(model, [given]).as_numpy("y")
    assert found.shape == array.shape
    assert found.tolist() == array.tolist() or found.tobytes() == array.tobytes()


def test_tritonclient_understands_the_refusals(client: triton.InferenceServerClient) -> None:
    """It raises its own error with the sentence and the status."""
    given = triton.InferInput("x", [1, 3], "FP32")
    given.set_data_from_numpy(np.zeros((1, 3), np.float32))
    with pytest.raises(InferenceServerException, match=r"\[400\].*'x'"):
        client.infer("dense", [given])
    with pytest.raises(InferenceServerException, match=r"\[404\].*'none'"):
        client.infer("none", [given])
    with pytest.raises(InferenceServerException, match=r"\[404\]"):
        client.get_model_config("dense")


def test_a_chunked_body_is_answered_and_a_long_one_refused(server: Server) -> None:
    """Bodies without a length are read as they come, up to the limit."""
    expected = answers(server)
    pieces = iter([GOOD[:10], GOOD[10:]])
    assert server.request("POST", DENSE, pieces, JSON) == (200, expected)
    endless = iter([b" " * 50_000] * (MAX_BODY_BYTES // 50_000 + 1))
    try:
        status, body = server.request("POST", DENSE, endless, JSON)
    except (BrokenPipeError, ConnectionResetError):
        status, body = 413, b"error"  # Refused while still sending, which is as clear.
    assert status == 413
    assert b"error" in body
    assert answers(server) == expected


def test_a_body_over_the_limit_is_refused_by_its_length(server: Server) -> None:
    """The answer comes without the body having been sent."""
    with server.connect() as connection:
        connection.sendall(POST + b"Content-Length: 1000000000000\r\n\r\n")
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert response.status == 413


POST = f"POST {DENSE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()


@pytest.mark.parametrize(
    "sent",
    [
        POST + b"Content-Length: 500\r\n\r\n" + GOOD,
        POST + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"ins',
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + b"Content-Le",
        POST + b"Content-Length: x\r\n\r\n" + GOOD,
        POST + b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n" + GOOD,
        b"\x00\xff" * 100,
    ],
    ids=["length", "chunk", "chunk size", "header", "no number", "two lengths", "noise"],
)
def test_a_client_that_lies_or_breaks_off_disturbs_nobody(server: Server, sent: bytes) -> None:
    """It gets no answer or a refusal, never 200; the next client is answered as before."""
    expected = answers(server)
    with server.connect() as connection:
        connection.sendall(sent)
        connection.shutdown(1)
        answered = connection.recv(20)
    assert not answered.startswith(b"HTTP/1.1 2")
    assert answers(server) == expected


def test_a_client_that_stalls_holds_nobody_up(server: Server) -> None:
    """While two uploads stand still, others are answered."""
    expected = answers(server)
    stalled = [server.connect() for _ in range(2)]
    try:
        for connection in stalled:
            length = f"Content-Length: {len(GOOD)}\r\n\r\n".encode()
            connection.sendall(POST + length + GOOD[:5])
        assert answers(server) == expected
        for connection in stalled:
            connection.sendall(GOOD[5:])
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert response.read() == expected
    finally:
        for connection in stalled:
            connection.close()


def test_a_header_that_lies_about_the_json_is_refused(server: Server) -> None:
    """Over a real socket as in process."""
    for length in ("0", "7", "9" * 30, "-1"):
        status, body = server.request(
            "POST",
            "/v2/models/dense/infer",
            b'{"inputs": []}' + bytes(16),
            {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": length},
        )
        assert status == 400
        assert json.loads(body)["error"]


def test_concurrent_clients_get_the_answers_to_their_own_inputs(server: Server) -> None:
    """Good and bad requests side by side; no answer goes to another."""
    rows = np.random.default_rng(1).standard_normal((8, 4)).round(3)
    bodies = [json.dumps({"instances": [row.tolist()]}).encode() for row in rows]
    expected = [server.request("POST", DENSE, body, JSON)[1] for body in bodies]
    assert len(set(expected)) == len(rows)
    wrong: list[object] = []

    def ask(index: int) -> None:
        for turn in range(20):
            found = server.request("POST", DENSE, bodies[index], JSON)
            while found[0] == 503:  # More at once than may wait: told so, and asked again.
                found = server.request("POST", DENSE, bodies[index], JSON)
            if found != (200, expected[index]):
                wrong.append(found)
            bad = server.request("POST", DENSE, bodies[index][: turn + 1], JSON)
            if bad[0] != 400:
                wrong.append(bad)

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(len(rows))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_bad_requests_leave_no_memory_behind(server: Server) -> None:
    """Hundreds of large refusals of each kind do not make the process grow."""
    large = json.dumps({"instances": [[0.123] * 4] * 5000}).encode()
    kinds = [
        (large * 2, JSON, 413),
        (large[:-1], JSON, 400),
        (b'{"instances": ' + b"[" * 50_000, JSON, 400),
        (b'{"instances": [["' + b"a" * 100_000 + b'", 1, 2, 3]]}', JSON, 400),
        (large.replace(b"0.123", b"false"), JSON, 400),
        (gzip.compress(b" " * 20_000_000), {**JSON, "Content-Encoding": "gzip"}, 413),
        (b"x" * 150_000, {"Content-Type": "image/png"}, 415),
    ]
    expected = answers(server)
    for turn in range(60):
        for body, headers, status in kinds:
            assert server.request("POST", DENSE, body, headers)[0] == status
        if turn == 9:
            before = server.anonymous_bytes()
    assert server.anonymous_bytes() - before < SLACK_BYTES
    assert answers(server) == expected
