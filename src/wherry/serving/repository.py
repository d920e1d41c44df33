"""All the models that this process serves."""

import logging
import threading
from collections.abc import Mapping

from wherry.errors import ModelNotFound, WherryError
from wherry.runtimes.protocol import LoadOptions
from wherry.serving.admission import WaitingRoom
from wherry.serving.model import ServedModel, State
from wherry.serving.options import ModelOptions

logger = logging.getLogger("wherry")


class Repository:
    """The served models, by name.

    Until ``start`` is called nothing is loaded before it is first used; after it, models are
    loaded in the background, one after another, so that loading never needs the memory of two
    at once.
    """

    def __init__(self, models: Mapping[str, ModelOptions]) -> None:
        self.models: Mapping[str, ServedModel] = {
            name: ServedModel(name, options) for name, options in models.items()
        }
        self._thread: threading.Thread | None = None

    def get(self, name: str, version: str | None = None) -> ServedModel:
        """Return a model.

        Raises:
            ModelNotFound: there is none of that name, or it has another version.
            WherryError: a version was asked for and the model cannot be loaded to tell it.
        """
        try:
            model = self.models[name]
        except KeyError:
            names = ", ".join(map(repr, sorted(self.models))) or "none"
            raise ModelNotFound(
                f"No model {name!r} is served here. The models are: {names}."
            ) from None
        if version is not None and model.version != version:
            raise ModelNotFound(
                f"The model {name!r} is served in version {model.version!r}, not {version!r}."
            )
        return model

    @property
    def started(self) -> bool:
        """Whether models are, or were, loaded in the background."""
        return self._thread is not None

    @property
    def ready(self) -> bool:
        """Whether there is a model and every one of them answers."""
        return bool(self.models) and all(
            model.state is State.READY for model in self.models.values()
        )

    def start(
        self, load_options: LoadOptions | None = None, *, waiting_places: int | None = None
    ) -> threading.Thread:
        """Begin to load every model in the background; a second call changes nothing.

        ``waiting_places`` bounds how many requests, over all models, may hold a thread of the
        server while they wait. Returns the thread, for those who want to wait for it.
        """
        if self._thread is None:
            room = None if waiting_places is None else WaitingRoom(waiting_places)
            for model in self.models.values():
                model.configure(load_options, room)
            self._thread = threading.Thread(
                target=self._load_all, name="wherry-loader", daemon=True
            )
            self._thread.start()
        return self._thread

    def _load_all(self) -> None:
        for model in self.models.values():
            try:
                model.load()
            except WherryError:
                # The model has logged why and says so to every caller.
                continue

    def close(self) -> None:
        """Give every model's memory back."""
        for model in self.models.values():
            model.close()
