"""What may be set for one served model."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from wherry.errors import ConfigurationError

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


@dataclass(frozen=True, slots=True)
class Hooks:
    """A model's two functions, imported."""

    preprocess: Hook | None
    postprocess: Hook | None

    @classmethod
    def of(cls, options: ModelOptions) -> "Hooks":
        """Import what the options name.

        Raises:
            ConfigurationError: a dotted path leads to no function.
        """
        return cls(_resolve(options.preprocess), _resolve(options.postprocess))


def _resolve(hook: Hook | str | None) -> Hook | None:
    if not isinstance(hook, str):
        return hook
    module, _, attribute = hook.rpartition(".")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            f"{hook!r} cannot be imported ({error}). Check the dotted path in WHERRY."
        ) from error
    if not callable(found):
        raise ConfigurationError(f"{hook!r} is not a function. Check the dotted path in WHERRY.")
    return found  # type: ignore[no-any-return]
