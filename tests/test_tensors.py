"""What may become an array of a model's datatype, and what is refused with which sentence."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from wherry.errors import InvalidInput
from wherry.tensors import (
    Array,
    Datatype,
    Signature,
    TensorSpec,
    aligned,
    quoted,
    to_array,
    validate,
    validate_inputs,
)

NUMERIC = [d for d in Datatype if d.numpy.kind in "iuf"]
INTEGERS = [d for d in Datatype if d.numpy.kind in "iu"]
FLOATS = [d for d in Datatype if d.numpy.kind == "f"]


def spec(datatype: str, *shape: int) -> TensorSpec:
    return TensorSpec("x", Datatype[datatype], shape)


def signature(*inputs: TensorSpec) -> Signature:
    return Signature("serving_default", inputs, (TensorSpec("y", Datatype.FP32, (-1, 2)),))


def refusal(wanted: TensorSpec, value: object, *, plain_numbers: bool = False) -> str:
    with pytest.raises(InvalidInput) as caught:
        validate(wanted, value, plain_numbers=plain_numbers)
    return str(caught.value)


@pytest.mark.parametrize("datatype", NUMERIC)
@pytest.mark.parametrize("plain_numbers", [False, True])
def test_integers_become_every_numeric_datatype(datatype: Datatype, plain_numbers: bool) -> None:
    """A list of small integers fits each integer and each float, exactly."""
    array = validate(
        TensorSpec("x", datatype, (-1, 2)), [[1, 2], [3, 4]], plain_numbers=plain_numbers
    )
    assert array.dtype == datatype.numpy
    assert array.tolist() == [[1, 2], [3, 4]]
    assert array.flags.c_contiguous


@pytest.mark.parametrize("datatype", INTEGERS)
@pytest.mark.parametrize("plain_numbers", [False, True])
def test_no_number_with_a_fraction_becomes_an_integer(
    datatype: Datatype, plain_numbers: bool
) -> None:
    """A float is refused for an integer input, whole or not: nothing is truncated."""
    for value in ([1.5], [1.0], [1, 2.5], [[1.5]], 0.5):
        wanted = TensorSpec("x", datatype, None)
        with pytest.raises(InvalidInput, match="'x'"):
            validate(wanted, value, plain_numbers=plain_numbers)
    with pytest.raises(InvalidInput, match="FP32"):
        validate(TensorSpec("x", datatype, None), np.array([1.0], np.float32))


@pytest.mark.parametrize("datatype", INTEGERS)
@pytest.mark.parametrize("plain_numbers", [False, True])
def test_an_integer_out_of_range_is_refused_and_the_last_in_range_is_not(
    datatype: Datatype, plain_numbers: bool
) -> None:
    """Both ends of each integer datatype are exact, from lists and from arrays."""
    limits = np.iinfo(datatype.numpy)
    wanted = TensorSpec("x", datatype, (-1,))
    ends = [int(limits.min), int(limits.max)]
    assert validate(wanted, ends, plain_numbers=plain_numbers).tolist() == ends
    for outside in (limits.min - 1, limits.max + 1, 10**30):
        assert "'x'" in refusal(wanted, [0, int(outside)], plain_numbers=plain_numbers)
    if limits.bits < 64:
        assert str(limits.max + 1) in refusal(wanted, np.array([limits.max + 1]))


@pytest.mark.parametrize("datatype", NUMERIC)
@pytest.mark.parametrize("odd", ["1", b"1", None, True, {"a": 1}, object()])
def test_what_is_not_a_number_never_becomes_one(datatype: Datatype, odd: object) -> None:
    """Strings, bytes, None, booleans and objects are refused, alone and among numbers."""
    wanted = TensorSpec("x", datatype, None)
    for value in (odd, [odd], [1, odd], [[1, 2], [3, odd]], [odd, 1]):
        assert "'x'" in refusal(wanted, value)


def test_one_long_string_among_many_numbers_costs_no_memory() -> None:
    """A string is refused before numpy would reserve its length for every item."""
    assert "str" in refusal(spec("FP32", -1), ["a" * 2_000_000, *[1.0] * 200_000])


def test_booleans_take_booleans_only() -> None:
    """Neither 0 and 1 nor strings become booleans."""
    assert validate(spec("BOOL", -1), [True, False]).tolist() == [True, False]
    assert validate(spec("BOOL", -1), np.array([True])).dtype == np.bool_
    for value in ([0, 1], [1.0], ["true"], [True, 1], [None], np.array([1])):
        refusal(spec("BOOL", -1), value)


@pytest.mark.parametrize("plain_numbers", [False, True])
def test_float64_is_rounded_to_float32_but_never_to_infinity(plain_numbers: bool) -> None:
    """Precision may go, since every Python float has more; magnitude may not."""
    wanted = spec("FP32", -1)
    array = validate(wanted, [0.1, 3.4028234e38], plain_numbers=plain_numbers)
    assert array.tolist() == [float(np.float32(0.1)), float(np.finfo(np.float32).max)]
    assert "too large" in refusal(wanted, [1.0, 1e39], plain_numbers=plain_numbers)
    assert "too large" in refusal(wanted, np.array([-1e39]))
    assert "too large" in refusal(spec("FP16", -1), [70000.0], plain_numbers=plain_numbers)


@pytest.mark.parametrize("datatype", FLOATS)
def test_nan_and_infinity_in_arrays_pass(datatype: Datatype) -> None:
    """They are values like others; only JSON cannot express them."""
    array = validate(TensorSpec("x", datatype, (-1,)), np.array([np.nan, np.inf, -np.inf]))
    np.testing.assert_array_equal(array, [np.nan, np.inf, -np.inf])
    assert np.isinf(validate(TensorSpec("x", datatype, (-1,)), [float("inf")])).all()


@pytest.mark.parametrize("plain_numbers", [False, True])
@pytest.mark.parametrize(
    "value",
    [
        [[1, 2], [3]],
        [[1], 2],
        [1, [2]],
        [[[1]], [2]],
        [[], [1]],
        [[1, 2], [3, 4], [5, 6, 7]],
        [[[1, 2], [3, 4]], [[5, 6], 7]],
    ],
)
def test_ragged_rows_are_refused(value: object, plain_numbers: bool) -> None:
    """Rows of different lengths or depths are no tensor."""
    for wanted in (TensorSpec("x", Datatype.FP32, None), TensorSpec("x", Datatype.INT8, None)):
        assert "ragged" in refusal(wanted, value, plain_numbers=plain_numbers)
    with pytest.raises(InvalidInput):
        validate(TensorSpec("x", Datatype.BYTES, None), value)


def test_lists_nested_beyond_numpys_limit_are_refused() -> None:
    """Sixty-five axes are refused with the same sentence as ragged rows."""
    value: object = 1.0
    for _ in range(65):
        value = [value]
    for plain_numbers in (False, True):
        wanted = TensorSpec("x", Datatype.FP32, None)
        assert "nested too deeply" in refusal(wanted, value, plain_numbers=plain_numbers)


def test_a_refusal_names_the_input_what_it_got_and_what_it_wanted() -> None:
    """The sentence can be acted on."""
    assert (
        refusal(spec("FP32", -1, 784), np.zeros((2, 3)))
        == "Input 'x' must be FP32 of shape [-1, 784], but got FP32 of shape [2, 3]."
    )
    assert (
        refusal(spec("INT32", -1), [0.5])
        == "Input 'x' must be INT32 of shape [-1], but got FP64 of shape [1]."
    )
    assert refusal(spec("FP32", -1), ["a"]) == (
        "Input 'x' holds str 'a'; it must be FP32 of shape [-1]."
    )
    assert refusal(spec("FP32", -1), [None]) == (
        "Input 'x' holds null; it must be FP32 of shape [-1]."
    )


def test_empty_tensors_are_refused_unless_the_model_has_an_empty_axis() -> None:
    """An empty batch has no answer; an axis that the model itself fixes at 0 is its business."""
    for value in ([], np.zeros((0,), np.float32)):
        assert "empty" in refusal(spec("FP32", -1), value)
        assert "empty" in refusal(spec("FP64", -1), value)
    assert "empty" in refusal(spec("INT8", -1), [])
    assert "empty" in refusal(spec("BYTES", -1), [])
    assert validate(spec("FP32", -1, 0), [[]]).shape == (1, 0)


def test_strings_become_utf_8_and_bytes_stay() -> None:
    """A BYTES tensor holds bytes, whether it came as str, bytes or a numpy string array."""
    wanted = spec("BYTES", -1)
    assert validate(wanted, ["é", b"\xff", np.str_("n"), np.bytes_(b"m")]).tolist() == [
        "é".encode(),
        b"\xff",
        b"n",
        b"m",
    ]
    assert validate(wanted, np.array(["é", "long"])).tolist() == ["é".encode(), b"long"]
    assert validate(spec("BYTES"), "one").shape == ()
    assert all(type(item) is bytes for item in validate(wanted, np.array([b"a"])).tolist())
    for value in ([1], [None], [["a"], ["b", "c"]], [1.5], ["a", 1], ["\ud800"]):
        refusal(wanted, value)


def test_the_array_given_is_left_alone() -> None:
    """Strings are encoded in a copy; a fitting array is passed on as it is."""
    given_strings = np.array(["a", "b"], object)
    validate(spec("BYTES", -1), given_strings)
    assert given_strings.tolist() == ["a", "b"]
    fitting = np.ones((1, 2), np.float32)
    assert validate(spec("FP32", -1, 2), fitting) is fitting


def unaligned(array: Array) -> Array:
    """Return the array as it may lie in a request's body."""
    return np.frombuffer(b"\0" + array.tobytes(), array.dtype, offset=1).reshape(array.shape)


