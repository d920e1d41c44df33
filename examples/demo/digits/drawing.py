"""From a picture of a digit to the 784 numbers that the model was trained on.

The training digits were scanned, cut out, fitted to a field of 32x32 and counted in blocks of
4x4, which leaves 8x8 numbers from 0 to 16. What a visitor draws or uploads takes the same way
(``static/digits.js`` does it in the browser), so that the model sees what it knows.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998.
"""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FIELD = 32
"""Side of the field that a digit is fitted to; its height always fills it."""
WIDEST = 26
"""Nearly all of the training digits are at most this wide in that field."""
CELLS = 8
SIDE = 28
"""The model's input is an image of 28x28, a size that most digit models share."""
MAX_PIXELS = 4096 * 4096
FAINTEST = 0.1
"""A picture whose darkest and brightest points differ by less than this shows nothing."""


def _interpolation() -> NDArray[np.float64]:
    """Weights [28, 8] of linear interpolation between the centres of eight cells."""
    position = np.clip((np.arange(SIDE) + 0.5) * CELLS / SIDE - 0.5, 0, CELLS - 1)
    weights: NDArray[np.float64] = np.maximum(0, 1 - np.abs(position[:, None] - np.arange(CELLS)))
    return weights


_WEIGHTS = _interpolation()


def enlarge(cells: NDArray[np.generic]) -> NDArray[np.float32]:
    """Enlarge digits [n, 8, 8] of 0..16 to the model's input: float32 [n, 784] of 0..1.

    Three decimals are kept: they are what travels in a JSON body, and lose nothing that matters.
    """
    images = _WEIGHTS @ (cells.astype(np.float64) / 16) @ _WEIGHTS.T
    return images.round(3).reshape(len(cells), SIDE * SIDE).astype(np.float32)


def fit(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Fit a drawing [height, width] of 0..1, where 1 is ink, to cells [8, 8] of 0..16.

    Raises:
        ValueError: there is no ink.
    """
    rows, columns = np.nonzero(ink > 0.5)
    if not len(rows):
        raise ValueError("There is nothing in the picture: no digit stands out.")
    cut = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = cut.shape
    scale = min(FIELD / height, WIDEST / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    fitted = np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BILINEAR))
    field = np.zeros((FIELD, FIELD), np.float32)
    top, left = (FIELD - size[1]) // 2, (FIELD - size[0]) // 2
    field[top : top + size[1], left : left + size[0]] = fitted
    block = FIELD // CELLS
    counts = field.reshape(CELLS, block, CELLS, block).sum(axis=(1, 3))
    return counts.round().astype(np.uint8)


def read_picture(data: bytes) -> NDArray[np.float32]:
    """Read a PNG or JPEG file as ink [height, width] of 0..1, dark on light or light on dark.

    Raises:
        ValueError: the file is not such a picture, is too large, or shows nothing.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError(
                    f"The picture has {picture.width} x {picture.height} pixels; at most"
                    f" {MAX_PIXELS} are read. Make it smaller and try again."
                )
            white = Image.new("RGBA", picture.size, "white")
            grey = Image.alpha_composite(white, picture.convert("RGBA")).convert("L")
    except (OSError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError("The file is not a whole PNG or JPEG picture.") from None
    values = np.asarray(grey, np.float32) / 255
    edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    ink = np.abs(values - np.median(edge))
    if ink.max() < FAINTEST:
        raise ValueError("There is nothing in the picture: no digit stands out.")
    return np.asarray(ink / ink.max(), np.float32)
