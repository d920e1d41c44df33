"""What keeps a loaded Keras model from becoming a graph that answers each call by itself."""

from __future__ import annotations

import sys
from typing import Any


def allow_open_sizes(tf: Any) -> None:
    """Let images be resized to a size that the graph computes.

    Keras 3.14 and 3.15 compare sizes with zero, which a tensor in a graph refuses; so
    UpSampling2D cannot be made a graph where height and width are open.
    """
    image = sys.modules.get("keras.src.ops.image")
    plain = getattr(image, "_resize", None)
    if image is None or plain is None:
        return
    checked = image.resize

    def resize(images: Any, size: Any, *rest: Any, **others: Any) -> Any:
        computed = any(tf.is_tensor(each) for each in size)
        return (plain if computed else checked)(images, size, *rest, **others)

    image.resize = resize


def forget_between_calls(model: Any) -> bool:
    """Let stateful recurrent layers begin each call anew; return whether there are any.

    What is served answers many people: none may be answered by what another sent before.
    """
    found = False
    for layer in model._flatten_layers():
        if layer is not model and getattr(layer, "stateful", False) and hasattr(layer, "cell"):
            layer.stateful = False
            found = True
    return found
