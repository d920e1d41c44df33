"""All the models that this process serves."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace

from wherry.errors import ModelNotFound, WherryError
from wherry.runtimes.protocol import LoadOptions
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.room import WaitingRoom
from wherry.serving.shelf import Shelf
from wherry.serving.state import State
from wherry.serving.version_folder import versions_in

logger = logging.getLogger("wherry")


class Repository:
    """The served models, by name.

    Until ``start`` is called nothing is loaded before it is first used; after it, models are
    loaded in the background, one after another, so that loading never needs the memory of two
    at once.

    Attributes:
        models: The version of each model that answers whoever names none. Like ``shelves``, it is
            replaced as a whole and never changed, so that requests read it without a lock.
        shelves: All versions of each model.
    """

    def __init__(self, models: Mapping[str, ModelOptions]) -> None:
        self.shelves: Mapping[str, Shelf] = {
            name: _shelf(name, options) for name, options in models.items()
        }
        self.models: Mapping[str, ServedModel] = _defaults(self.shelves)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._load_options: LoadOptions | None = None
        self._room: WaitingRoom | None = None

    def get(self, name: str, version: str | None = None) -> ServedModel:
        """Return a model: the version asked for, or the one that answers by default.

        ``version`` may be a ``shelf.Label``.

        Raises:
            ModelNotFound: there is none of that name, version or label.
            WherryError: a version was asked for and the model cannot be read to tell it.
        """
        try:
            if version is None:
                return self.models[name]
            shelf = self.shelves[name]
        except KeyError:
            names = ", ".join(map(repr, sorted(self.models))) or "none"
            raise ModelNotFound(
                f"No model {name!r} is served here. The models are: {names}."
            ) from None
        return shelf.find(version)

    def put(self, name: str, shelf: Shelf | None) -> None:
        """Serve these versions under a name from now on; None: nothing any more."""
        with self._lock:
            others = {each: found for each, found in self.shelves.items() if each != name}
            self.shelves = others if shelf is None else {**others, name: shelf}
            self.models = _defaults(self.shelves)
        if shelf is None and self._room is not None:
            self._room.forget(name)

    def make(self, name: str, options: ModelOptions) -> ServedModel:
        """Return a model that is served by nobody yet, with what the server set for all."""
        model = ServedModel(name, options)
        model.configure(self._load_options, self._room)
        return model

    def with_substitute(self, model: ServedModel) -> "Repository":
        """Return a repository that serves this model in place of the one of its name."""
        other = Repository({})
        other.shelves = {**self.shelves, model.name: Shelf(model)}
        other.models = _defaults(other.shelves)
        other._thread = self._thread
        return other

    @property
    def every_model(self) -> tuple[ServedModel, ...]:
        """All versions of all models."""
        return tuple(model for shelf in self.shelves.values() for model in shelf.models)

    @property
    def started(self) -> bool:
        """Whether models are, or were, loaded in the background."""
        return self._thread is not None

    @property
    def ready(self) -> bool:
        """Whether there is a model and every one of them answers."""
        return bool(self.models) and all(
            model.state is State.READY and model.refusal is None for model in self.every_model
        )

    def start(
        self, load_options: LoadOptions | None = None, *, waiting_places: int | None = None
    ) -> threading.Thread:
        """Begin to load every model in the background; a second call changes nothing.

        ``waiting_places`` bounds how many requests, over all models, may hold a thread of the
        server while they wait. Returns the thread, for those who want to wait for it.
        """
        if self._thread is None:
            self._load_options = load_options
            self._room = None if waiting_places is None else WaitingRoom(waiting_places)
            for model in self.every_model:
                model.configure(load_options, self._room)
            self._thread = threading.Thread(
                target=self._load_all, name="wherry-loader", daemon=True
            )
            self._thread.start()
        return self._thread

    def _load_all(self) -> None:
        for model in self.every_model:
            try:
                model.load()
            except WherryError:
                # The model has logged why and says so to every caller.
                continue

    def close(self) -> None:
        """Give every model's memory back."""
        for model in self.every_model:
            model.close()


def _shelf(name: str, options: ModelOptions) -> Shelf:
    """Return the shelf of a model as it is set: the newest version, and those that have labels."""
    default = ServedModel(name, options)
    if not options.labels:
        return Shelf(default)
    found = versions_in(options.path)
    newest = max(found, key=int, default=None)
    others = tuple(
        ServedModel(name, replace(options, path=found[version], version=version))
        for version in dict.fromkeys(options.labels.values())
        if version in found and version != newest
    )
    return Shelf(default, others, dict(options.labels))


def _defaults(shelves: Mapping[str, Shelf]) -> Mapping[str, ServedModel]:
    return {name: shelf.default for name, shelf in shelves.items()}
