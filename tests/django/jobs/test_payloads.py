"""Values as bytes and back."""

import io
import pickle
import zipfile
from typing import Any

import numpy as np
import pytest

from wherry.django.jobs.payloads import pack, unpack
from wherry.errors import InputTooLarge, InvalidInput

ROOM = 2**20


def back(value: Any) -> Any:
    return unpack(*pack(value, ROOM))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "i8", "u2", "u8", "?", "c8", ">f4"])
def test_arrays_come_back_bit_for_bit(dtype: str) -> None:
    """Dtype, shape and every value, NaN and infinity included."""
    numbers = np.arange(6).reshape(2, 3).astype(dtype)
    if numbers.dtype.kind == "f":
        numbers[0, 0], numbers[0, 1] = np.nan, np.inf
    (found,) = back({"x": numbers}).values()
    assert found.dtype == numbers.dtype
    assert found.shape == (2, 3)
    assert found.tobytes() == numbers.tobytes()


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 0)])
def test_arrays_without_items_or_axes_come_back(shape: tuple[int, ...]) -> None:
    """Nothing is squeezed or lost."""
    assert back({"x": np.zeros(shape, np.float32)})["x"].shape == shape


def test_strings_come_back() -> None:
    """Bytes of any kind, in an array of objects; no pickle is needed for that."""
    texts = np.array([[b"", b"\x00\xff"], ["ü".encode(), b"x" * 1000]], object)
    found = back({"x": texts})["x"]
    assert found.shape == (2, 2)
    assert found.tolist() == texts.tolist()


@pytest.mark.parametrize("name", ["file", "self", "a/b", "x:0", "a:x", "ü", "..", "x.npy"])
def test_any_name_of_an_input_comes_back(name: str) -> None:
    """They are TensorFlow's, not Python's."""
    assert list(back({name: np.zeros(1), "other": np.zeros(2)})) == [name, "other"]


@pytest.mark.parametrize(
    "value", [None, True, 1, 1.5, "text", [1, [2.5]], {"a": {"b": [None]}}, {}, []]
)
def test_json_comes_back(value: object) -> None:
    """What a preprocess may take."""
    assert back(value) == value


def test_bytes_come_back() -> None:
    """An image, or a recording."""
    assert back(b"\x89PNG") == b"\x89PNG"
    assert back(memoryview(b"ab")) == b"ab"


def test_arrays_within_json_become_lists() -> None:
    """Where a preprocess takes more than arrays."""
    assert back({"a": np.arange(2), "b": "text", "c": np.float32(0.5)}) == {
        "a": [0, 1],
        "b": "text",
        "c": 0.5,
    }


@pytest.mark.parametrize("value", [{1, 2}, object(), [float("nan")], {"a": float("inf")}])
def test_what_cannot_be_kept_is_refused(value: object) -> None:
    """Nothing becomes null on its way."""
    with pytest.raises(InvalidInput, match="cannot be kept for later"):
        pack(value, ROOM)


@pytest.mark.parametrize("value", [{"x": np.zeros(1000)}, b"x" * 2000, "x" * 2000])
def test_too_much_is_refused(value: object) -> None:
    """With the limit and the setting it is in."""
    with pytest.raises(InputTooLarge, match=r"1000 bytes.*MAX_INPUT_BYTES"):
        pack(value, 1000)


def test_a_pickle_is_not_opened() -> None:
    """Whoever can write to the database must not thereby run code here."""

    class Bomb:
        def __reduce__(self) -> Any:
            return (pytest.fail, ("ran",))

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = io.BytesIO()
        np.lib.format.write_array(member, np.array([1]), allow_pickle=False)
        header = member.getvalue()[:-8].replace(b"<i8", b"|O\x20")
        archive.writestr("a:x.npy", header + pickle.dumps(Bomb()))
    with pytest.raises(ValueError, match=r"allow_pickle|descr"):
        unpack("npz", buffer.getvalue())
