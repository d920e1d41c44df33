"""TensorFlow Serving's REST format."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from wherry.errors import ExecutionFailed, InvalidInput
from wherry.serving.wire import tfserving
from wherry.tensors import Datatype, Signature, TensorSpec


def spec(name: str, datatype: str, *shape: int) -> TensorSpec:
    return TensorSpec(name, Datatype[datatype], shape)


ONE = Signature("serving_default", (spec("x", "FP32", -1, 2),), (spec("y", "FP32", -1, 2),))
TWO = Signature(
    "two",
    (spec("a", "FP32", -1, 2), spec("b", "INT32", -1)),
    (spec("c", "FP32", -1, 2), spec("d", "INT32", -1)),
)
TEXT = Signature("text", (spec("t", "BYTES", -1),), (spec("u", "BYTES", -1),))
FIXED = Signature("fixed", (spec("x", "FP32", 3),), (spec("y", "FP32"),))
SINGLE = Signature("single", (spec("x", "FP32", 1, 2),), (spec("y", "FP32", 1, 2),))
SIGNATURES = {s.name: s for s in (ONE, TWO, TEXT, FIXED, SINGLE)}


def decode(value: object) -> tfserving.PredictRequest:
    return tfserving.decode_predict(json.dumps(value).encode(), SIGNATURES, "serving_default")


def encode(signature: Signature, outputs: dict[str, Any], *, rows: bool) -> Any:
    return json.loads(tfserving.encode_predict(signature, outputs, rows=rows))


def inputs(value: object) -> dict[str, Any]:
    return {name: array.tolist() for name, array in decode(value).inputs.items()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"instances": [[1, 2], [3, 4]]}, {"x": [[1, 2], [3, 4]]}),
        ({"instances": [{"x": [1, 2]}]}, {"x": [[1, 2]]}),
        ({"inputs": [[1, 2]]}, {"x": [[1, 2]]}),
        ({"inputs": {"x": [[1, 2]]}}, {"x": [[1, 2]]}),
        ({"signature_name": "", "inputs": [[1, 2]]}, {"x": [[1, 2]]}),
        (
            {"signature_name": "two", "instances": [{"a": [1, 2], "b": 3}, {"b": 4, "a": [5, 6]}]},
            {"a": [[1, 2], [5, 6]], "b": [3, 4]},
        ),
        (
            {"signature_name": "two", "inputs": {"a": [[1, 2]], "b": [3]}},
            {"a": [[1, 2]], "b": [3]},
        ),
        (
            {"signature_name": "text", "instances": ["é", {"b64": "/w=="}]},
            {"t": ["é".encode(), b"\xff"]},
        ),
        ({"signature_name": "text", "instances": [{"t": {"b64": ""}}]}, {"t": [b""]}),
        ({"signature_name": "text", "inputs": {"t": ["a"]}}, {"t": [b"a"]}),
        ({"signature_name": "fixed", "inputs": [1, 2, 3]}, {"x": [1, 2, 3]}),
        ({"signature_name": "single", "instances": [[1, 2]]}, {"x": [[1, 2]]}),
    ],
)
def test_rows_columns_and_shorthands_are_understood(value: object, expected: object) -> None:
    """Every form that the format has for the same arrays leads to the same arrays."""
    assert inputs(value) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "either 'instances'"),
        ({"instances": [[1, 2]], "inputs": [[1, 2]]}, "either 'instances'"),
        ({"instances": [[1, 2]], "extra": 1}, "unknown key 'extra'"),
        ({"instances": []}, "empty"),
        ({"instances": {}}, "must be a list"),
        ({"instances": "ab"}, "must be a list"),
        ({"instances": None}, "must be a list"),
        ({"instances": [[1, 2], [3]]}, "ragged"),
        ({"instances": [[1, 2, 3]]}, r"shape \[1, 3\]"),
        ({"instances": [["1", "2"]]}, "str '1'"),
        ({"instances": [[True, False]]}, "BOOL"),
        ({"instances": [[1, True]]}, "true or false"),
        ({"instances": [[1, None]]}, "null"),
        ({"signature_name": "two", "instances": [{"a": [1, 2], "b": True}]}, "BOOL"),
        ({"signature_name": "two", "instances": [{"a": [1, 2], "b": None}]}, "null"),
        ({"signature_name": "two", "instances": [{"a": [1, 2], "b": "1"}]}, "str '1'"),
        ({"instances": [{"x": [1, 2]}, [3, 4]]}, "Item 1"),
        ({"instances": [[1, 2], {"x": [3, 4]}]}, "'x'"),
        ({"instances": [{"z": [1, 2]}]}, "'x' is missing"),
        ({"instances": [{"x": [1, 2], "z": 1}]}, "no input 'z'"),
        ({"instances": [{"x": [1, 2]}, {"x": [1, 2], "z": 1}]}, "Item 1"),
        ({"inputs": {"x": [[1, 2]], "z": 1}}, "no input 'z'"),
        ({"inputs": {}}, "'x' is missing"),
        ({"inputs": {"x": {"b64": "AAAA"}}}, "dict"),
        ({"signature_name": "none", "instances": [[1, 2]]}, "no signature 'none'"),
        ({"signature_name": 3, "instances": [[1, 2]]}, "must be a string"),
        ({"signature_name": "two", "instances": [[1, 2]]}, "by its name"),
        ({"signature_name": "two", "inputs": [[1, 2]]}, "by its name"),
        ({"signature_name": "two", "inputs": {"a": [[1, 2]], "b": [1, 2]}}, "different sizes"),
        ({"signature_name": "text", "instances": [{"b64": "not base64!"}]}, "not base64"),
        ({"signature_name": "text", "instances": [{"b64": "AAA"}]}, "not base64"),
        ({"signature_name": "text", "instances": [{"b64": 5}]}, "not base64"),
        ({"signature_name": "text", "instances": [1]}, "int 1"),
        ({"signature_name": "fixed", "instances": [1, 2, 3]}, "no batch axis"),
        ({"signature_name": "single", "instances": [[1, 2], [3, 4]]}, r"shape \[2, 2\]"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(value: object, said: str) -> None:
    """Each refusal says what is wrong in this request."""
    with pytest.raises(InvalidInput, match=said):
        decode(value)


def test_answers_have_the_requests_format() -> None:
    """Rows are answered as predictions, columns as outputs; one output stands alone."""
    one = {"y": np.array([[1, 2], [3, 4]], np.float32)}
    assert encode(ONE, one, rows=True) == {"predictions": [[1, 2], [3, 4]]}
    assert encode(ONE, one, rows=False) == {"outputs": [[1, 2], [3, 4]]}
    two = {"c": np.array([[1, 2], [3, 4]], np.float32), "d": np.array([5, 6], np.int32)}
    assert encode(TWO, two, rows=True) == {
        "predictions": [{"c": [1, 2], "d": 5}, {"c": [3, 4], "d": 6}]
    }
    assert encode(TWO, two, rows=False) == {"outputs": {"c": [[1, 2], [3, 4]], "d": [5, 6]}}
    assert encode(FIXED, {"y": np.array(1.5, np.float32)}, rows=False) == {"outputs": 1.5}


def test_outputs_that_cannot_be_split_into_rows_are_refused() -> None:
    """Two outputs of different length have no rows in common."""
    outputs = {"c": np.zeros((2, 2), np.float32), "d": np.zeros(3, np.int32)}
    with pytest.raises(InvalidInput, match="no batch axis"):
        tfserving.encode_predict(TWO, outputs, rows=True)


def test_strings_are_text_unless_their_name_or_their_bytes_say_otherwise() -> None:
    """An output named _bytes is base64, and so is one that UTF-8 cannot decode."""
    text = {"u": np.array([b"a", "é".encode()], object)}
    assert encode(TEXT, text, rows=True) == {"predictions": ["a", "é"]}
    raw = {"u": np.array([b"a", b"\xff"], object)}
    assert encode(TEXT, raw, rows=True) == {"predictions": [{"b64": "YQ=="}, {"b64": "/w=="}]}
    named = {"u_bytes": np.array([[b"a"]], object)}
    assert encode(TEXT, named, rows=False) == {"outputs": [[{"b64": "YQ=="}]]}


def test_an_output_that_is_not_finite_is_an_error() -> None:
    """NaN is not quietly null."""
    with pytest.raises(ExecutionFailed, match="'y'"):
        tfserving.encode_predict(ONE, {"y": np.full((1, 2), np.nan, np.float32)}, rows=True)


def test_a_value_for_preprocess_has_its_bytes_decoded() -> None:
    """Whatever the value's shape, {"b64": ...} is bytes; nothing is checked against a signature."""
    value = {"signature_name": "s", "instances": [{"image": {"b64": "/w=="}, "n": [1, "a"]}]}
    found = tfserving.decode_value(json.dumps(value).encode())
    assert found == ([{"image": b"\xff", "n": [1, "a"]}], "s", True)
    assert tfserving.decode_value(b'{"inputs": {"b64": "/w=="}}') == (b"\xff", None, False)
    for body in (
        b'{"inputs": 1, "instances": 1}',
        b'{"inputs": {"b64": "?"}}',
        b'{"inputs": 1, "signature_name": 1}',
    ):
        with pytest.raises(InvalidInput):
            tfserving.decode_value(body)


