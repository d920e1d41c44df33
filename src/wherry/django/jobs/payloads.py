"""Inputs and results as bytes in a database: arrays as .npz, without pickle."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import orjson

from wherry.errors import InputTooLarge, InvalidInput
from wherry.tensors import Array

NPZ: Final = "npz"
BYTES: Final = "bytes"
JSON: Final = "json"

# A member's name tells what it is: an array, or a list of strings as their bytes and lengths.
_ARRAY, _TEXT, _LENGTHS = "a:", "t:", "l:"


def pack(value: Any, limit_bytes: int) -> tuple[str, bytes]:
    """Return the form and the bytes of a value: arrays by name, bytes, or anything of JSON's.

    Raises:
        InvalidInput: it is none of these.
        InputTooLarge: it has more bytes than the limit.
    """
    if isinstance(value, bytes | bytearray | memoryview):
        form, data = BYTES, bytes(value)
    elif isinstance(value, Mapping) and value and all(map(_is_array, value.values())):
        if sum(array.nbytes for array in value.values()) > limit_bytes:
            raise too_large(limit_bytes)
        form, data = NPZ, _pack_arrays(value)
    else:
        form, data = JSON, _pack_json(value)
    if len(data) > limit_bytes:
        raise too_large(limit_bytes)
    return form, data


def too_large(limit_bytes: int) -> InputTooLarge:
    """Return the error for what is too large to be kept."""
    return InputTooLarge(
        f"This is larger than the {limit_bytes} bytes that are kept of one job "
        "(WHERRY['JOBS']['MAX_INPUT_BYTES'] and ['MAX_ANSWER_BYTES'])."
    )


def unpack(form: str, data: bytes) -> Any:
    """Return what ``pack`` was given; JSON's arrays as lists."""
    if form == NPZ:
        return _unpack_arrays(data)
    return data if form == BYTES else orjson.loads(data)


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray)


def _pack_arrays(arrays: Mapping[str, Array]) -> bytes:
    members: dict[str, Array] = {}
    for name, array in arrays.items():
        if array.dtype.kind != "O":
            members[_ARRAY + name] = array
            continue
        items = [item if isinstance(item, bytes) else str(item).encode() for item in array.flat]
        lengths = np.fromiter(map(len, items), np.int64, len(items)).reshape(array.shape)
        members[_LENGTHS + name] = lengths
        members[_TEXT + name] = np.frombuffer(b"".join(items), np.uint8)
    buffer = io.BytesIO()
    # np.savez takes names as keyword arguments, of which some are its own.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in members.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return buffer.getvalue()


def _unpack_arrays(data: bytes) -> dict[str, Array]:
    found: dict[str, Array] = {}
    with np.load(io.BytesIO(data), allow_pickle=False) as members:
        for key in members.files:
            kind, name = key[:2], key[2:]
            if kind == _ARRAY:
                found[name] = members[key]
            elif kind == _LENGTHS:
                found[name] = _strings(members[_TEXT + name].tobytes(), members[key])
    return found


def _strings(text: bytes, lengths: Array) -> Array:
    found = np.empty(lengths.size, object)
    at = 0
    for index, length in enumerate(lengths.flat):
        found[index] = text[at : at + int(length)]
        at += int(length)
    return found.reshape(lengths.shape)


def _pack_json(value: Any) -> bytes:
    try:
        return json.dumps(value, allow_nan=False, default=_plain, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"This cannot be kept for later: {error}. Give arrays by name, bytes, or what JSON has."
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} is not JSON")
