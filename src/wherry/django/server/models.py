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
from wherry.runtimes.protocol import LoadOptions
from wherry.serving import sizing
from wherry.serving.loading import open_named
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
        single: Models that are best held by one process.
        soon_loaded: Whether to wait for them is hardly to wait.
    """

    loader: threading.Thread
    single: frozenset[str]
    soon_loaded: bool

    @property
    def run_s(self) -> dict[str, float | None]:
        """Seconds of one warm run, by model."""
        return {name: model.run_s for name, model in repository().models.items()}


def most_queued() -> int:
    """Return how many requests are to wait for the model that lets the most of them wait."""
    models = repository().models.values()
    return max((model.options.max_queued_requests for model in models), default=0)


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
    single = frozenset(name for name, found in bundles.items() if found.runtime == "tensorflow")
    size = sum(size_of(bundle.model) for bundle in bundles.values())
    return LoadingModels(loader, single, not single and size <= SOON_LOADED_BYTES)


def _bundles(models: Repository) -> Iterator[tuple[str, Bundle]]:
    for name, model in models.models.items():
        with suppress(WherryError):
            yield name, open_named(model.options, hashes=False)