def test_deep_nesting_is_refused_in_every_reading() -> None:
    """A thousand levels end in a sentence, not in a recursion error."""
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        for depth in (400, 700, 900, 1000, 1020, 5000):
            inner = (opening * depth + "1" + closing * depth).encode()
            with pytest.raises(InvalidInput):
                decode_text(b'{"signature_name": "text", "inputs": %s}' % inner)
            try:
                tfserving.decode_value(b'{"inputs": [1, %s]}' % inner)
            except InvalidInput as error:
                assert "nested" in str(error) or "depth" in str(error)  # noqa: PT017


def decode_text(body: bytes) -> tfserving.PredictRequest:
    return tfserving.decode_predict(body, SIGNATURES, "serving_default")


def test_metadata_is_a_signature_def() -> None:
    """The JSON is that of TensorFlow Serving: DT_ names, sizes as strings, unknown ranks said."""
    unknown = Signature("u", (TensorSpec("x", Datatype.BYTES, None),), (spec("y", "FP16", -1),))
    found = tfserving.metadata("m", "3", {"u": unknown})
    assert found["model_spec"] == {"name": "m", "signature_name": "", "version": "3"}
    definition = found["metadata"]["signature_def"]["signature_def"]["u"]
    assert definition["inputs"]["x"] == {
        "dtype": "DT_STRING",
        "tensor_shape": {"dim": [], "unknown_rank": True},
        "name": "x",
    }
    assert definition["outputs"]["y"]["dtype"] == "DT_HALF"
    assert definition["outputs"]["y"]["tensor_shape"]["dim"] == [{"size": "-1", "name": ""}]
    assert definition["method_name"] == "tensorflow/serving/predict"


