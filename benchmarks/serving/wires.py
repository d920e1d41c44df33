"""The forms in which peers take a question and give an answer."""

import base64
import json
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.serving.processes import Answer, Question
from benchmarks.serving.works import Work, floats

_JSON = {"Content-Type": "application/json"}
_RAW = {"Content-Type": "application/octet-stream"}
_HEADER_LENGTH = "inference-header-content-length"


@dataclass(frozen=True, slots=True)
class Wire:
    """How a work is asked for, and how the answer's numbers are read."""

    question: Callable[[Work], Question]
    numbers: Callable[[Answer], array[float]]


def rows(work: Work) -> list[list[float]]:
    """Return the input as the rows that JSON clients send, of numbers with 3 decimals."""
    return [[round(number, 3) for number in work.input]]


def _plain(json_path: str, raw_path: str) -> Wire:
    def question(work: Work) -> Question:
        if work.json:
            return Question(json_path, _JSON, _dump({"instances": rows(work)}))
        return Question(raw_path, _RAW, work.input_file.read_bytes())

    return Wire(question, _predictions)


def _predictions(answer: Answer) -> array[float]:
    if answer.headers.get("content-type", "").startswith("application/json"):
        return array("f", json.loads(answer.body)["predictions"][0])
    return floats(answer.body)


def _open_inference(runtime: str | None) -> Wire:
    """Return the Open Inference Protocol, with its binary extension for raw tensors."""

    def question(work: Work) -> Question:
        given: dict[str, Any] = {
            "name": work.input_names[runtime or work.runtime],
            "shape": work.shape,
            "datatype": "FP32",
        }
        path = f"/v2/models/{work.name}/infer"
        if work.json:
            return Question(path, _JSON, _dump({"inputs": [{**given, "data": rows(work)[0]}]}))
        raw = work.input_file.read_bytes()
        given["parameters"] = {"binary_data_size": len(raw)}
        header = _dump({"inputs": [given], "parameters": {"binary_data_output": True}})
        headers = {**_RAW, "Inference-Header-Content-Length": str(len(header))}
        return Question(path, headers, header + raw)

    return Wire(question, _inferred)


def _inferred(answer: Answer) -> array[float]:
    header_length = int(answer.headers.get(_HEADER_LENGTH, len(answer.body)))
    outputs = json.loads(answer.body[:header_length])["outputs"]
    numbers: dict[str, array[float]] = {}
    offset = header_length
    for output in outputs:
        if "data" in output:
            numbers[output["name"]] = array("f", output["data"])
            continue
        end = offset + output["parameters"]["binary_data_size"]
        numbers[output["name"]] = floats(answer.body[offset:end])
        offset = end
    return _joined(numbers)


def _mlserver_question(work: Work) -> Question:
    path = f"/v2/models/{work.name}/infer"
    given: dict[str, Any] = {"name": "input", "shape": work.shape, "datatype": "FP32"}
    if work.json:
        given["data"] = rows(work)[0]
    else:
        # MLServer's REST has no binary tensors; base64 is the smallest form that it takes.
        raw = base64.b64encode(work.input_file.read_bytes()).decode()
        given |= {"shape": [1, 1], "datatype": "BYTES", "data": [raw]}
        given["parameters"] = {"content_type": "base64"}
    return Question(path, _JSON, _dump({"inputs": [given]}))


def _mlserver_numbers(answer: Answer) -> array[float]:
    outputs = json.loads(answer.body)["outputs"]
    return _joined(
        {
            output["name"]: floats(base64.b64decode(output["data"][0]))
            if output["datatype"] == "BYTES"
            else array("f", output["data"])
            for output in outputs
        }
    )


def _litserve_question(work: Work) -> Question:
    if work.json:
        return Question("/predict", _JSON, _dump({"instances": rows(work)}))
    raw = base64.b64encode(work.input_file.read_bytes()).decode()
    return Question("/predict", _JSON, _dump({"tensor": raw}))


def _joined(numbers: Mapping[str, array[float]]) -> array[float]:
    joined = array("f")
    for name in sorted(numbers):
        joined += numbers[name]
    return joined


def _dump(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


PLAIN = _plain("/predict", "/predict")
BENTOML = _plain("/rows", "/raw")
OPEN_INFERENCE = _open_inference(None)
OPEN_INFERENCE_TENSORFLOW = _open_inference("tensorflow")
MLSERVER = Wire(_mlserver_question, _mlserver_numbers)
LITSERVE = Wire(_litserve_question, _predictions)
