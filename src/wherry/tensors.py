"""Tensor specifications and signatures, and the check of arrays against them.

Datatypes carry the names of the Open Inference Protocol v2 (``FP32``, ``INT64``, ``BYTES`` ...).
Two need a word, since numpy has no type for them:

* ``BYTES`` (strings): arrays of dtype ``object`` whose items are ``bytes``.
* ``BF16``: arrays of dtype ``float32`` that hold values which bfloat16 can represent;
  a runtime rounds what it is given to the nearest one.

``COMPLEX64`` and ``COMPLEX128`` are not in the protocol: they work from Python, not over HTTP.

What may become what: a number never comes from a string, a bool or None; a number with a fraction
never becomes an integer; an integer or a float that the datatype cannot hold is refused, while a
float64 is rounded to the float32 that a model wants. NaN and infinity in arrays pass through.
"""

import reprlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wherry.errors import InvalidInput

type Array = NDArray[Any]

VARIABLE = -1
"""A dimension that may take any size."""


class Datatype(StrEnum):
    """Element types, by their Open Inference Protocol names."""

    BOOL = "BOOL"
    INT8 = "INT8"
    INT16 = "INT16"
    INT32 = "INT32"
    INT64 = "INT64"
    UINT8 = "UINT8"
    UINT16 = "UINT16"
    UINT32 = "UINT32"
    UINT64 = "UINT64"
    FP16 = "FP16"
    BF16 = "BF16"
    FP32 = "FP32"
    FP64 = "FP64"
    BYTES = "BYTES"
    COMPLEX64 = "COMPLEX64"
    COMPLEX128 = "COMPLEX128"

    @property
    def numpy(self) -> np.dtype[Any]:
        """The numpy dtype of arrays of this datatype (see the module's two exceptions)."""
        return _NUMPY[self]

    @classmethod
    def of(cls, dtype: np.dtype[Any]) -> "Datatype":
        """Return the datatype of a numpy dtype.

        Raises:
            InvalidInput: no datatype corresponds to it.
        """
        if dtype.kind in "OSU":
            return cls.BYTES
        try:
            return _BY_NUMPY[dtype.newbyteorder("=")]
        except KeyError:
            raise InvalidInput(f"Arrays of dtype {dtype} cannot be given to a model.") from None


_NUMPY: dict[Datatype, np.dtype[Any]] = {
    Datatype.BOOL: np.dtype(np.bool_),
    Datatype.INT8: np.dtype(np.int8),
    Datatype.INT16: np.dtype(np.int16),
    Datatype.INT32: np.dtype(np.int32),
    Datatype.INT64: np.dtype(np.int64),
    Datatype.UINT8: np.dtype(np.uint8),
    Datatype.UINT16: np.dtype(np.uint16),
    Datatype.UINT32: np.dtype(np.uint32),
    Datatype.UINT64: np.dtype(np.uint64),
    Datatype.FP16: np.dtype(np.float16),
    Datatype.BF16: np.dtype(np.float32),
    Datatype.FP32: np.dtype(np.float32),
    Datatype.FP64: np.dtype(np.float64),
    Datatype.BYTES: np.dtype(object),
    Datatype.COMPLEX64: np.dtype(np.complex64),
    Datatype.COMPLEX128: np.dtype(np.complex128),
}
_BY_NUMPY = {dtype: datatype for datatype, dtype in _NUMPY.items() if datatype is not Datatype.BF16}


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Name, datatype and shape of one input or output.

    ``shape`` holds ``VARIABLE`` (-1) where a dimension may take any size, and is None where even
    the number of dimensions is open.
    """

    name: str
    datatype: Datatype
    shape: tuple[int, ...] | None

    def accepts(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of this shape fits."""
        if self.shape is None:
            return True
        if len(shape) != len(self.shape):
            return False
        for want, got in zip(self.shape, shape, strict=True):  # noqa: SIM110  a third of the time
            if want not in (got, VARIABLE):
                return False
        return True

    def __str__(self) -> str:
        shape = "any shape" if self.shape is None else f"shape {list(self.shape)}"
        return f"{self.datatype} of {shape}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One entry point of a model: its inputs and outputs in the order the model declares them."""

    name: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    batched: bool = field(init=False, compare=False, repr=False)
    """Whether the first axis of every input and output is a batch of any size."""

    def __post_init__(self) -> None:
        # Worked out once, since every request asks.
        batched = all(
            spec.shape is not None and len(spec.shape) > 0 and spec.shape[0] == VARIABLE
            for spec in (*self.inputs, *self.outputs)
        )
        object.__setattr__(self, "batched", batched)