def test_every_datatype_has_its_tensorflow_name() -> None:
    """None is missing from the table."""
    assert tfserving.DTYPES.keys() == set(Datatype)


FINITE = {"allow_nan": False, "allow_infinity": False}
arrays = st.sampled_from(
    [d for d in Datatype if d.numpy.kind in "biuf" and d is not Datatype.BF16]
).flatmap(
    lambda d: st.tuples(
        st.just(d),
        npst.arrays(
            d.numpy,
            npst.array_shapes(max_dims=3, max_side=4),
            elements=FINITE if d.numpy.kind == "f" else None,
        ),
    )
)


@given(arrays, st.booleans())
def test_arrays_survive_the_way_there_and_back_bit_for_bit(
    pair: tuple[Datatype, np.ndarray], rows: bool
) -> None:
    """Encoded as an answer and decoded as a request, each finite array is the same bytes."""
    datatype, array = pair
    shape = (-1, *array.shape[1:])
    echo = Signature("s", (TensorSpec("x", datatype, shape),), (TensorSpec("x", datatype, shape),))
    answer = json.loads(tfserving.encode_predict(echo, {"x": array}, rows=rows))
    key, sent = ("predictions", "instances") if rows else ("outputs", "inputs")
    body = json.dumps({sent: answer[key]}).encode()
    found = tfserving.decode_predict(body, {"s": echo}, "s").inputs["x"]
    assert found.dtype == array.dtype
    assert found.tobytes() == array.tobytes()


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=5))
def test_strings_survive_as_base64(items: list[bytes]) -> None:
    """Bytes of any kind go both ways."""
    sent = [{"b64": base64.b64encode(item).decode()} for item in items]
    found = decode({"signature_name": "text", "instances": sent}).inputs["t"]
    assert found.tolist() == items


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(**FINITE) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["x", "b64", "a", "b", "t"]) | st.text(max_size=3), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(
    st.sampled_from(["instances", "inputs"]), json_values, st.sampled_from([*SIGNATURES, "none"])
)
def test_any_json_is_decoded_or_refused(key: str, value: object, signature: str) -> None:
    """No JSON value leads to another exception."""
    try:
        request = decode({"signature_name": signature, key: value})
    except InvalidInput:
        return
    assert request.inputs.keys() == {spec.name for spec in request.signature.inputs}
