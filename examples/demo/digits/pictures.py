"""What ``WHERRY["MODELS"]["digit-pictures"]`` names: a picture in, a label out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits.drawing import enlarge, fit, read_picture


def to_inputs(body: Any) -> dict[str, NDArray[np.float32]]:
    """Turn a PNG or JPEG file into the model's input.

    Raises:
        ValueError: it is no such file, or shows nothing; the caller is told why.
    """
    if not isinstance(body, bytes):
        raise ValueError("Send the picture itself, with the content type image/png or image/jpeg.")
    return {"image": enlarge(fit(read_picture(body))[np.newaxis])}


def from_outputs(outputs: dict[str, NDArray[np.float32]]) -> dict[str, Any]:
    """Turn the model's output into the likeliest label and the probability of each."""
    probabilities = outputs["probabilities"][0]
    return {
        "label": str(probabilities.argmax()),
        "probabilities": {str(label): float(value) for label, value in enumerate(probabilities)},
    }
