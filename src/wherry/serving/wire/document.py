"""JSON documents: strict on the way in, honest on the way out."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson

from wherry.errors import ExecutionFailed, InputTooLarge, InvalidInput
from wherry.tensors import Array, quoted

# What the objects of one JSON text may take in memory: two million numbers.
MAX_PARSED_BYTES = 64 * 2**20
# Shorter texts cannot reach it: "{}," of 3 bytes becomes 72, and nothing grows more.
_SMALL_BYTES = MAX_PARSED_BYTES // 32


def read(body: bytes) -> tuple[dict[str, Any], bool]:
    """Parse a request's JSON object; also tell whether its lists are plain numbers.

    The second value is True when no string, boolean or null stands inside a list, other than in
    objects that the list holds; ``tensors.validate`` is then spared the search for them. It is
    known from counting quotes and literals in the text, at a tenth of the cost of a look at every
    item; a text with escaped quotes merely counts as not plain.

    Raises:
        InvalidInput: not JSON (NaN and Infinity are not), not UTF-8, nested too deeply, a key
            twice in one object, or not an object.
        InputTooLarge: as objects in memory it would be many times larger than its text.
    """
    if len(body) > _SMALL_BYTES:
        _refuse_large(body)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"The body is not valid JSON: {error}.") from None
    if type(document) is not dict:
        raise InvalidInput(f"The body must be a JSON object, but it is {quoted(document)}.")
    try:
        strings, literals = _count(document)
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.") from None
    # Numbers are most of a text and stand last in it: the search ends where they begin.
    numbers_at = body.rfind(b'"') + 1
    if body.count(b'"', 0, numbers_at) != 2 * strings:
        _refuse_repeated_keys(body)
        return document, False
    return document, _literals(body, numbers_at) == literals


def _refuse_large(body: bytes) -> None:
    """Raise where parsing would take more memory than a small host can spare for one request."""
    lists = body.count(b"[")
    objects = body.count(b"{")
    strings = body.count(b'"') // 2
    # CPython's sizes of an empty list, a small dict, a string, and a float with its place in a
    # list; an item and its comma take two bytes at least.
    needed = 64 * lists + 184 * objects + 56 * strings
    if needed + 32 * len(body) // 2 > MAX_PARSED_BYTES:
        needed += 32 * body.count(b",")
    if needed > MAX_PARSED_BYTES:
        raise InputTooLarge(
            f"The JSON body would take about {needed >> 20} MiB in memory; at most "
            f"{MAX_PARSED_BYTES >> 20} MiB are given to one request. Send fewer items at once, or "
            "binary tensors (Open Inference Protocol)."
        )


def _count(value: object) -> tuple[int, int]:
    """Count strings and literals, leaving out lists that do not begin with an object."""
    kind = type(value)
    if kind is str:
        return 1, 0
    if kind is dict:
        strings, literals = len(value), 0  # type: ignore[arg-type]
        items = value.values()  # type: ignore[attr-defined]
    elif kind is list and value and type(value[0]) is dict:  # type: ignore[index]
        strings, literals = 0, 0
        items = value
    else:
        return 0, value is None or kind is bool
    for item in items:
        more_strings, more_literals = _count(item)
        strings += more_strings
        literals += more_literals
    return strings, literals


def _literals(body: bytes, numbers_at: int) -> int:
    """Count true, false and null in a text whose last string ends at ``numbers_at``."""
    # A letter is found many times faster than a word; of these two one is in every literal, and
    # neither is in a number.
    if body.find(b"u", numbers_at) < 0 and body.find(b"a", numbers_at) < 0:
        body = body[:numbers_at]
    return body.count(b"true") + body.count(b"false") + body.count(b"null")


def _refuse_repeated_keys(body: bytes) -> None:
    """Raise where an object holds a key twice: a parser would keep either, and not say so."""
    try:
        json.loads(body, object_pairs_hook=_object, parse_int=str, parse_float=str)
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidInput(f"The key {quoted(key)} stands twice in one JSON object.")
            seen.add(key)
    return found


def write(document: object) -> bytes:
    """Serialize an answer; arrays may stand for lists."""
    return orjson.dumps(document, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY)


def write_checked(document: object) -> bytes:
    """Serialize an answer that a project's own function made.

    Raises:
        ExecutionFailed: it is not JSON: of another type, or NaN or infinity.
    """
    try:
        body = write(document)
    except (TypeError, UnicodeDecodeError) as error:
        raise ExecutionFailed(
            f"What the model's postprocess returned cannot be written as JSON: {error}"
        ) from error
    if b"null" in body and not _is_finite(document):
        raise ExecutionFailed(
            "What the model's postprocess returned holds NaN or infinity, which JSON cannot "
            "express."
        )
    return body


def _is_finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_finite, value))
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind != "f" or bool(np.isfinite(value).all())
    return not isinstance(value, float) or math.isfinite(value)


def _plain(value: object) -> object:
    """Serialize what orjson has no way for: arrays that are not contiguous or have no axis."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, bytes):
        return value.decode()
    raise TypeError(f"{type(value).__name__} {quoted(value)} cannot be written as JSON.")


def write_tensors(document: object, tensors: Mapping[str, Array]) -> bytes:
    """Serialize an answer with these tensors in it, by name.

    Raises:
        ExecutionFailed: one holds NaN or infinity, which JSON has no words for.
        InvalidInput: one is complex.
    """
    for name, array in tensors.items():
        if array.dtype.kind == "c":
            raise no_complex("output", name)
    body = write(document)
    # orjson writes null for them; to look for that word is cheaper than to look at every number.
    if b"null" in body:
        for name, array in tensors.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ExecutionFailed(
                    f"The output {name!r} holds NaN or infinity, which JSON cannot express. If "
                    "that is right for this model, ask for it as a binary tensor (Open Inference "
                    "Protocol, binary_data: true)."
                )
    return body


def no_complex(what: str, name: str) -> InvalidInput:
    """Return the error for an input or output that neither protocol has a form for."""
    return InvalidInput(
        f"The {what} {name!r} is complex, for which this protocol has no form; such a model "
        "can be asked from Python only."
    )
