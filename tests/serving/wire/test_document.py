"""Strict JSON in, honest JSON out."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wherry.errors import ExecutionFailed, InputTooLarge, InvalidInput
from wherry.serving.wire import document


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": 1',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": ' + b"1" * 5000 + b"}",
        b'{"a": 01}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        b"{'a': 1}",
        b'{"a": 1} x',
        b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"a": ' * 5000 + b"1" + b"}" * 5000,
        b'{"a": ' * 1000 + b"1" + b"}" * 1000,
        b"[1]",
        b"1",
        b"null",
        b'"text"',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "c": "\\"", "b": 2}}',
        b'{"a": [{"b": 1, "b": 1}]}',
        b'{"a": [1, {"b": 1, "b": 1}]}',
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_what_is_not_one_clear_json_object_is_refused(body: bytes) -> None:
    """Malformed, truncated, ambiguous, not UTF-8 or too deep: InvalidInput and nothing else."""
    with pytest.raises(InvalidInput):
        document.read(body)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('{"instances": [[1, 2.5, -1e3]]}', True),
        ('{"instances": [{"x": [1], "y": [2]}, {"x": [3], "y": [4]}]}', True),
        ('{"inputs": [{"name": "x", "data": [1, 2]}], "parameters": {"b": true}}', True),
        ('{"name": "true", "a": [1]}', False),
        ('{"a": [1, true]}', False),
        ('{"a": [1, false]}', False),
        ('{"a": [1, null]}', False),
        ('{"a": [1, "2"]}', False),
        ('{"a": [1, {"b": 2}]}', False),
        ('{"a": [[1], {"b": 2}]}', False),
        ('{"a": "say \\"hi\\"", "b": [1]}', False),
        ('{"a": []}', True),
    ],
)
def test_plain_numbers_are_told_from_the_text(text: str, plain: bool) -> None:
    """Lists that hold only numbers are recognised, and any doubt counts as not plain."""
    value, found = document.read(text.encode())
    assert value == json.loads(text)
    assert found is plain


@pytest.mark.parametrize("item", [b"[]", b"{}", b'{"":0}', b"[0]", b'""', b"0.1"])
def test_a_text_that_would_fill_the_memory_is_not_parsed(item: bytes) -> None:
    """Nine megabytes of empty lists would be 200 in memory; the count alone refuses them."""
    large = b'{"instances": [' + b",".join([item] * (9 * 2**20 // (len(item) + 1))) + b"]}"
    with pytest.raises(InputTooLarge, match="MiB"):
        document.read(large)


def test_a_large_batch_of_numbers_is_parsed() -> None:
    """Eight images of 224 x 224 x 3 in one text are not too large."""
    row = b"[" + b",".join([b"0.123"] * 150_528) + b"]"
    value, plain = document.read(b'{"instances": [' + b",".join([row] * 8) + b"]}")
    assert plain
    assert len(value["instances"]) == 8


scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=4)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=15,
)


def _mixed(value: object) -> bool:
    """Whether a list, at any depth of lists, holds something other than numbers and objects.

    An object that holds nothing is no string, boolean or null: what is wrong with it is seen when
    the list is packed.
    """
    if isinstance(value, dict):
        return any(map(_mixed, value.values()))
    if not isinstance(value, list):
        return False
    objects_first = bool(value) and isinstance(value[0], dict)
    return any(
        _mixed(item)
        if isinstance(item, list)
        else (_mixed(item) or (bool(item) and not objects_first))
        if isinstance(item, dict)
        else isinstance(item, str | bool | None) and not objects_first
        for item in value
    )


@given(st.dictionaries(st.text(max_size=4), values, max_size=4))
def test_plain_is_never_said_of_lists_that_are_not(value: dict[str, object]) -> None:
    """Counting quotes and literals may miss plain lists, and never calls others plain."""
    found, plain = document.read(json.dumps(value, ensure_ascii=False).encode())
    assert found == value
    if plain:
        assert not _mixed(value)


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    """No bytes lead to another exception."""
    try:
        value, _ = document.read(body)
    except InvalidInput:
        return
    assert isinstance(value, dict)


def test_an_output_that_json_cannot_express_is_an_error() -> None:
    """NaN and infinity are never written as null; the sentence names the output and the way out."""
    for value in (np.nan, np.inf, -np.inf):
        tensors = {"x": np.ones(2), "y": np.array([1, value], np.float32)}
        with pytest.raises(ExecutionFailed, match=r"'y'.*binary"):
            document.write_tensors({"outputs": tensors}, tensors)
    with pytest.raises(InvalidInput, match="complex"):
        document.write_tensors({}, {"y": np.array([1j])})


def test_a_string_that_says_null_is_not_taken_for_nan() -> None:
    """What is looked for in the text is looked at in the tensors before it is an error."""
    tensors = {"y": np.array([1.0]), "word": np.array([b"null"], object)}
    body = document.write_tensors({"y": tensors["y"], "word": ["null"]}, tensors)
    assert body == b'{"y":[1.0],"word":["null"]}'


@pytest.mark.parametrize(
    "value",
    [
        {"a": np.float32(1.5), "b": np.arange(4).reshape(2, 2).T, "c": None, "d": "null"},
        {"a": [np.int64(3), np.bool_(True)], "b": b"text", "c": {"d": np.array(2.0)}},
    ],
)
def test_what_a_projects_function_returns_may_hold_numpy(value: dict[str, object]) -> None:
    """Arrays of any layout, numpy scalars, UTF-8 bytes and None are written."""
    assert json.loads(document.write_checked(value)).keys() == value.keys()


@pytest.mark.parametrize(
    "value",
    [
        {"a": object()},
        {"a": b"\xff"},
        {1: 2},
        float("nan"),
        [np.array([np.inf])],
        {"a": np.float32("nan")},
    ],
)
def test_what_a_projects_function_returns_is_json_or_an_error(value: object) -> None:
    """Anything else is a failure that says so, never null."""
    with pytest.raises(ExecutionFailed, match="postprocess"):
        document.write_checked(value)
