"""What may be set for one served model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
        max_batch_size: Most items that are run at once. A request of more is run in parts.
        max_queued_requests: Most requests that wait while others run; one more is refused.
        timeout_s: Seconds from a request's arrival to its answer, where neither its router nor
            its client asks for less. The default leaves a router
            that gives up after 30 s time to pass the honest answer on.
        threads: Threads that one run may use; None leaves it to whoever starts the server.
        preprocess: Called with what the caller sent, returns the model's inputs by name. A
            callable or its dotted path. A ValueError it raises is the caller's mistake.
        postprocess: Called with the outputs by name, returns the answer.
        batching: Whether requests are run together; None tries whether that pays.
        version: What to call the version; None leaves it to the bundle or the version folder.
        labels: Names for versions, which may change hands: ``{"stable": "1"}``.
        watch: Whether a model that appears in place of the one at ``path`` is swapped in.
    """

    path: Path
    max_batch_size: int = 64
    max_queued_requests: int = 8
    timeout_s: float = 25.0
    threads: int | None = None
    preprocess: Hook | str | None = None
    postprocess: Hook | str | None = None
    batching: bool | None = None
    version: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    watch: bool = False


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
