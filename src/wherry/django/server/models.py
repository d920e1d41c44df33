"""The models in a worker, on their way into memory."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from wherry.bundle.folder import Bundle
from wherry.django.changing import changing
from wherry.django.registry import repository
from wherry.errors import WherryError
from wherry.platforms.limits import Limits
from wherry.runtimes.devices import CPU
from wherry.runtimes.lanes import FAST_RUN_S, fitting_copies
from wherry.runtimes.protocol import LoadOptions
from wherry.serving import sizing
from wherry.serving.loading import open_named
from wherry.serving.model import ServedModel
from wherry.serving.progress import size_of
from wherry.serving.repository import Repository

# Models of this size in all may be fast enough for processes of one thread, and are in memory
# before anybody would notice. Of larger ones nobody waits to find out.
SOON_LOADED_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LoadingModels:
    """What is being loaded.

    Attributes:
        loader: The thread that loads.
        in_tensorflow: Models that TensorFlow's library runs, which shares its threads.
        soon_loaded: Whether to wait for them is hardly to wait.
    """

    loader: threading.Thread
    in_tensorflow: frozenset[str]
    soon_loaded: bool

    def single(self, limits: Limits) -> frozenset[str]:
        """Return the models that are best held by one process."""
        models = repository().models.items()
        return self.in_tensorflow | {name for name, model in models if _needs_all(model, limits)}

    def spare_bytes(self, limits: Limits) -> int:
        """Return what the models would give back if as many processes served as have a CPU."""
        processes = sizing.most_processes(limits)
        return sum(model.spare_bytes(processes) for model in repository().models.values())

    @property
    def run_s(self) -> dict[str, float | None]:
        """Seconds of one warm run, by model."""
        return {name: model.run_s for name, model in repository().models.items()}


def begin_loading(limits: Limits, wish: sizing.Wish, options: LoadOptions) -> LoadingModels:
    """Begin to load every model in the background; one that fails says so to its callers."""
    models = repository()
    changes = changing()
    # A worker that takes another's place serves what that one had been brought to.
    changes.follower.catch_up()
    bundles = dict(_bundles(models))
    loader = models.start(
        options,
        waiting_places=sizing.waiting_places(limits, wish, models=len(models.models)),
    )
    changes.begin(loader)
    heavy = frozenset(name for name, found in bundles.items() if found.runtime == "tensorflow")
    size = sum(size_of(bundle.model) for bundle in bundles.values())
    return LoadingModels(loader, heavy, not heavy and size <= SOON_LOADED_BYTES)


def _needs_all(model: ServedModel, limits: Limits) -> bool:
    """Whether a model has a card to itself, or is slow and takes all CPUs or too much memory."""
    if model.device != CPU:
        return True
    if model.run_s is None or model.run_s < FAST_RUN_S:
        return False
    if model.lanes == 1 or (model.options.threads or 1) > 1:
        return True
    if limits.memory_bytes is None:
        return False
    # What the process grew by holds the runtime's library as well, where this model came first.
    weights_bytes = size_of(model.bundle.model)
    return fitting_copies(weights_bytes, limits.memory_bytes) < sizing.most_processes(limits)


def _bundles(models: Repository) -> Iterator[tuple[str, Bundle]]:
    for name, model in models.models.items():
        with suppress(WherryError):
            yield name, open_named(model.options, hashes=False)