def validate_inputs(
    signature: Signature, inputs: object, *, plain_numbers: bool = False
) -> dict[str, Array]:
    """Check every input of a signature and return the arrays that a runtime takes.

    ``inputs`` maps input names to arrays, lists or scalars; for a signature with one input the
    value alone will do. ``plain_numbers`` says what ``to_array`` says of it.

    Raises:
        InvalidInput: a name, datatype, shape or value does not fit; the sentence says which.
    """
    specs = signature.inputs
    if type(inputs) is not dict and not isinstance(inputs, Mapping):
        if len(specs) != 1:
            raise InvalidInput(f"{_takes(signature)}; give a value for each by its name.")
        inputs = {specs[0].name: inputs}
    arrays = {}
    for spec in specs:
        if spec.name not in inputs:
            raise InvalidInput(f"Input {spec.name!r} is missing. {_takes(signature)}.")
        arrays[spec.name] = validate(spec, inputs[spec.name], plain_numbers=plain_numbers)
    if len(inputs) != len(specs):
        unknown = next(name for name in inputs if name not in arrays)
        raise InvalidInput(f"There is no input {quoted(unknown)}. {_takes(signature)}.")
    if len(specs) > 1 and signature.batched:
        sizes = {name: array.shape[0] for name, array in arrays.items()}
        if len(set(sizes.values())) > 1:
            told = ", ".join(f"{name!r}: {size}" for name, size in sizes.items())
            raise InvalidInput(f"The inputs hold batches of different sizes ({told}).")
    return arrays


def validate(spec: TensorSpec, value: object, *, plain_numbers: bool = False) -> Array:
    """Return the value as a C-contiguous array of the specification's numpy dtype and shape.

    The array may be the one given, or share its memory, and need not be aligned: what lies in a
    request's body begins wherever it does, and to copy it is left to who needs that.

    Raises:
        InvalidInput: the value does not fit; the sentence names the input, what it got and what
            it wanted.
    """
    array = to_array(spec, value, plain_numbers=plain_numbers)
    if not spec.accepts(array.shape):
        raise _refusal(spec, array, "")
    if 0 in array.shape and 0 not in (spec.shape or ()):
        raise _refusal(spec, array, "it is empty; each dimension must be at least 1.")
    return array


def to_array(spec: TensorSpec, value: object, *, plain_numbers: bool = False) -> Array:
    """Return the value as a C-contiguous array of the specification's numpy dtype, of any shape.

    ``plain_numbers`` is the caller's word that lists in ``value`` hold nothing but int and float
    (a JSON text without quotes and literals inside the numbers): the search for what else may
    hide in them is left out, which takes a quarter of the time.

    Raises:
        InvalidInput: as ``validate``; the shape is not checked.
    """
    dtype = spec.datatype.numpy
    if plain_numbers and type(value) is list and dtype.char in _PACKED:
        packed = _pack(dtype, value)
        if packed is not None:
            return packed
    if dtype.kind == "O":
        return _strings(spec, value)
    array = value if isinstance(value, np.ndarray) else _numbers(spec, value)
    if array.dtype.kind not in _CONVERTIBLE[dtype.kind] and array.dtype.name != "bfloat16":
        raise _refusal(spec, array, "")
    return _cast(spec, array, dtype)


_CONVERTIBLE = {"b": "b", "i": "iu", "u": "iu", "f": "fiu", "c": "cfiu"}


# How struct packs plain numbers for each dtype, by the letters of both. In its standard sizes ("=")
# it refuses what is no number, floats where integers are wanted, and what is out of range.
_PACKED = {letter: letter for letter in "bBhHiIqQfd"} | {"l": "q", "L": "Q"}


def _pack(dtype: np.dtype[Any], value: list[Any]) -> Array | None:
    """Turn a nested list of plain numbers into an array, or return None where it is not one.

    numpy looks at every item twice; struct does it once, in half the time. The array is
    read-only.
    """
    shape = [len(value)]
    flat = value
    try:
        while flat and type(flat[0]) is list:
            if len(flat) > 1:
                (size,) = set(map(len, flat))
                shape.append(size)
                flat = list(chain.from_iterable(flat))
            else:
                flat = flat[0]
                shape.append(len(flat))
        return np.ndarray(shape, dtype, struct.pack(f"={len(flat)}{_PACKED[dtype.char]}", *flat))
    except (struct.error, ValueError, TypeError, OverflowError):
        return None  # the careful way finds the words for it


def _cast(spec: TensorSpec, array: Array, dtype: np.dtype[Any]) -> Array:
    if array.dtype == dtype and array.flags.c_contiguous:
        return array
    if dtype.kind in "iu" and array.dtype != dtype and array.size:
        limits = np.iinfo(dtype)
        for found in (int(array.min()), int(array.max())):
            if not limits.min <= found <= limits.max:
                raise _refusal(spec, array, f"{found} is out of the range of {spec.datatype}.")
    try:
        with np.errstate(over="raise"):
            return np.asarray(array, dtype, order="C")
    except FloatingPointError:
        raise _refusal(spec, array, f"it holds a number too large for {spec.datatype}.") from None


