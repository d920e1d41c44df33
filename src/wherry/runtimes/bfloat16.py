"""bfloat16, which numpy has no type for: the upper half of a float32."""

import numpy as np
from numpy.typing import NDArray

_QUIET_NAN = 0x7FC0


def to_bfloat16(array: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Round float32 values to the nearest bfloat16, ties to even; return its bits."""
    values = np.asarray(array, np.float32).reshape(-1)
    bits = values.view(np.uint32)
    rounded = (bits + (((bits >> 16) & 1) + 0x7FFF)) >> 16
    # The sum above could carry a NaN's bits over to zero or to an infinity.
    rounded[np.isnan(values)] = _QUIET_NAN
    return rounded.astype(np.uint16).reshape(array.shape)


def from_bfloat16(bits: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return the float32 values that these bfloat16 bits stand for, exactly."""
    return (bits.reshape(-1).astype(np.uint32) << 16).view(np.float32).reshape(bits.shape)
