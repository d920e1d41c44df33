"""float32 to bfloat16 and back."""

import numpy as np
import pytest

from wherry.runtimes.bfloat16 import from_bfloat16, to_bfloat16


def test_every_bfloat16_survives_the_way_there_and_back() -> None:
    """All 65,536 of them, NaNs as NaNs."""
    bits = np.arange(1 << 16, dtype=np.uint16)
    values = from_bfloat16(bits)
    again = to_bfloat16(values)
    finite = ~np.isnan(values)
    np.testing.assert_array_equal(again[finite], bits[finite])
    assert np.isnan(from_bfloat16(again[~finite])).all()


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (1.0 + 2**-8, 1.0),  # half-way between two: to the even one, below
        (1.0 + 3 * 2**-8, 1.0 + 2**-6),  # half-way: to the even one, above
        (1.0 + 2**-8 + 2**-20, 1.0 + 2**-7),
        (-1.0 - 2**-8 - 2**-20, -1.0 - 2**-7),
        (3.4e38, float("inf")),
        (float("-inf"), float("-inf")),
    ],
)
def test_rounds_to_nearest_even(value: float, rounded: float) -> None:
    """As TensorFlow does."""
    assert from_bfloat16(to_bfloat16(np.array(value, np.float32))) == rounded


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (3, 1)])
def test_shape_is_kept(shape: tuple[int, ...]) -> None:
    """Scalars and empty arrays too."""
    array = np.ones(shape, np.float32)
    assert from_bfloat16(to_bfloat16(array)).shape == shape


def test_input_is_left_as_it_was() -> None:
    """A view of the caller's array is rounded, not the array."""
    array = np.full(4, 1.001, np.float32)
    to_bfloat16(array)
    np.testing.assert_array_equal(array, np.full(4, 1.001, np.float32))