def test_arrays_of_any_layout_come_out_contiguous() -> None:
    """Transposed, strided, big-endian and unaligned arrays keep their values."""
    base = np.arange(12, dtype=np.float32).reshape(3, 4)
    for array in (
        base.T.copy().T,
        np.repeat(base, 2, axis=1)[:, ::2],
        base.astype(">f4"),
        unaligned(base),
    ):
        found = validate(spec("FP32", 3, 4), array)
        assert found.dtype == np.float32
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, base)


def test_only_what_is_not_aligned_is_copied_to_align_it() -> None:
    """Megabytes that one runtime can take as they lie are not copied for another's sake."""
    base = np.arange(12, dtype=np.float32)
    given = unaligned(base)
    assert validate(spec("FP32", 12), given) is given
    assert aligned(base) is base
    assert aligned(given).flags.aligned
    np.testing.assert_array_equal(aligned(given), base)


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), np.array(3)])
def test_a_scalar_fits_a_tensor_without_axes(value: object) -> None:
    """An empty shape is met by one number."""
    array = validate(spec("FP32"), value)
    assert array.shape == ()
    assert float(array) == 3


def test_the_only_input_may_come_without_its_name() -> None:
    """From Python a list or an array will do where there is nothing to confuse it with."""
    one = signature(spec("FP32", -1, 2))
    for value in ([[1, 2]], np.array([[1.0, 2.0]]), {"x": [[1, 2]]}):
        assert validate_inputs(one, value)["x"].tolist() == [[1, 2]]