def aligned(array: Array) -> Array:
    """Return the array, or a copy where its items do not lie at multiples of their size."""
    return array if array.flags.aligned else array.copy()


def _numbers(spec: TensorSpec, value: object) -> Array:
    """Turn lists and scalars into an array, refusing what numpy would quietly convert.

    The items are looked at before numpy sees them: one long string among a million numbers would
    make it reserve that string's length a million times.
    """
    leaves, types = _leaves(spec, value)
    _refuse_odd(spec, leaves, types)
    target = spec.datatype.numpy
    try:
        if types <= {int, float} and target.kind == "f":
            return np.array(value, np.float64)
        array = np.asarray(value)
        if not leaves:
            return array.astype(target)
        if types == {int} and array.dtype.kind == "f" and target.kind in "iu":
            array = np.array(value, np.uint64)  # numpy takes 2**63 beside 1 for floats
    except ValueError:
        raise _ragged(spec) from None
    except OverflowError:
        raise _beyond(spec) from None
    if array.dtype.kind != "b" and not types.isdisjoint((bool, np.bool_)):
        raise InvalidInput(f"Input {spec.name!r} mixes true or false with numbers; {_must(spec)}")
    if array.dtype.kind == "O" and types <= {int, float, complex}:
        raise _beyond(spec)
    return array


def _beyond(spec: TensorSpec) -> InvalidInput:
    return InvalidInput(
        f"Input {spec.name!r} holds an integer that {spec.datatype} cannot; {_must(spec)}"
    )


_PLAIN = frozenset((int, float, bool, complex))


def _refuse_odd(spec: TensorSpec, leaves: list[Any], types: set[type]) -> None:
    """Raise where an item is neither a number, nor a boolean, nor something like an array."""
    for kind in types:
        if kind in _PLAIN or issubclass(kind, np.number | np.bool_):
            continue
        if not hasattr(kind, "__array__") or issubclass(kind, np.generic):
            odd = next(leaf for leaf in leaves if type(leaf) is kind)
            what = "null" if odd is None else f"{kind.__name__} {quoted(odd)}"
            raise InvalidInput(f"Input {spec.name!r} holds {what}; {_must(spec)}")


def _leaves(spec: TensorSpec, value: object) -> tuple[list[Any], set[type]]:
    """Return the items of a nested list, and their types."""
    leaves: list[Any] = [value]
    types: set[type] = {type(value)}
    while types == {list} or types == {tuple}:
        leaves = list(chain.from_iterable(leaves))
        types = set(map(type, leaves))
    if not types.isdisjoint((list, tuple)):
        raise _ragged(spec)
    return leaves, types


def _ragged(spec: TensorSpec) -> InvalidInput:
    return InvalidInput(
        f"Input {spec.name!r} is ragged, or nested too deeply: the rows of its list must all have "
        f"one length and depth; {_must(spec)}"
    )


def _strings(spec: TensorSpec, value: object) -> Array:
    try:
        array = np.array(value, dtype=object, order="C")
    except (ValueError, RecursionError):
        raise _ragged(spec) from None
    flat = array.reshape(-1)
    for index, item in enumerate(flat):
        if type(item) is not bytes:
            flat[index] = _bytes(spec, item)
    return array


def _bytes(spec: TensorSpec, item: object) -> bytes:
    if isinstance(item, bytes):
        return bytes(item)
    if isinstance(item, list | tuple):
        raise _ragged(spec)
    if not isinstance(item, str):
        what = "null" if item is None else f"{type(item).__name__} {quoted(item)}"
        raise InvalidInput(f"Input {spec.name!r} holds {what}; {_must(spec)}")
    try:
        return item.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"Input {spec.name!r} holds text that UTF-8 cannot express.") from None


_SHORT = reprlib.Repr(maxstring=60, maxother=60)


def quoted(value: object) -> str:
    """Return a short quotation of what someone sent, for a sentence about it."""
    try:
        # A slice of text, since reprlib writes the whole before it shortens.
        text = _SHORT.repr(value[:61] if isinstance(value, str | bytes) else value)
    except ValueError:  # more digits than Python prints
        text = f"a very large {type(value).__name__}"
    return text if len(text) <= 80 else text[:60] + "..."


def _must(spec: TensorSpec) -> str:
    return f"it must be {spec}."


def _refusal(spec: TensorSpec, array: Array, why: str) -> InvalidInput:
    try:
        got = str(Datatype.of(array.dtype))
    except InvalidInput:
        got = str(array.dtype)
    got = f"Input {spec.name!r} must be {spec}, but got {got} of shape {list(array.shape)}"
    return InvalidInput(f"{got}: {why}" if why else f"{got}.")


def _takes(signature: Signature) -> str:
    inputs = ", ".join(f"{spec.name!r} ({spec})" for spec in signature.inputs)
    return f"Signature {signature.name!r} takes the inputs {inputs}"
