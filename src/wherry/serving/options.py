"""What may be set for one served model."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

type Hook = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Where a model is and how it is served.

    Attributes:
        path: A bundle folder, a ``.tflite`` or ``.onnx`` file, or a SavedModel folder.
        max_batch_size: Most items on the first axis of one request.
        max_queued_requests: Most requests that wait while others run; one more is refused.
        timeout_s: Seconds from a request's arrival to its answer. The default leaves a router
            that gives up after 30 s time to pass the honest answer on.
        threads: Threads that one run may use; None leaves it to whoever starts the server.
        preprocess: Called with what the caller sent, returns the model's inputs by name. A
            callable or its dotted path. A ValueError it raises is the caller's mistake.
        postprocess: Called with the outputs by name, returns the answer.
    """

    path: Path
    max_batch_size: int = 64
    max_queued_requests: int = 8
    timeout_s: float = 25.0
    threads: int | None = None
    preprocess: Hook | str | None = None
    postprocess: Hook | str | None = None
