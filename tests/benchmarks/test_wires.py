"""How peers are asked, and how their answers are read."""

import base64
import json
from array import array
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.serving import wires
from benchmarks.serving.processes import Answer, Question
from benchmarks.serving.wires import Wire
from benchmarks.serving.works import Work

JSON = {"content-type": "application/json"}
RAW = {"content-type": "application/octet-stream"}


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """Return a work with two numbers in and three out, in two outputs."""
    (tmp_path / "input.bin").write_bytes(array("f", [0.125, 2.0]).tobytes())
    (tmp_path / "expected.bin").write_bytes(array("f", [1.0, 2.0, 3.0]).tobytes())
    return Work(
        name="sum",
        title="sum",
        json=False,
        connections=1,
        models={"litert": tmp_path / "model.tflite"},
        input_names={"litert": "numbers", "tensorflow": "given"},
        shape=(1, 2),
        tolerance=1e-3,
        folder=tmp_path,
    )


def test_the_binary_extension_says_where_the_tensor_begins(work: Work) -> None:
    """The header's length is told, and what follows it is the input as it is."""
    question = wires.OPEN_INFERENCE.question(work)

    length = int(question.headers["Inference-Header-Content-Length"])
    header = json.loads(question.body[:length])
    (given,) = header["inputs"]
    assert given["name"] == "numbers"
    assert given["parameters"] == {"binary_data_size": 8}
    assert question.body[length:] == work.input_file.read_bytes()


def test_the_same_work_is_asked_by_the_name_that_another_runtime_has_for_it(work: Work) -> None:
    """A SavedModel calls its input differently from the file made of it."""
    question: Question = wires.OPEN_INFERENCE_TENSORFLOW.question(work)

    assert b'"name":"given"' in question.body


def test_json_carries_three_decimals(work: Work) -> None:
    """As the input was written, not as 32-bit floats print."""
    question = wires.PLAIN.question(replace(work, json=True))

    assert json.loads(question.body) == {"instances": [[0.125, 2.0]]}


def _binary_answer() -> Answer:
    tensors = {"b": array("f", [3.0]), "a": array("f", [1.0, 2.0])}
    outputs = [
        {"name": name, "parameters": {"binary_data_size": len(numbers.tobytes())}}
        for name, numbers in tensors.items()
    ]
    header = json.dumps({"outputs": outputs}).encode()
    body = header + b"".join(numbers.tobytes() for numbers in tensors.values())
    return Answer(200, {**RAW, "inference-header-content-length": str(len(header))}, body)


def _base64_answer() -> Answer:
    outputs = [
        {
            "name": str(index),
            "datatype": "BYTES",
            "data": [base64.b64encode(numbers.tobytes()).decode()],
        }
        for index, numbers in enumerate((array("f", [1.0, 2.0]), array("f", [3.0])))
    ]
    return Answer(200, JSON, json.dumps({"outputs": outputs}).encode())


@pytest.mark.parametrize(
    ("wire", "answer"),
    [
        (wires.OPEN_INFERENCE, _binary_answer()),
        (
            wires.OPEN_INFERENCE,
            Answer(200, JSON, b'{"outputs":[{"name":"a","data":[1,2,3]}]}'),
        ),
        (wires.MLSERVER, _base64_answer()),
        (wires.LITSERVE, Answer(200, RAW, array("f", [1.0, 2.0, 3.0]).tobytes())),
        (wires.PLAIN, Answer(200, JSON, b'{"predictions":[[1.0,2.0,3.0]]}')),
    ],
)
def test_every_form_of_a_right_answer_is_right(work: Work, wire: Wire, answer: Answer) -> None:
    """Outputs are read in the order of their names, whatever order they came in."""
    assert work.fault(wire.numbers(answer)) is None


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ([1.0, 2.0], "2 numbers where 3"),
        ([1.0, 2.0, 3.5], "off by 0.5"),
        ([1.0, 2.0, float("nan")], "not finite"),
    ],
)
def test_a_wrong_answer_is_found(work: Work, numbers: list[float], reason: str) -> None:
    """Of a wrong answer it is said what is wrong."""
    assert reason in (work.fault(array("f", numbers)) or "")
