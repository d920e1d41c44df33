"""What a project would write beside its models: a permission, preprocessing, postprocessing."""

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

# Said by tests.django.slow_hook while it is imported, and waited for by it.
LOADING, GO_ON = threading.Event(), threading.Event()


def has_pass(request: HttpRequest) -> bool:
    """Let those through who carry a pass."""
    if request.headers.get("X-Pass") == "raise":
        raise PermissionDenied
    return request.headers.get("X-Pass") == "yes"


def broken(_: object) -> Any:
    """Fail as no one foresaw."""
    message = "a secret detail"
    raise RuntimeError(message)


def pixels(sent: Any) -> dict[str, Any]:
    """Take four bytes, alone or in a list, as the four inputs of the dense model."""
    images = [sent] if isinstance(sent, bytes) else sent
    if not all(isinstance(image, bytes) and len(image) == 4 for image in images):
        message = "an image must have four bytes"
        raise ValueError(message)
    return {"x": np.stack([np.frombuffer(image, np.uint8) for image in images]).astype(np.float32)}


def numbers(sent: bytes) -> dict[str, Any]:
    """Take bytes as the inputs of the model without a batch axis."""
    return {"x": np.frombuffer(sent, np.uint8).astype(np.float32)}


def best(outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    """Name the best class of each row."""
    return [{"label": "abc"[row.argmax()], "score": row.max()} for row in outputs["y"]]


def not_json(_: object) -> object:
    """Return what no JSON can express."""
    return {"a": object()}


def not_finite(_: object) -> object:
    """Return NaN."""
    return [float("nan")]
