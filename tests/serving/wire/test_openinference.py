"""The Open Inference Protocol: JSON, binary tensors, and sizes that lie."""

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from wherry.errors import ExecutionFailed, InvalidInput
from wherry.serving.wire import openinference
from wherry.tensors import Array, Datatype, Signature, TensorSpec


def spec(name: str, datatype: str, *shape: int) -> TensorSpec:
    return TensorSpec(name, Datatype[datatype], shape)


ONE = Signature("serving_default", (spec("x", "FP32", -1, 2),), (spec("y", "FP32", -1, 2),))
TWO = Signature(
    "two",
    (spec("a", "FP32", -1, 2), spec("b", "INT32", -1)),
    (spec("c", "FP32", -1, 2), spec("d", "BYTES", -1)),
)
TEXT = Signature("text", (spec("t", "BYTES", -1),), (spec("u", "BYTES", -1),))
FREE = Signature("free", (TensorSpec("x", Datatype.INT8, None),), (spec("y", "INT8", -1),))
WAVE = Signature("wave", (spec("x", "COMPLEX64", -1),), (spec("y", "COMPLEX64", -1),))
SIGNATURES = {s.name: s for s in (ONE, TWO, TEXT, FREE, WAVE)}


def tensor(**changes: Any) -> dict[str, Any]:
    whole = {"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1, 2], **changes}
    return {name: value for name, value in whole.items() if value is not ...}


def request(*tensors: object, signature: str | None = None, **more: Any) -> dict[str, Any]:
    body = {"inputs": list(tensors), **more}
    if signature:
        body["parameters"] = {**body.get("parameters", {}), "signature": signature}
    return body


def decode(
    value: object, data: bytes | None = None, *, header: int | None = None
) -> openinference.InferRequest:
    text = json.dumps(value).encode()
    length = None if data is None else len(text)
    return openinference.decode_infer(
        text + (data or b""), length if header is None else header, SIGNATURES, "serving_default"
    )


def encode(infer: openinference.InferRequest, outputs: dict[str, Array]) -> tuple[Any, bytes]:
    body, length = openinference.encode_infer(infer, "m", "1", outputs)
    return json.loads(body[:length]), body[length:] if length else b""


@pytest.mark.parametrize(
    "data", [[1, 2, 3, 4], [[1, 2], [3, 4]], [1.0, 2.0, 3.0, 4.0]], ids=["flat", "nested", "floats"]
)
def test_data_may_be_flat_or_nested_like_its_shape(data: object) -> None:
    """Both lead to the same array."""
    found = decode(request(tensor(shape=[2, 2], data=data))).inputs["x"]
    assert found.dtype == np.float32
    assert found.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "'inputs' must be"),
        ({"inputs": {}}, "'inputs' must be"),
        (request(), "'inputs' must be"),
        (request(1), "'name'"),
        (request(tensor(name=...)), "'name'"),
        (request(tensor(name=[1])), "'name'"),
        (request(tensor(name="z")), "no input 'z'"),
        (request(tensor(), tensor()), "given twice"),
        (request(tensor(datatype=...)), "'datatype' is None"),
        (request(tensor(datatype="FP64")), "'datatype' is 'FP64'"),
        (request(tensor(datatype={"a": 1})), "'datatype'"),
        (request(tensor(shape=...)), "'shape'"),
        (request(tensor(shape=2)), "'shape'"),
        (request(tensor(shape=[True, 2])), "'shape'"),
        (request(tensor(shape=[1.0, 2])), "'shape'"),
        (request(tensor(shape=[-1, 2])), "'shape'"),
        (request(tensor(shape=[2])), r"'shape' is \[2\]"),
        (request(tensor(shape=[1, 3], data=[1, 2, 3])), "'shape' is"),
        (request(tensor(shape=[2, 2])), r"shape is \[2, 2\]"),
        (request(tensor(shape=[0, 2], data=[])), "empty"),
        (request(tensor(shape=[2**62, 2])), "shape"),
        (request(tensor(shape=[2**63, 2])), "shape"),
        (request(tensor(shape=[2**64, 2])), "shape"),
        (request(tensor(shape=[10**30, 2])), "shape"),
        (request(tensor(datatype="INT8", shape=[1] * 65), signature="free"), "'shape'"),
        (request(tensor(datatype="INT8", shape=[2**32, 2**32]), signature="free"), "shape"),
        (request(tensor(data=...)), "no 'data'"),
        (request(tensor(data=1)), "no 'data'"),
        (request(tensor(data=None)), "no 'data'"),
        (request(tensor(data="12")), "no 'data'"),
        (request(tensor(data=[[1], [2]])), r"data is of shape \[2, 1\]"),
        (request(tensor(data=[[1, 2], [3]], shape=[2, 2])), "ragged"),
        (request(tensor(data=[1, "2"])), "str '2'"),
        (request(tensor(data=[1, True])), "true or false"),
        (request(tensor(data=[1, None])), "null"),
        (request(tensor(data=[1, 1e39])), "too large"),
        (request(tensor(), id=5), "'id'"),
        (request(tensor(), parameters=[1]), "'parameters'"),
        (request(tensor(), signature="none"), "no signature 'none'"),
        (request(tensor(), parameters={"signature": 1}), "no signature 1"),
        (request(tensor(), parameters={"sequence_id": 1}), "not offered"),
        (request(tensor(), parameters={"binary_data_output": 1}), "true or false"),
        (request(tensor(parameters={"shared_memory_region": "r"})), "shared memory"),
        (request(tensor(parameters={"binary_data_size": 8})), "both 'data' and"),
        (request(tensor(data=..., parameters={"binary_data_size": 8})), "no header"),
        (request(tensor(), outputs={}), "'outputs'"),
        (request(tensor(), outputs=[1]), "no output"),
        (request(tensor(), outputs=[{"name": "z"}]), "no output 'z'"),
        (request(tensor(), outputs=[{"name": "y"}, {"name": "y"}]), "asked for twice"),
        (
            request(tensor(), outputs=[{"name": "y", "parameters": {"classification": 3}}]),
            "classification extension is not offered",
        ),
        (
            request(tensor(), outputs=[{"name": "y", "parameters": {"binary_data": "yes"}}]),
            "true or false",
        ),
        (request(tensor(name="a"), signature="two"), "'b' is missing"),
        (request(tensor(datatype="COMPLEX64", shape=[2]), signature="wave"), "complex"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(value: object, said: str) -> None:
    """Each refusal says what is wrong in this request; no size is believed before it is checked."""
    with pytest.raises(InvalidInput, match=said):
        decode(value)


EIGHT = np.array([1, 2], "<f4").tobytes()
BINARY = tensor(data=..., parameters={"binary_data_size": 8})


@pytest.mark.parametrize(
    ("value", "data", "said"),
    [
        (request(BINARY), EIGHT[:-1], "claims 8 bytes"),
        (request(BINARY), EIGHT + b"\0", "belong to no input"),
        (request(BINARY), b"", "claims 8 bytes"),
        (request(tensor()), EIGHT, "belong to no input"),
        (request({**BINARY, "parameters": {"binary_data_size": 4}}), EIGHT[:4], "needs 8 bytes"),
        (request({**BINARY, "parameters": {"binary_data_size": -8}}), EIGHT, "number of bytes"),
        (request({**BINARY, "parameters": {"binary_data_size": 8.0}}), EIGHT, "number of bytes"),
        (request({**BINARY, "parameters": {"binary_data_size": True}}), EIGHT, "number of bytes"),
        (request({**BINARY, "parameters": {"binary_data_size": 2**70}}), EIGHT, "bytes"),
        (request({**BINARY, "shape": [2**61, 2]}), EIGHT, "needs"),
        (request({**BINARY, "data": [1, 2]}), EIGHT, "both 'data' and"),
        (request(BINARY, tensor(name="z")), EIGHT, "no input 'z'"),
    ],
)
def test_binary_sizes_that_lie_are_refused(value: object, data: bytes, said: str) -> None:
    """What a size claims is compared with what is there and with what the shape needs."""
    with pytest.raises(InvalidInput, match=said):
        decode(value, data)


@pytest.mark.parametrize("header", [-1, 0, 5, 10**9])
def test_a_header_that_lies_about_its_length_is_refused(header: int) -> None:
    """Too short it cuts the JSON, too long it reaches beyond the body."""
    with pytest.raises(InvalidInput):
        decode(request(BINARY), EIGHT, header=header)


def test_binary_input_is_the_tensors_bytes() -> None:
    """Inputs follow each other in their order, beside inputs in JSON."""
    found = decode(request(BINARY), EIGHT).inputs["x"]
    assert found.tolist() == [[1, 2]]
    mixed = request(
        tensor(name="b", datatype="INT32", shape=[1], data=[7]),
        {**BINARY, "name": "a"},
        signature="two",
    )
    assert decode(mixed, EIGHT).inputs["b"].tolist() == [7]


@pytest.mark.parametrize(
    ("shape", "data"),
    [
        ([1], b"\x02\0\0\0a"),
        ([2], b"\x01\0\0\0a"),
        ([1], b"\x01\0\0\0a\0"),
        ([2], b"\x01\0\0\0a\x01\0\0"),
        ([1], b"\xff\xff\xff\xffa"),
        ([2**40], b"\x01\0\0\0a"),
        ([1], b""),
    ],
)
def test_strings_whose_lengths_lie_are_refused(shape: list[int], data: bytes) -> None:
    """Neither a length beyond the data nor a count beyond it reserves memory."""
    value = request(
        {
            "name": "t",
            "datatype": "BYTES",
            "shape": shape,
            "parameters": {"binary_data_size": len(data)},
        },
        signature="text",
    )
    with pytest.raises(InvalidInput, match="'t'"):
        decode(value, data)


def test_a_byte_that_is_no_boolean_is_refused() -> None:
    """Two is neither true nor false, and a bool that holds it misbehaves later."""
    flags = Signature("s", (spec("x", "BOOL", -1),), (spec("y", "BOOL", -1),))
    for data, fits in ((b"\0\1", True), (b"\0\2", False)):
        text = json.dumps(
            request(
                tensor(datatype="BOOL", shape=[2], data=..., parameters={"binary_data_size": 2})
            )
        ).encode()
        arguments = (text + data, len(text), {"s": flags}, "s")
        if fits:
            assert openinference.decode_infer(*arguments).inputs["x"].tolist() == [False, True]
        else:
            with pytest.raises(InvalidInput, match="neither 0 nor 1"):
                openinference.decode_infer(*arguments)


def test_the_answer_names_model_version_and_id() -> None:
    """The id is echoed if it was sent; data is flat."""
    outputs = {"y": np.array([[1, 2], [3, 4]], np.float32)}
    answer, _ = encode(decode(request(tensor(), id="7")), outputs)
    assert answer == {
        "model_name": "m",
        "model_version": "1",
        "id": "7",
        "outputs": [{"name": "y", "datatype": "FP32", "shape": [2, 2], "data": [1, 2, 3, 4]}],
    }
    answer, _ = encode(decode(request(tensor())), outputs)
    assert "id" not in answer


def test_outputs_are_those_asked_for_in_that_order_and_form() -> None:
    """Each output may be JSON or binary; without a list all come, in the form asked for."""
    outputs = {"c": np.ones((1, 2), np.float32), "d": np.array([b"ab"], object)}
    inputs = (tensor(name="a"), tensor(name="b", datatype="INT32", shape=[1], data=[1]))
    wanted = [{"name": "d", "parameters": {"binary_data": True}}, {"name": "c"}]
    answer, data = encode(decode(request(*inputs, signature="two", outputs=wanted)), outputs)
    assert [o["name"] for o in answer["outputs"]] == ["d", "c"]
    assert answer["outputs"][0]["parameters"] == {"binary_data_size": 6}
    assert answer["outputs"][1]["data"] == [1, 1]
    assert data == b"\x02\0\0\0ab"
    everything = request(*inputs, signature="two", parameters={"binary_data_output": True})
    answer, data = encode(decode(everything), outputs)
    assert [o["parameters"]["binary_data_size"] for o in answer["outputs"]] == [8, 6]
    assert len(data) == 14


def test_what_json_cannot_express_is_an_error_and_binary_carries_it() -> None:
    """NaN, infinity and bytes that are not UTF-8 fail as JSON, with the way out; never null."""
    for name, array in (("y", np.array([[np.nan, np.inf]], np.float32)),):
        with pytest.raises(ExecutionFailed, match="binary_data: true"):
            encode(decode(request(tensor())), {name: array})
        binary = decode(request(tensor(), parameters={"binary_data_output": True}))
        assert encode(binary, {name: array})[1] == array.tobytes()
    text = tensor(name="t", datatype="BYTES", shape=[1], data=["a"])
    raw = {"u": np.array([b"\xff"], object)}
    with pytest.raises(ExecutionFailed, match="binary_data: true"):
        encode(decode(request(text, signature="text")), raw)
    binary = decode(request(text, signature="text", parameters={"binary_data_output": True}))
    assert encode(binary, raw)[1] == b"\x01\0\0\0\xff"


def test_metadata_lists_the_tensors() -> None:
    """The default signature's tensors stand where the protocol wants them."""
    found = openinference.model_metadata(
        "m", "2", "onnx", {"serving_default": ONE}, "serving_default"
    )
    assert found == {
        "name": "m",
        "versions": ["2"],
        "platform": "onnx",
        "inputs": [{"name": "x", "datatype": "FP32", "shape": (-1, 2)}],
        "outputs": [{"name": "y", "datatype": "FP32", "shape": (-1, 2)}],
    }
    several = openinference.model_metadata("m", "2", "onnx", SIGNATURES, "text")
    assert several["inputs"][0]["name"] == "t"
    assert several["signatures"].keys() == SIGNATURES.keys()


def _echo(datatype: Datatype, shape: tuple[int, ...]) -> dict[str, Signature]:
    x = TensorSpec("x", datatype, tuple(-1 for _ in shape))
    return {"s": Signature("s", (x,), (x,))}


def _there_and_back(datatype: Datatype, array: Array, *, binary: bool) -> Array:
    """Encode an array as an answer, send that answer as a request, and decode it."""
    signatures = _echo(datatype, array.shape)
    asked = openinference.InferRequest(
        signatures["s"], {}, ((signatures["s"].outputs[0], binary),), None
    )
    body, length = openinference.encode_infer(asked, "m", "1", {"x": array})
    answer = json.loads(body[:length])
    header = json.dumps({"inputs": answer["outputs"]}).encode()
    data = body[length:] if length else b""
    sent = openinference.decode_infer(
        header + data, len(header) if binary else None, signatures, "s"
    )
    return sent.inputs["x"]


shapes = npst.array_shapes(min_dims=0, max_dims=3, max_side=4)
stored = st.sampled_from([d for d in Datatype if d.numpy.kind in "biuf" and d is not Datatype.BF16])


@given(stored.flatmap(lambda d: st.tuples(st.just(d), npst.arrays(d.numpy, shapes))))
def test_any_array_survives_as_binary_bit_for_bit(pair: tuple[Datatype, Array]) -> None:
    """NaN's payload, negative zero and denormals included."""
    datatype, array = pair
    found = _there_and_back(datatype, array, binary=True)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == array.tobytes()


@given(stored.flatmap(lambda d: st.tuples(st.just(d), npst.arrays(d.numpy, shapes))))
def test_any_finite_array_survives_as_json_bit_for_bit(pair: tuple[Datatype, Array]) -> None:
    """The shortest decimal that names a float is read back as that float."""
    datatype, array = pair
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        with pytest.raises(ExecutionFailed):
            _there_and_back(datatype, array, binary=False)
        return
    found = _there_and_back(datatype, array, binary=False)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == array.tobytes()


@given(npst.arrays(np.uint16, shapes))
def test_bfloat16_survives_as_binary(bits: Array) -> None:
    """Any 16 bits are the upper half of the float32 that stands for them, and come back."""
    array = (np.asarray(bits).astype(np.uint32) << 16).view(np.float32).reshape(bits.shape)
    found = _there_and_back(Datatype.BF16, array, binary=True)
    assert found.tobytes() == array.tobytes()


@given(npst.arrays(object, shapes, elements=st.binary(max_size=6)))
def test_strings_survive_as_binary(array: Array) -> None:
    """Bytes of any kind and length, the empty one included."""
    found = _there_and_back(Datatype.BYTES, array, binary=True)
    assert found.shape == array.shape
    assert found.tolist() == array.tolist()


@given(st.binary(max_size=80), st.integers(-5, 90) | st.none())
def test_any_bytes_are_decoded_or_refused(body: bytes, header: int | None) -> None:
    """No bytes, cut anywhere, lead to another exception."""
    with pytest.raises(InvalidInput):
        openinference.decode_infer(body, header, SIGNATURES, "serving_default")


@given(st.binary(max_size=40), st.integers(0, 6), st.integers(0, 40))
def test_any_bytes_as_strings_are_decoded_or_refused(data: bytes, count: int, size: int) -> None:
    """Reading lengths from arbitrary bytes never leaves the data."""
    value = request(
        {
            "name": "t",
            "datatype": "BYTES",
            "shape": [count],
            "parameters": {"binary_data_size": size},
        },
        signature="text",
    )
    try:
        found = decode(value, data).inputs["t"].tolist()
    except InvalidInput:
        return
    assert b"".join(struct.pack("<I", len(item)) + item for item in found) == data


tensors = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["x", "a", "b", "t"]) | st.integers(),
        "datatype": st.sampled_from([*Datatype, "FP8", 1]),
        "shape": st.lists(st.integers(-2, 2**65), max_size=3) | st.none(),
        "data": st.recursive(
            st.none() | st.integers() | st.floats() | st.text(max_size=2),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=6,
        ),
        "parameters": st.dictionaries(
            st.sampled_from(["binary_data_size", "shared_memory_region", "other"]),
            st.integers() | st.text(max_size=2),
            max_size=2,
        ),
    },
)


@given(st.lists(tensors, max_size=3), st.sampled_from([*SIGNATURES, 5]), st.binary(max_size=9))
def test_any_request_is_decoded_or_refused(
    inputs: list[dict[str, Any]], signature: object, data: bytes
) -> None:
    """No combination of wrong parts leads to another exception."""
    value = {"inputs": inputs, "parameters": {"signature": signature}}
    for sent in (None, data):
        try:
            found = decode(value, sent)
        except InvalidInput:
            continue
        assert found.inputs.keys() == {spec.name for spec in found.signature.inputs}