def test_names_must_be_exactly_the_signatures() -> None:
    """Missing, unknown and extra names are refused, with the right ones in the sentence."""
    two = signature(spec("FP32", -1), TensorSpec("scale", Datatype.FP32, ()))
    for value, said in (
        ({"x": [1]}, "'scale' is missing"),
        ({"x": [1], "scale": 1, "y": 1}, "no input 'y'"),
        ({}, "'x' is missing"),
        ([1], "by its name"),
    ):
        with pytest.raises(InvalidInput, match=said) as caught:
            validate_inputs(two, value)
        assert "'x' (FP32 of shape [-1])" in str(caught.value)
        assert "'scale' (FP32 of shape [])" in str(caught.value)


def test_batches_of_different_sizes_are_refused() -> None:
    """All inputs of one request hold the same number of examples."""
    two = signature(TensorSpec("a", Datatype.FP32, (-1,)), TensorSpec("b", Datatype.FP32, (-1,)))
    with pytest.raises(InvalidInput, match="'a': 1, 'b': 2"):
        validate_inputs(two, {"a": [1], "b": [1, 2]})
    assert validate_inputs(two, {"a": [1, 3], "b": [1, 2]}).keys() == {"a", "b"}


def test_a_signature_is_batched_only_if_every_tensor_is() -> None:
    """One tensor with a fixed first axis, or none, means that examples cannot be joined."""
    assert signature(spec("FP32", -1, 2)).batched
    assert not signature(spec("FP32", 3, 2)).batched
    assert not signature(spec("FP32")).batched
    assert not signature(TensorSpec("x", Datatype.FP32, None)).batched


@pytest.mark.parametrize("value", ["x" * 10**6, b"x" * 10**6, 10**5000, [[1] * 1000]], ids=type)
def test_a_quotation_is_short(value: object) -> None:
    """Whatever someone sent, the sentence about it stays readable."""
    assert len(quoted(value)) <= 80


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(json_values, st.sampled_from(list(Datatype)))
def test_any_value_becomes_the_datatype_or_is_refused(value: object, datatype: Datatype) -> None:
    """There is no third outcome: no other exception, no warning, no other dtype."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            array = to_array(TensorSpec("x", datatype, None), value)
        except InvalidInput:
            return
    assert array.dtype == datatype.numpy
    assert array.flags.c_contiguous


numbers = st.recursive(
    st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@given(numbers, st.sampled_from(NUMERIC))
def test_the_short_way_for_plain_numbers_finds_what_the_careful_way_finds(
    value: object, datatype: Datatype
) -> None:
    """Sparing the search for strings and booleans changes no result where there are none."""
    wanted = TensorSpec("x", datatype, None)
    found = [_outcome(wanted, value, plain_numbers=plain) for plain in (False, True)]
    np.testing.assert_array_equal(*found, strict=True)


def _outcome(wanted: TensorSpec, value: object, *, plain_numbers: bool) -> np.ndarray:
    try:
        return to_array(wanted, value, plain_numbers=plain_numbers)
    except InvalidInput as error:
        return np.array(str(error))


@given(
    st.sampled_from([d for d in Datatype if d.numpy.kind in "biuf"]).flatmap(
        lambda d: st.tuples(
            st.just(d), npst.arrays(d.numpy, npst.array_shapes(min_dims=0, max_dims=4))
        )
    )
)
def test_an_array_of_the_right_dtype_comes_back_bit_for_bit(
    pair: tuple[Datatype, np.ndarray],
) -> None:
    """Validation changes no bit of an array that fits, nor of its list."""
    datatype, array = pair
    wanted = TensorSpec("x", datatype, array.shape)
    assert validate(wanted, array).tobytes() == array.tobytes()
    if array.dtype.kind != "f" or not np.isnan(array).any():
        assert validate(wanted, array.tolist()).tobytes() == array.tobytes()
