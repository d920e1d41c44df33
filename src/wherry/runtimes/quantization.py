"""Real numbers to the integers of a quantized tensor, and back."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from wherry.errors import InvalidInput
from wherry.tensors import Array


@dataclass(frozen=True, slots=True)
class Quantization:
    """The affine map of one tensor: real = scale * (integer - zero_point).

    Source: the quantization specification of LiteRT. ``dtype`` is the integer dtype stored.
    """

    scale: np.float32
    zero_point: int
    dtype: np.dtype[Any]

    def quantize(self, name: str, values: Array) -> Array:
        """Round float32 ``values`` to the nearest integer (halves away from zero), and clamp.

        LiteRT's reference QUANTIZE operator does the same.

        Raises:
            InvalidInput: a value is not a number, which no integer stands for.
        """
        scaled = values / self.scale
        rounded = np.trunc(scaled + np.copysign(np.float32(0.5), scaled))
        if np.isnan(rounded).any():
            raise InvalidInput(
                f'Input "{name}" holds NaN, and this model was quantized: '
                "it has no integer for that; send finite numbers."
            )
        limits = np.iinfo(self.dtype)
        shifted = np.clip(rounded + self.zero_point, limits.min, limits.max)
        stored: Array = shifted.astype(self.dtype)
        return stored

    def dequantize(self, values: Array) -> Array:
        """Return the float32 numbers that integer ``values`` stand for."""
        offset = values.astype(np.int32) - self.zero_point
        return np.multiply(offset, self.scale, dtype=np.float32)
